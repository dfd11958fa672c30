import { Settings, type SettingsPatch } from '../../contract/settings.ts'
import { defaultIncidentRules, type IncidentRules } from '../../domain/incidents.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'

export const defaultSettings: Settings = {
  model: {
    id: 'claude-haiku-4-5-20251001',
    baseUrl: 'https://api.anthropic.com',
    apiKeyRef: 'vault:anthropic',
  },
  slack: { baseUrl: 'https://slack.com/api/', botTokenRef: 'vault:slack-bot', operatorUserId: '' },
  notifications: {
    native: true,
    sound: true,
    quietHours: { enabled: false, from: '22:00', to: '07:00' },
    reminderMinutes: 30,
  },
  watching: {
    connectivityTargets: [],
    concurrency: 20,
    debounceSeconds: 600,
    debounceBypassCritical: false,
    consecutiveRequired: 1,
    goodChecksToClose: 3,
  },
  retention: { rawHours: 48, rollupDays: 400, auditDays: 400, backupsKept: 14 },
}

/** One setting fixed by the environment for this run. */
export interface FixedSetting {
  /** Such as `watching.debounceSeconds`. */
  readonly path: string
  readonly variable: string
  readonly value: unknown
}

/** Settings: defaults, then what the operator stored, then what the environment fixes. */
export class SettingsService {
  readonly #store: Store
  readonly #clock: Clock
  readonly #events: Events
  readonly #fixed: readonly FixedSetting[]
  #current: Settings | null = null

  constructor(deps: { store: Store; clock: Clock; events: Events; fixed: readonly FixedSetting[] }) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#events = deps.events
    this.#fixed = deps.fixed
  }

  get(): Settings {
    return (this.#current ??= this.#read())
  }

  /** Variable names by settings path. */
  fixedByEnv(): Record<string, string> {
    return Object.fromEntries(this.#fixed.map(({ path, variable }) => [path, variable]))
  }

  /** Merges a patch, stores it and records which paths changed (never values: some are addresses). */
  update(patch: SettingsPatch): Settings {
    const merged = merge(this.#stored(), patch)
    const changed = paths(patch)
    this.#store.transaction(() => {
      this.#store.settings.set('settings', merged)
      this.#store.audit.append(
        { seam: 'settings.changed', details: { paths: changed }, source: 'operator' },
        this.#clock.nowMs(),
      )
    })
    this.#current = null
    this.#events.publish('settings.changed', {})
    return this.get()
  }

  /** The state machine's figures as they stand now. */
  incidentRules(): IncidentRules {
    const { watching, notifications } = this.get()
    return {
      ...defaultIncidentRules,
      debounceMs: watching.debounceSeconds * 1000,
      bypassCritical: watching.debounceBypassCritical,
      consecutiveRequired: watching.consecutiveRequired,
      goodChecksToClose: watching.goodChecksToClose,
      reminderMs: notifications.reminderMinutes * 60_000,
    }
  }

  #stored(): Settings {
    const stored = asPatch(this.#store.settings.get('settings'))
    const merged = merge(defaultSettings, stored)
    const { model, slack, notifications, watching, retention } = Settings.shape
    // A section that cannot be read falls back by itself; the others stay as the operator left them.
    return {
      model: model.catch(defaultSettings.model).parse(merged.model),
      slack: slack.catch(defaultSettings.slack).parse(merged.slack),
      notifications: notifications.catch(defaultSettings.notifications).parse(merged.notifications),
      watching: watching.catch(defaultSettings.watching).parse(merged.watching),
      retention: retention.catch(defaultSettings.retention).parse(merged.retention),
    }
  }

  #read(): Settings {
    const fixed: Record<string, Record<string, unknown>> = {}
    for (const { path, value } of this.#fixed) {
      const [section = '', name = ''] = path.split('.')
      fixed[section] = { ...fixed[section], [name]: value }
    }
    return Settings.parse(merge(this.#stored(), fixed as SettingsPatch))
  }
}

function asPatch(value: unknown): SettingsPatch {
  return typeof value === 'object' && value !== null ? (value as SettingsPatch) : {}
}

function merge(base: Settings, patch: SettingsPatch): Settings {
  return {
    model: { ...base.model, ...patch.model },
    slack: { ...base.slack, ...patch.slack },
    notifications: { ...base.notifications, ...patch.notifications },
    watching: { ...base.watching, ...patch.watching },
    retention: { ...base.retention, ...patch.retention },
  }
}

function paths(patch: SettingsPatch): string[] {
  return Object.entries(patch).flatMap(([section, values]) =>
    Object.keys(values ?? {}).map((name) => `${section}.${name}`),
  )
}
