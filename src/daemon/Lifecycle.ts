import { KoraError } from '../domain/errors.ts'
import type { Clock } from './platform/clock.ts'
import type { EnvConfig } from './platform/config.ts'
import type { HttpClient } from './platform/http.ts'
import type { Logger } from './platform/logger.ts'
import type { AlertInvestigations } from './services/AlertInvestigations.ts'
import type { AlertService } from './services/AlertService.ts'
import type { BackupService } from './services/BackupService.ts'
import type { BootGates } from './services/BootGates.ts'
import type { BudgetService } from './services/BudgetService.ts'
import type { ConnectivityService } from './services/ConnectivityService.ts'
import type { Coordinator } from './services/Coordinator.ts'
import type { CostService } from './services/CostService.ts'
import { Degradations } from './services/Degradations.ts'
import type { Events } from './services/Events.ts'
import type { HistoryFiles } from './services/HistoryFiles.ts'
import type { HousekeepingService } from './services/HousekeepingService.ts'
import type { IncidentService } from './services/IncidentService.ts'
import type { InvestigationService } from './services/InvestigationService.ts'
import type { LateWrites } from './services/LateWrites.ts'
import type { MaintenanceWindows } from './services/MaintenanceWindows.ts'
import type { NotificationService } from './services/NotificationService.ts'
import type { OperationalStateService } from './services/OperationalStateService.ts'
import type { PriceBook } from './services/PriceBook.ts'
import type { Problems } from './services/Problems.ts'
import type { ProbeService } from './services/ProbeService.ts'
import type { RecordCounts } from './services/RecordCounts.ts'
import type { RunSpans } from './services/RunSpans.ts'
import type { Scheduler } from './services/Scheduler.ts'
import type { ServiceRows } from './services/ServiceRows.ts'
import type { SnapshotService } from './services/SnapshotService.ts'
import type { SpendService } from './services/SpendService.ts'
import type { SpikeNotice } from './services/SpikeNotice.ts'
import type { StateService } from './services/StateService.ts'
import type { SystemService } from './services/SystemService.ts'
import type { TelemetryExport } from './services/TelemetryExport.ts'
import type { Store } from './store/Store.ts'

/** What has not ended after this long at a stop is left behind, so that the store can be closed. */
const stopGraceMs = 8_000
/** Of that, for checks and tasks under way: what they hold up, messages among it, has to end in the rest. */
export const intakeGraceMs = 4_000
const minuteMs = 60_000
/** What an earlier process left goes on after this long even if its probe could not be looked at again. */
const recheckLimitMs = 60_000
/** A wall clock that moves by more was set; by less it is being corrected, or the clocks are rounded. */
const setClockMs = 30_000

const lostLog = {
  code: 'log_lost',
  message: 'The database’s write log was deleted while Kora was stopped: the last records before that may be missing.',
  action: 'Compare System, Audit with what you remember; a backup holds everything up to its time.',
  route: '/system/backups',
} as const

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly http: HttpClient
  readonly logger: Logger
  readonly events: Events
  readonly config: EnvConfig
  readonly scheduler: Scheduler
  readonly coordinator: Coordinator
  readonly gates: BootGates
  readonly operational: OperationalStateService
  readonly problems: Problems
  readonly spans: RunSpans
  readonly budget: BudgetService
  /** Reads what the period has cost so far from the ledger. */
  readonly hydrateSpending: () => void
  readonly costs: CostService
  readonly prices: PriceBook
  readonly spend: SpendService
  readonly spikes: SpikeNotice
  readonly telemetryExport: TelemetryExport
  readonly maintenance: MaintenanceWindows
  readonly incidents: IncidentService
  readonly connectivity: ConnectivityService
  readonly probes: ProbeService
  readonly rows: ServiceRows
  readonly investigations: InvestigationService
  readonly notifications: NotificationService
  readonly alerts: AlertService
  readonly alertInvestigations: AlertInvestigations
  readonly snapshots: SnapshotService
  readonly counts: RecordCounts
  readonly housekeeping: HousekeepingService
  readonly backups: BackupService
  readonly files: HistoryFiles
  readonly system: SystemService
  readonly state: StateService
}

