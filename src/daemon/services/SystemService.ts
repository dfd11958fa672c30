import type { DeliveryView } from '../../contract/incidents.ts'
import type { AuditRowView, DaemonInfo, ListenerRow, ScheduleRow, SetupStep } from '../../contract/system.ts'
import { KoraError } from '../../domain/errors.ts'
import { clip } from '../../domain/text.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { ChannelService } from './ChannelService.ts'
import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'
import type { Problems } from './Problems.ts'
import type { ProbeService } from './ProbeService.ts'
import type { Scheduler, TaskResult } from './Scheduler.ts'

/** System tasks by name, in the operator's words; probes have their own table. */
const labels: Readonly<Record<string, string>> = {
  'observations.flush': 'Write samples',
  'observations.rollup': 'Roll up five-minute history',
  'history.retention': 'Remove what is past its keep',
  'backup.nightly': 'Back up the database',
  'incidents.tick': 'Reminders and held messages',
  'wakes.sweep': 'Look for anything left untold',
  'budget.tick': 'Billing period, prices and running time',
  'cost_telemetry.persist': 'Export the cost telemetry',
}

/** Tasks that run every few seconds would otherwise redraw every window as often. */
const quick = new Set(['observations.flush', 'incidents.tick', 'wakes.sweep', 'budget.tick'])

/** Persisted between runs, so that a daily task survives daily restarts. The quick ones are not worth a write. */
const persisted = new Set(['backup.nightly', 'history.retention', 'observations.rollup'])

const maxErrorLength = 500

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly events: Events
  readonly scheduler: Scheduler
  readonly problems: Problems
  readonly probes: ProbeService
  readonly channels: ChannelService
  readonly host: 'desktop' | 'headless'
  readonly demo: boolean
  readonly version: string
  readonly sessionId: string
  readonly dataFolder: string
  /** Removes secrets: a task's error may quote whatever it met. */
  readonly redact: (text: string) => string
}

