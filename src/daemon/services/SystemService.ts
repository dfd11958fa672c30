import type { DeliveryView } from '../../contract/incidents.ts'
import type {
  AuditRowView,
  DaemonInfo,
  DaemonStatus,
  ListenerRow,
  ScheduleRow,
  SetupStep,
} from '../../contract/system.ts'
import { KoraError } from '../../domain/errors.ts'
import { overallStatus, unknown } from '../../domain/snapshot.ts'
import { clip } from '../../domain/text.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { GateReport } from './BootGates.ts'
import type { ChannelService } from './ChannelService.ts'
import type { Coordinator } from './Coordinator.ts'
import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'
import type { Problems } from './Problems.ts'
import type { ProbeService } from './ProbeService.ts'
import type { RecordCounts } from './RecordCounts.ts'
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
  'snapshot.compute': 'Compute the snapshot',
  'alerts.notify': 'Look for alerts nobody was told of',
  'alerts.digest_flush': 'Put the digest into the inbox',
  'alert_wake.tail': 'Look for alerts nobody looked into',
  'listeners.check': 'Look whether every listener lives',
}

/** Tasks that run every few seconds would otherwise redraw every window as often. */
const quick = new Set([
  'observations.flush',
  'incidents.tick',
  'wakes.sweep',
  'budget.tick',
  'alert_wake.tail',
  'listeners.check',
])

/** Persisted between runs, so that a daily task survives daily restarts. The quick ones are not worth a write. */
const persisted = new Set(['backup.nightly', 'history.retention', 'observations.rollup', 'alerts.digest_flush'])

const maxErrorLength = 500

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly events: Events
  readonly scheduler: Scheduler
  /** Made after this service, since it tells it of its listeners. */
  readonly coordinator: () => Coordinator
  readonly counts: RecordCounts
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

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Everything was started. @param gates how the checks of the start went */
  started(gates: readonly GateReport[]): void {
    const { store, late, clock, version, host, sessionId, events } = this.#deps
    const details = { version, host, session_id: sessionId, gates }
    const nowMs = clock.nowMs()
    late.write(() => store.audit.append({ seam: 'daemon.started', details }, nowMs))
    events.publish('daemon.changed', {})
  }

  stopping(reason: string): void {
    const { store, late, clock, sessionId, coordinator, events } = this.#deps
    const nowMs = clock.nowMs()
    const uptimeSeconds = coordinator().uptimeSeconds()
    const uptimeMs = uptimeSeconds === null ? null : Math.round(uptimeSeconds * 1_000)
    const details = { reason, session_id: sessionId, uptime_ms: uptimeMs }
    // A stop that cannot be recorded is a stop all the same.
    late.write(() => store.audit.append({ seam: 'daemon.stopped', details }, nowMs))
    events.publish('daemon.changed', {})
  }

  /** A listener rose or fell after the start. */
  listenerChanged(listener: string, from: ListenerRow['state'], to: ListenerRow['state'], why: string | null): void {
    const { store, late, clock } = this.#deps
    const nowMs = clock.nowMs()
    late.write(() => store.audit.append({ seam: 'listener.changed', details: { listener, from, to, why } }, nowMs))
  }

  /** The process stood still although the machine was awake. */
  stalled(forMs: number): void {
    const { store, late, clock } = this.#deps
    const nowMs = clock.nowMs()
    late.write(() => store.audit.append({ seam: 'daemon.stalled', details: { for_ms: Math.round(forMs) } }, nowMs))
  }

  /** Until the next run of a persisted task, given when it last ran. */
  firstDelayMs(name: string, intervalMs: number, soonestMs: number): number {
    const last = this.#deps.store.schedules.get(name)?.lastStartedAtMs
    const nowMs = this.#deps.clock.nowMs()
    // A run in the future was dated by a clock that has been set since: nobody knows how long ago it was.
    if (last === null || last === undefined || last > nowMs) return soonestMs
    return Math.max(soonestMs, last + intervalMs - nowMs)
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
    const { store, host, demo, version, sessionId, dataFolder, problems, clock } = this.#deps
    const coordinator = this.#deps.coordinator()
    return {
      version,
      host,
      demo,
      state: coordinator.state,
      startedAtMs: coordinator.bootAtMs ?? clock.nowMs(),
      sessionId,
      dataFolder,
      databaseBytes: store.sizeBytes(),
      historySinceMs: store.audit.firstAtMs(),
      listeners: coordinator.rows(),
      schedules: this.schedules(),
      health: this.health(),
      problems: problems.list(),
      setup: this.#setup(),
      setupDismissed: store.settings.get('setupDismissed') === true,
    }
  }

  status(): DaemonStatus {
    return this.#deps.coordinator().status()
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

  /** Walks the hash chain over the audit log; a broken one stands as a problem until it was walked in order. */
  async verifyAudit(): Promise<{ rows: number; ok: boolean; firstBrokenSeq: number | null }> {
    const { store, problems } = this.#deps
    const found = await store.verifyAudit()
    if (found.ok) problems.clear('audit_broken')
    else {
      problems.raise({
        code: 'audit_broken',
        message: `The records do not hold together: number ${found.firstBrokenSeq} was changed or removed.`,
        action: 'Compare with a backup: History opens one beside the present records.',
        route: '/system/audit',
      })
    }
    return found
  }

  /** How the daemon itself is, of its listeners and the errors of the last five minutes. */
  health(): DaemonInfo['health'] {
    const { coordinator, counts } = this.#deps
    const { count, byKind } = counts.lastMinutes()
    const listeners = coordinator()
      .rows()
      .map(({ state }) => ({ status: state === 'starting' ? unknown : state }) as const)
    return { overall: overallStatus(listeners, count), recentErrors: count, breakdown: byKind }
  }

  /** Null for a task that is not one of the system's. */
  taskLabel(name: string): string | null {
    return labels[name] ?? null
  }

  schedules(): ScheduleRow[] {
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