/** The daemon's start and end in order, what repeats between them, and what a sleep or a set clock changes. */
export class Lifecycle {
  readonly #deps: Deps
  readonly #hydration = new AbortController()
  #stopping: Promise<void> | null = null
  #awakeSinceMs: number
  /** The wall clock beside the time since the machine's boot: it stays the same until somebody sets the clock. */
  #wallBesideBootMs: number
  #storeBackAtMs = 0
  #endRechecks = (): void => undefined

  constructor(deps: Deps) {
    this.#deps = deps
    this.#awakeSinceMs = deps.clock.nowMs()
    this.#wallBesideBootMs = this.#besideBootMs()
  }

  /** Since when anything may be expected to happen: the start, the end of a sleep, or the setting of the clock. */
  get awakeSinceMs(): number {
    return this.#awakeSinceMs
  }

  /** When the store last took writes again after it had refused them; 0 when it never refused. */
  get storeBackAtMs(): number {
    return this.#storeBackAtMs
  }

  /** How long ago something happened cannot be told across the setting of the clock: it counts as just now. */
  noticeSetClock(): void {
    const besideBootMs = this.#besideBootMs()
    if (Math.abs(besideBootMs - this.#wallBesideBootMs) > setClockMs) this.#awakeSinceMs = this.#deps.clock.nowMs()
    this.#wallBesideBootMs = besideBootMs
  }

  /** The machine slept, or the process was not run, for a while that has just ended. */
  woke(): void {
    const { spans, clock, operational, maintenance, probes } = this.#deps
    spans.woke()
    this.#awakeSinceMs = clock.nowMs()
    operational.tick(clock.nowMs())
    maintenance.look()
    this.#budgetTick()
    probes.checkSoon(this.#recheckFirst())
  }

  /** Has probes looked at before what an earlier process left about them goes on. */
  lookAgain(probeIds: readonly string[]): void {
    this.#limitRechecks()
    this.#deps.probes.checkSoon(probeIds)
  }

  /** Resolves when every listener has started. @throws KoraError daemon_stopping, or why the start failed */
  async start(): Promise<void> {
    if (this.#stopping) throw new KoraError('daemon_stopping', 'This daemon was stopped; start another.')
    const { store, problems, spans, files, events, late, operational } = this.#deps
    const { maintenance, incidents, connectivity, counts, state, probes, coordinator, rows, logger } = this.#deps
    if (store.lostLog) problems.raise(lostLog)
    spans.start()
    files.start()
    this.#startBudget()
    new Degradations({ events, late, operational }).start()
    maintenance.start()
    incidents.start()
    connectivity.start()
    counts.start()
    this.#schedule()
    state.start()
    events.on('operational.changed', ({ from, to }) => {
      // What was held back is told only after its probe was looked at again (ruling 18).
      if (from === 'paused' && to !== 'paused') probes.checkSoon(this.#recheckFirst())
    })
    try {
      await coordinator.start()
    } catch (error) {
      operational.stopped(`the start failed: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
    await this.#passGates()
    rows.hydrate(this.#hydration.signal).catch((error: unknown) => {
      logger.warn('the last hour could not be read', { error: String(error) })
    })
  }

  /** Refuses work, aborts jobs, drains to a deadline, closes the store last. Idempotent; the first reason is recorded. */
  stop(reason: string): Promise<void> {
    return (this.#stopping ??= this.#end(reason))
  }

  /** Resolves when no check, investigation or delivery is under way. */
  async drain(): Promise<void> {
    const { scheduler, probes, investigations, notifications, alertInvestigations, snapshots } = this.#deps
    await scheduler.drain()
    await probes.drain()
    await investigations.drain()
    await notifications.drain()
    await alertInvestigations.drain()
    await notifications.drain()
    await snapshots.drain()
  }

  /** While a check has to be tried again, Kora watches and tells, and calls itself starting. */
  async #passGates(): Promise<void> {
    const { clock, gates, operational, system } = this.#deps
    this.#awakeSinceMs = clock.nowMs()
    const { waits, done } = gates.run(this.#hydration.signal)
    const ready = done.then((reports) => {
      if (this.#stopping) return
      operational.ready('everything was started')
      system.started(reports)
    })
    await Promise.race([waits, ready])
  }

  async #end(reason: string): Promise<void> {
    const { coordinator, system, state, clock, files, maintenance, spans, http, store } = this.#deps
    if (coordinator.bootAtMs !== null) system.stopping(reason)
    coordinator.callOff(reason)
    this.#hydration.abort()
    this.#endRechecks()
    state.stop()
    const grace = Promise.withResolvers<void>()
    const cancel = clock.setTimer(stopGraceMs, grace.resolve)
    // What does not end in time must not keep the store open.
    await Promise.race([coordinator.stop(reason).then(() => files.stop()), grace.promise])
    cancel()
    maintenance.stop()
    spans.stop()
    await http.close()
    await store.close()
  }

  /** No model is called before the period's spending is known. */
  #startBudget(): void {
    const { prices, operational, costs, budget, events, clock, hydrateSpending } = this.#deps
    prices.start()
    operational.start()
    costs.recover()
    budget.start()
    hydrateSpending()
    costs.reprice(true)
    // What was counted while the store refused is in the ledger only now.
    events.on('store.recovered', () => {
      this.#storeBackAtMs = clock.nowMs()
      budget.reread()
      hydrateSpending()
    })
  }

  #budgetTick(): void {
    const { budget, costs, prices, spikes, spend, events } = this.#deps
    budget.tick()
    costs.reprice(prices.look())
    spikes.look(spend.state().spike)
    events.publish('spend.changed', {})
  }

  /** After a sleep nothing is told before its probe was looked at again (ruling 18). @returns the probes to look at */
  #recheckFirst(): string[] {
    const { notifications, investigations } = this.#deps
    this.#limitRechecks()
    return [...new Set([...notifications.hold(), ...investigations.hold()])]
  }

  #limitRechecks(): void {
    const { clock, notifications, investigations } = this.#deps
    this.#endRechecks()
    this.#endRechecks = clock.setTimer(recheckLimitMs, () => {
      notifications.releaseRechecks()
      investigations.releaseRechecks()
    })
  }

  #besideBootMs(): number {
    const { clock } = this.#deps
    return clock.nowMs() - clock.bootMs()
  }

  /** What repeats and is no listener's own. */
  #schedule(): void {
    const { config, clock, scheduler, coordinator, operational, incidents, notifications, investigations } = this.#deps
    const { alerts, alertInvestigations, spans, snapshots, telemetryExport, housekeeping, backups, system } = this.#deps
    housekeeping.register(scheduler)
    backups.register(scheduler, system.firstDelayMs('backup.nightly', 86_400_000, 600_000))
    const task = (name: string, intervalMs: number, run: () => void | Promise<void>, firstDelayMs?: number): void => {
      const first = firstDelayMs === undefined ? {} : { firstDelayMs }
      const timeoutMs = Math.min(minuteMs, intervalMs * 6)
      scheduler.add({ name, intervalMs, timeoutMs, run: async () => run(), ...first })
    }
    task('listeners.check', 5_000, () => {
      coordinator.look()
      operational.tick(clock.nowMs())
    })
    task('incidents.tick', 5_000, () => incidents.tick())
    // Everything reacts to commits; these find what a lost reaction would have left.
    task('wakes.sweep', Math.max(1_000, config.wakeSweepMs), () => {
      notifications.kick()
      investigations.kick()
    })
    task('alert_wake.tail', config.alerts.wakeSweepMs, () => alertInvestigations.kick())
    task('alerts.notify', config.alerts.notifyMs, () => alerts.look())
    const digestDueMs = system.firstDelayMs('alerts.digest_flush', config.alerts.digestMs, 1_000)
    task('alerts.digest_flush', config.alerts.digestMs, () => void alerts.flushDigest(), digestDueMs)
    task('budget.tick', minuteMs, () => {
      spans.tick()
      this.#budgetTick()
    })
    task('snapshot.compute', config.snapshot.intervalMs, () => snapshots.runCycle())
    task('cost_telemetry.persist', config.costTelemetry.persistMs, () => telemetryExport.write())
  }
}