/** The daemon about itself. */
export class SystemService {
  readonly #deps: Deps
  #state: DaemonInfo['state'] = 'booting'
  #startedAtMs = 0
  #probedAtMs: number | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  started(): void {
    const { store, late, clock, version, host, sessionId, events } = this.#deps
    this.#startedAtMs = clock.nowMs()
    this.#state = 'running'
    const details = { version, host, session_id: sessionId }
    late.write(() => store.audit.append({ seam: 'daemon.started', details }, this.#startedAtMs))
    events.on('observation.recorded', () => {
      this.#probedAtMs = clock.nowMs()
    })
    events.publish('daemon.changed', {})
  }

  stopping(reason: string): void {
    const { store, late, clock, sessionId, events } = this.#deps
    this.#state = 'shutting_down'
    const details = { reason, session_id: sessionId, uptime_ms: clock.nowMs() - this.#startedAtMs }
    const nowMs = clock.nowMs()
    // A stop that cannot be recorded is a stop all the same.
    late.write(() => store.audit.append({ seam: 'daemon.stopped', details }, nowMs))
    events.publish('daemon.changed', {})
  }

  /** Until the next run of a persisted task, given when it last ran. */
  firstDelayMs(name: string, intervalMs: number, soonestMs: number): number {
    const last = this.#deps.store.schedules.get(name)?.lastStartedAtMs
    if (last === null || last === undefined) return soonestMs
    return Math.min(intervalMs, Math.max(soonestMs, last + intervalMs - this.#deps.clock.nowMs()))
  }

  taskSettled(name: string, result: TaskResult): void {
    const { store, late, events, clock } = this.#deps
    if (labels[name] === undefined) return
    const error = this.#clean(result.error)
    if (persisted.has(name)) {
      const failures = result.outcome === 'failed' ? (store.schedules.get(name)?.failuresInARow ?? 0) + 1 : 0
      const nowMs = clock.nowMs()
      late.write(() => {
        store.schedules.save({
          name,
          lastStartedAtMs: result.startedAtMs,
          lastFinishedAtMs: result.startedAtMs + result.durationMs,
          outcome: result.outcome,
          error,
          failuresInARow: failures,
        })
        if (result.outcome === 'failed') {
          store.audit.append({ seam: 'task.failed', source: 'cron', details: { task: name, error } }, nowMs)
        }
      })
    }
    if (!quick.has(name)) events.publish('schedule.settled', { name })
  }

  /** @throws KoraError task_unknown */
  async runTask(name: string): Promise<void> {
    if (labels[name] === undefined) throw new KoraError('task_unknown', `There is no task called "${name}".`, { name })
    await this.#deps.scheduler.runNow(name)
  }

  info(): DaemonInfo {
    const { store, host, demo, version, sessionId, dataFolder, problems } = this.#deps
    return {
      version,
      host,
      demo,
      state: this.#state,
      startedAtMs: this.#startedAtMs,
      sessionId,
      dataFolder,
      databaseBytes: store.sizeBytes(),
      historySinceMs: store.audit.firstAtMs(),
      listeners: this.#listeners(),
      schedules: this.#schedules(),
      problems: problems.list(),
      setup: this.#setup(),
      setupDismissed: store.settings.get('setupDismissed') === true,
    }
  }

  dismissSetup(): void {
    const { store, events } = this.#deps
    store.transaction(() => store.settings.set('setupDismissed', true))
    events.publish('daemon.changed', {})
  }

  /** Attempts to tell the operator something, newest first. @param beforeMs exclusive */
  deliveries(limit: number, beforeMs: number | undefined): DeliveryView[] {
    const query = beforeMs === undefined ? { limit } : { limit, beforeMs }
    return this.#deps.store.outbox.deliveries(query).map((delivery) => ({
      id: delivery.id,
      messageId: delivery.outboxId,
      incidentId: delivery.incidentId,
      channel: delivery.channel,
      kind: delivery.kind,
      attempt: delivery.attempt,
      startedAtMs: delivery.startedAtMs,
      outcome: delivery.outcome,
      reason: delivery.reason,
      note: delivery.note,
      latencyMs: delivery.latencyMs,
      title: delivery.title,
    }))
  }

  /** Rows of the audit log; newest first unless `afterSeq` asks for what came next. */
  audit(query: Parameters<Store['audit']['list']>[0]): AuditRowView[] {
    return this.#deps.store.audit.list(query).map((row) => ({
      seq: row.seq,
      eventId: row.eventId,
      emittedAtMs: row.emittedAtMs,
      seam: row.seam,
      known: row.known,
      details: row.details,
      callerSessionId: row.callerSessionId,
      source: row.source,
      incidentId: row.incidentId,
    }))
  }

  verifyAudit(): Promise<{ rows: number; ok: boolean; firstBrokenSeq: number | null }> {
    return this.#deps.store.verifyAudit()
  }

  #listeners(): ListenerRow[] {
    const { probes, channels, store, scheduler } = this.#deps
    const running = this.#state === 'running'
    const up = running ? 'up' : 'starting'
    const enabled = probes.definitions().filter((definition) => definition.enabled).length
    const slack = channels.states().find((channel) => channel.channel === 'slack')
    const sinceMs = running ? this.#startedAtMs : null
    const row = (name: string, rest: Partial<ListenerRow>): ListenerRow => ({
      name,
      state: up,
      sinceMs,
      lastEventAtMs: null,
      note: null,
      ...rest,
    })
    const stuck = scheduler.rows().filter((task) => task.stuck)
    const stuckTasks = stuck.filter((task) => labels[task.name] !== undefined)
    const stuckProbes = stuck.length - stuckTasks.length
    return [
      row('heartbeat', {
        note: 'runs the schedules',
        ...(stuckTasks.length > 0
          ? { state: 'down', note: `does not end: ${stuckTasks.map((task) => labels[task.name]).join(', ')}` }
          : {}),
      }),
      row('heartbeat_probes', {
        state: enabled === 0 ? 'off' : stuckProbes > 0 ? 'down' : up,
        lastEventAtMs: this.#probedAtMs,
        note:
          stuckProbes > 0
            ? `${stuckProbes} checks do not end`
            : enabled === 0
              ? 'no service is watched yet'
              : `${enabled} services`,
      }),
      row('probe_wake', {
        lastEventAtMs: store.audit.list({ seam: 'probe.wake_requested', limit: 1 })[0]?.emittedAtMs ?? null,
      }),
      row('reasoning_engine', {
        state: channels.modelConfigured() ? up : 'off',
        note: channels.modelConfigured() ? null : 'no model key',
      }),
      row('slack_client', {
        state: slack?.state === 'not_configured' ? 'off' : slack?.state === 'failing' ? 'down' : up,
        lastEventAtMs: slack?.lastProvenAtMs ?? null,
        note: slack?.state === 'failing' ? slack.lastFailure : (slack?.note ?? null),
      }),
    ]
  }

  #schedules(): ScheduleRow[] {
    const { scheduler, store } = this.#deps
    return scheduler
      .rows()
      .filter((row) => labels[row.name] !== undefined)
      .map((row) => {
        const earlier = row.lastOutcome === 'never' ? store.schedules.get(row.name) : null
        return {
          name: row.name,
          label: labels[row.name] ?? row.name,
          intervalMs: row.intervalMs,
          running: row.running,
          lastStartedAtMs: row.lastStartedAtMs ?? earlier?.lastStartedAtMs ?? null,
          lastDurationMs: row.lastDurationMs,
          lastOutcome: earlier?.outcome ?? row.lastOutcome,
          lastError: this.#clean(row.lastError) ?? earlier?.error ?? null,
          failuresInARow: earlier?.failuresInARow ?? row.failuresInARow,
          nextDueAtMs: row.nextDueAtMs,
        }
      })
  }

  #clean(error: string | null): string | null {
    return error === null ? null : clip(this.#deps.redact(error), maxErrorLength)
  }

  #setup(): SetupStep[] {
    const { probes, channels } = this.#deps
    const native = channels.states().find((channel) => channel.channel === 'native')
    return [
      {
        key: 'probe',
        label: 'Watch a service',
        hint: 'Add a web address or a provider you depend on.',
        done: probes.definitions().length > 0,
        route: '/settings/probes',
      },
      {
        key: 'model_key',
        label: 'Add a model key',
        hint: 'Without it Kora still tells you what broke, but not why.',
        done: channels.modelConfigured(),
        route: '/settings/model',
      },
      {
        key: 'slack',
        label: 'Connect Slack',
        hint: 'A bot token and your user id, so that Kora can write to you.',
        done: channels.slackConfigured(),
        route: '/settings/slack',
      },
      {
        key: 'notifications',
        label: 'Allow notifications',
        hint: 'Kora shows them on this machine.',
        done: native?.state === 'ready',
        route: '/settings/notifications',
      },
    ]
  }
}
