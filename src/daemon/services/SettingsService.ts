import { Settings, type SettingsPatch } from '../../contract/settings.ts'
import { KoraError } from '../../domain/errors.ts'
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
  routing: {
    strongModel: 'claude-opus-4-7',
    forceStrong: false,
    prefix: '/opus',
    decisionPatterns: [],
    lowConfidencePatterns: [],
    postCallEscalation: true,
  },
  budget: {
    poolUsd: 200,
    warnPct: 75,
    downshiftPct: 90,
    stopPct: 100,
    reconcileTolerancePct: 10,
    anchorDay: 1,
    extraUsageOff: true,
    dailyCapUsd: null,
    criticalSharePct: 0,
    adminKeyRef: 'vault:anthropic-admin',
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
  alerts: {
    mode: 'immediate',
    categoryCooldownSeconds: 1_800,
    burstThreshold: 5,
    tellResolved: true,
    investigate: true,
    investigationDebounceSeconds: 600,
    debounceBypassCritical: false,
    investigationsPerDay: 20,
    thresholds: { deadLetters: 5, denials: 10, reasoningErrors: 5, replyFailures: 3 },
  },
  maintenance: { windows: [] },
  localApi: { enabled: false, port: 9_120 },
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

  /**
   * Merges a patch, stores it and records which paths changed (never values: some are addresses).
   * @throws KoraError settings_invalid when the whole does not hold together
   */
  update(patch: SettingsPatch): Settings {
    const merged = merge(this.#stored(), patch)
    const whole = Settings.safeParse(merged)
    if (!whole.success) {
      const [issue] = whole.error.issues
      const field = issue?.path.join('.') ?? ''
      throw new KoraError('settings_invalid', `These settings do not hold together: ${field}: ${issue?.message}.`, {
        field,
      })
    }
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
    const { model, routing, budget, slack, notifications, watching, alerts, maintenance, localApi, retention } =
      Settings.shape
    // A section that cannot be read falls back by itself; the others stay as the operator left them.
    return {
      model: model.catch(defaultSettings.model).parse(merged.model),
      routing: routing.catch(defaultSettings.routing).parse(merged.routing),
      budget: budget.catch(defaultSettings.budget).parse(merged.budget),
      slack: slack.catch(defaultSettings.slack).parse(merged.slack),
      notifications: notifications.catch(defaultSettings.notifications).parse(merged.notifications),
      watching: watching.catch(defaultSettings.watching).parse(merged.watching),
      alerts: alerts.catch(defaultSettings.alerts).parse(merged.alerts),
      maintenance: maintenance.catch(defaultSettings.maintenance).parse(merged.maintenance),
      localApi: localApi.catch(defaultSettings.localApi).parse(merged.localApi),
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
    routing: { ...base.routing, ...patch.routing },
    budget: { ...base.budget, ...patch.budget },
    slack: { ...base.slack, ...patch.slack },
    notifications: { ...base.notifications, ...patch.notifications },
    watching: { ...base.watching, ...patch.watching },
    alerts: { ...base.alerts, ...patch.alerts },
    maintenance: { ...base.maintenance, ...patch.maintenance },
    localApi: { ...base.localApi, ...patch.localApi },
    retention: { ...base.retention, ...patch.retention },
  }
}

function paths(patch: SettingsPatch): string[] {
  return Object.entries(patch).flatMap(([section, values]) =>
    Object.keys(values ?? {}).map((name) => `${section}.${name}`),
  )
}
