import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Router } from '@orpc/server'
import type { Contract } from '../contract/index.ts'
import type { NotificationMessage } from '../contract/state.ts'
import { KoraError } from '../domain/errors.ts'
import { freshForSeconds } from '../domain/snapshot.ts'
import { CostReportClient } from './clients/costReport.ts'
import { ModelClient } from './clients/model.ts'
import { SlackClient } from './clients/slack.ts'
import { demoWorld } from './demo.ts'
import { apiTokenFile, openApiToken } from './hosting/apiToken.ts'
import { LocalApi } from './hosting/LocalApi.ts'
import { createPublishedApi } from './hosting/publishedApi.ts'
import type { PublishedSources } from './hosting/publishedEndpoint.ts'
import { publishedSources } from './hosting/publishedSources.ts'
import type { Listener } from './listeners/listener.ts'
import { intakeGraceMs, Lifecycle } from './Lifecycle.ts'
import { listeners } from './listeners/registry.ts'
import type { Clock } from './platform/clock.ts'
import type { EnvConfig } from './platform/config.ts'
import type { HttpClient } from './platform/http.ts'
import type { Logger } from './platform/logger.ts'
import type { NativeNotifier } from './platform/notifier.ts'
import type { DataPaths } from './platform/paths.ts'
import type { Redactor } from './platform/redactor.ts'
import type { Secrets } from './platform/secrets.ts'
import { machineTimeZone } from './platform/timeZone.ts'
import { providerFor } from './probes/registry.ts'
import { seedProbes } from './probes/seeds.ts'
import { ActivityService } from './services/ActivityService.ts'
import { alertFacts } from './services/alertFacts.ts'
import { AlertInvestigations } from './services/AlertInvestigations.ts'
import { AlertService } from './services/AlertService.ts'
import { AlertViews } from './services/AlertViews.ts'
import { BackupService } from './services/BackupService.ts'
import { BootGates } from './services/BootGates.ts'
import { BudgetService } from './services/BudgetService.ts'
import { ChannelService } from './services/ChannelService.ts'
import { ConnectivityService } from './services/ConnectivityService.ts'
import { Coordinator } from './services/Coordinator.ts'
import { CostService } from './services/CostService.ts'
import { CostTelemetry } from './services/CostTelemetry.ts'
import { Events } from './services/Events.ts'
import { HistoryFiles } from './services/HistoryFiles.ts'
import { HistoryService } from './services/HistoryService.ts'
import { HousekeepingService } from './services/HousekeepingService.ts'
import { InboxService } from './services/InboxService.ts'
import { IncidentRecords } from './services/IncidentRecords.ts'
import { IncidentService } from './services/IncidentService.ts'
import { IncidentViews } from './services/IncidentViews.ts'
import { InvestigationService } from './services/InvestigationService.ts'
import { createNewId } from './services/ids.ts'
import { LatencyWindow } from './services/LatencyWindow.ts'
import { LateWrites } from './services/LateWrites.ts'
import { MaintenanceWindows } from './services/MaintenanceWindows.ts'
import { ModelGateway } from './services/ModelGateway.ts'
import { NativeGathering } from './services/NativeGathering.ts'
import { NativeSender } from './services/NativeSender.ts'
import { NotificationService } from './services/NotificationService.ts'
import { OperationalActions } from './services/OperationalActions.ts'
import { OperationalStateService } from './services/OperationalStateService.ts'
import { OperatorActions } from './services/OperatorActions.ts'
import { OutboxBook } from './services/OutboxBook.ts'
import type { PanelService } from './services/PanelService.ts'
import { PriceBook } from './services/PriceBook.ts'
import { Problems } from './services/Problems.ts'
import { ProbeService } from './services/ProbeService.ts'
import { RecordCounts } from './services/RecordCounts.ts'
import { Responder } from './services/Responder.ts'
import { RouterSettings } from './services/RouterSettings.ts'
import { RunSpans } from './services/RunSpans.ts'
import { Scheduler } from './services/Scheduler.ts'
import { SecretService } from './services/SecretService.ts'
import { ServiceRows } from './services/ServiceRows.ts'
import { SettingsService } from './services/SettingsService.ts'
import { SingleCallInvestigator } from './services/SingleCallInvestigator.ts'
import { SlackSender } from './services/SlackSender.ts'
import { SnapshotFile } from './services/SnapshotFile.ts'
import { SnapshotService } from './services/SnapshotService.ts'
import { SpendService } from './services/SpendService.ts'
import { SpikeNotice } from './services/SpikeNotice.ts'
import { StateService } from './services/StateService.ts'
import { SystemService } from './services/SystemService.ts'
import { TelemetryExport } from './services/TelemetryExport.ts'
import { TestAlert } from './services/TestAlert.ts'
import { ViewService } from './services/ViewService.ts'
import { makeCopy } from './store/openCopy.ts'
import { openStore } from './store/openStore.ts'
import { StoreReader } from './store/StoreReader.ts'

/** One request to Slack; the reliability specification wants a hanging Slack given up within 10 s. */
const slackTimeoutMs = 9_000
/** Who pays for model calls: an API key's account. */
const account = 'api_key'

/** What a host gives the daemon. Everything else it builds itself. */
export interface DaemonOptions {
  readonly host: 'desktop' | 'headless'
  readonly version: string
  readonly demo: boolean
  readonly paths: DataPaths
  readonly env: Readonly<Record<string, string | undefined>>
  readonly config: EnvConfig
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly secrets: Secrets
  readonly http: HttpClient
  readonly notifier: NativeNotifier
  /** Notifications for browsers that show a headless cockpit; ends at once on the desktop. */
  readonly browserNotifications: (signal: AbortSignal) => AsyncIterable<NotificationMessage>
  /** Script of the read-only store worker; the built file beside the host, or the source. */
  readonly readWorker: URL
  /** Folder with `prices.json`. */
  readonly resources: string
  /** The host's own server; null where there is none, which leaves the local API that Settings switches on. */
  readonly web: Listener | null
  /** Somebody asked the process to end in order. */
  readonly requestStop: (reason: string) => void
  /** Brings the cockpit to the front; answers with its address when it has one. */
  readonly focus: (route: string | undefined) => Promise<{ address: string | null }>
}

export interface Daemon {
  /** What a host serves under the published paths. */
  readonly published: PublishedSources
  /** The contract's implementation; hosts put it behind their transport. A daemon that nobody asks does not load it. */
  readonly router: () => Promise<Router<Contract, Record<never, never>>>
  /** Resolves when every listener has started. @throws KoraError */
  start(): Promise<void>
  /** Refuses work, aborts jobs, drains to a deadline, closes the store last. Idempotent; the first reason is recorded. */
  stop(reason: string): Promise<void>
  /** The machine woke from sleep: every due task runs once. */
  resumed(): void
  /** Resolves when no check, investigation or delivery is under way. */
  drain(): Promise<void>
}

/**
 * Builds the daemon, top to bottom, by hand. Opening the store is the only effect before `start`.
 * @throws KoraError store_newer_schema, store_damaged, store_unwritable, config_invalid
 */
export function createDaemon(options: DaemonOptions): Daemon {
  const { clock, logger, redactor, secrets, http, env, paths, notifier } = options
  const newId = createNewId(clock)
  const sessionId = randomBytes(16).toString('hex')
  const demo = options.demo ? demoWorld(env) : null
  const store = openStore({ file: paths.database, clock, logger, redactor, readWorker: options.readWorker })

  const events = new Events(logger)
  const redact = (text: string): string => redactor.text(text)
  const problems = new Problems({ clock, events, redact })
  const late = new LateWrites({ store, events, logger, problems })
  const book = new OutboxBook({ store, late })
  const fixed = [...options.config.fixed, ...(demo?.fixed ?? [])]
  const settings = new SettingsService({ store, clock, events, fixed })
  const operational = new OperationalStateService({ store, late, clock, logger, events })
  const spans = new RunSpans({ store, late, clock, bootId: sessionId })
  const prices = new PriceBook({
    file: join(options.resources, 'prices.json'),
    overlayFile: paths.priceOverlay,
    clock,
    problems,
    logger,
    events,
  })
  const telemetry = new CostTelemetry({ ledger: store.ledger, clock, processId: sessionId })
  const budget = new BudgetService({
    store,
    late,
    clock,
    logger,
    events,
    problems,
    settings,
    operational,
    newId,
    account,
    onPeriod: (periodMs) => telemetry.hydrate({ periodMs, account }),
  })
  const costs = new CostService({
    store,
    late,
    clock,
    logger,
    events,
    prices,
    budget,
    telemetry,
    processId: sessionId,
    account,
    newId,
  })

  const records = new IncidentRecords({ store, book, newId, env })
  const title = (probeId: string): string => records.title(probeId)
  const maintenance = new MaintenanceWindows({ store, late, clock, events, settings })
  const incidents = new IncidentService({ store, late, book, records, clock, events, settings, maintenance, newId })
  const actions = new OperatorActions({ store, late, clock, events, incidents, records, operational })

  const scheduler = new Scheduler({
    clock,
    logger,
    onSettled: (name, result) => {
      coordinator.taskSettled(name, result)
      system.taskSettled(name, result)
    },
    onStall: (forMs) => system.stalled(forMs),
    onWake: () => lifecycle.woke(),
  })
  const connectivity = new ConnectivityService({
    store,
    book,
    clock,
    http,
    events,
    settings,
    newId,
    checkNow: (ids) => probes.checkSoon(ids),
  })
  const latencies = new LatencyWindow()
  const probes: ProbeService = new ProbeService({
    store,
    scheduler,
    events,
    clock,
    http,
    secrets,
    redactor,
    settings,
    connectivity,
    incidents,
    records,
    latencies,
    newId,
    providerFor,
    seeds: () => demo?.seeds ?? seedProbes(env),
  })
  const rows = new ServiceRows({ store, clock, probes, incidents, latencies })

  const gateway = new ModelGateway({
    store,
    clock,
    events,
    settings,
    secrets,
    router: new RouterSettings({ settings, logger }),
    operational,
    budget,
    costs,
    connect: (to) => new ModelClient({ ...to, clock, redact }),
  })
  const responder = new Responder({ gateway, clock })
  const investigator = new SingleCallInvestigator({ settings, costs, clock, responder })
  const investigations = new InvestigationService({
    store,
    late,
    book,
    clock,
    events,
    logger,
    incidents,
    records,
    investigator,
    operational,
    newId,
    redact,
    ramp: budget,
    others: (exceptIds) =>
      probes
        .definitions()
        .filter((definition) => definition.enabled && !exceptIds.includes(definition.id))
        .map((definition) => {
          const latest = probes.latest(definition.id)
          const { status = 'unknown', latencyMs = null, error = null } = latest ?? {}
          return { probe: definition.title, status, latencyMs, error }
        }),
  })
  const notifications = new NotificationService({
    store,
    book,
    clock,
    events,
    logger,
    settings,
    incidents,
    operational,
    alertOf: (occurrenceId) => alerts.get(occurrenceId),
    gathering: new NativeGathering({ book, newId }),
    newId,
    senders: {
      slack: new SlackSender({
        settings,
        secrets,
        connect: (to) => new SlackClient({ ...to, timeoutMs: slackTimeoutMs, redact }),
      }),
      native: new NativeSender({ notifier, settings }),
    },
    timeZone: machineTimeZone,
    onSettled: (row) => {
      investigations.settled(row)
      alertInvestigations.settled(row)
      inbox.missed(row)
    },
  })

  const channels = new ChannelService({
    store,
    book,
    clock,
    events,
    settings,
    secrets,
    notifier,
    gateway,
    newId,
  })
  const spend = new SpendService({
    store,
    clock,
    logger,
    settings,
    secrets,
    budget,
    telemetry,
    prices,
    gateway,
    tuning: options.config.routerTuning,
    account,
    connectReport: (to) => new CostReportClient({ ...to, http, redact }),
  })
  const spikes = new SpikeNotice({ store, book, clock, events, newId })
  const telemetryExport = new TelemetryExport({
    file: options.config.costTelemetry.path ?? paths.costTelemetry,
    spend,
    clock,
    logger,
  })
  const backups = new BackupService({ store, late, clock, events, problems, settings, newId, folder: paths.backups })
  const housekeeping = new HousekeepingService({ store, late, clock, events, settings })
  const files = new HistoryFiles({
    store,
    late,
    clock,
    logger,
    newId,
    folder: paths.openedHistory,
    backups: paths.backups,
    makeCopy: (copying) => makeCopy({ ...copying, script: options.readWorker }),
    openReader: (file) => new StoreReader({ file, clock, readWorker: options.readWorker }),
  })
  const history = new HistoryService({ store, files })
  const visits = new ViewService({ store, late, clock })
  const counts = new RecordCounts({ store, clock, events })
  const inbox = new InboxService({
    store,
    late,
    clock,
    events,
    newId,
    reachedElsewhere: () => channels.states().some(({ channel, state }) => channel === 'slack' && state === 'ready'),
  })
  const alerts: AlertService = new AlertService({
    store,
    late,
    book,
    clock,
    events,
    logger,
    settings,
    operational,
    maintenance,
    inbox,
    newId,
    digestIntervalMs: options.config.alerts.digestMs,
    cockpitUrl: options.config.cockpitUrl,
    timeZone: machineTimeZone,
    facts: (active) => {
      // A sleep, and a clock that was set, are seen before anything is judged by its age.
      scheduler.catchUp()
      lifecycle.noticeSetClock()
      return alertFacts(
        {
          nowMs: () => clock.nowMs(),
          thresholds: () => settings.get().alerts.thresholds,
          budget: () => budget.state(),
          operational: () => operational.state,
          lastDay: (name) => counts.lastDay(name),
          openIncidents: () => incidents.open(),
          title,
          listeners: () => (coordinator.bootAtMs === null ? null : coordinator.rows()),
          schedules: () => {
            // A task that cannot write fails for the same reason as everything else: one trouble, one voice.
            if (late.refusal) throw late.refusal
            return system.schedules()
          },
          storeBackAtMs: () => lifecycle.storeBackAtMs,
          snapshotAgeSeconds: () => snapshots.ageSeconds(),
          freshForSeconds: () => freshForSeconds(options.config.snapshot.intervalMs / 1_000),
          awakeSinceMs: () => (coordinator.bootAtMs === null ? null : lifecycle.awakeSinceMs),
          checks: () => probes.pace(lifecycle.awakeSinceMs),
          connectivity: () => connectivity.state(),
          channels: () => channels.states(),
          problems: () => problems.list(),
        },
        active,
      )
    },
  })
  const alertViews = new AlertViews({ store, book, clock, alerts, title })
  const snapshots: SnapshotService = new SnapshotService({
    clock,
    logger,
    events,
    statusOf: (probeId) => probes.latest(probeId)?.status ?? 'unknown',
    file: new SnapshotFile(options.config.snapshot.path ?? paths.snapshot),
    sessionId,
    intervalMs: options.config.snapshot.intervalMs,
    redact,
    sources: {
      operational: () => operational.state,
      alerts: () => alerts.known(),
      rung: () => knownBudget(budget).rung,
      pctUsed: () => knownBudget(budget).pctUsed,
      spend: () => knownBudget(budget),
      poolUsdSet: () => settings.get().budget.poolUsd,
      defaultModel: () => settings.get().model.id,
      services: () => probes.watched(),
      telemetry: () => {
        const { rolling_24h, monthly } = spend.publishedTelemetry()
        return { rolling_24h, monthly }
      },
      daemon: () => ({ bootAtMs: coordinator.bootAtMs, uptimeSeconds: coordinator.uptimeSeconds() }),
      listeners: () => coordinator.rows(),
      errors: () => counts.lastMinutes(),
    },
  })
  const alertInvestigations: AlertInvestigations = new AlertInvestigations({
    store,
    late,
    book,
    clock,
    events,
    logger,
    settings,
    operational,
    alerts,
    snapshots,
    responder,
    newId,
    redact,
  })
  const testAlert = new TestAlert({
    store,
    late,
    clock,
    channels,
    inbox,
    newId,
    deployEnv: options.config.deployEnv,
  })
  const operationalActions = new OperationalActions({
    clock,
    operational,
    sessionId,
    waiting: () => ({ messages: notifications.paused(), investigations: investigations.paused() }),
    requestStop: options.requestStop,
  })
  const system: SystemService = new SystemService({
    store,
    late,
    clock,
    events,
    scheduler,
    coordinator: () => coordinator,
    counts,
    problems,
    probes,
    channels,
    host: options.host,
    demo: options.demo,
    version: options.version,
    sessionId,
    dataFolder: paths.data,
    redact,
  })
  const activity = new ActivityService({ store, clock, events, title })
  const views = new IncidentViews({
    store,
    clock,
    incidents,
    probes,
    env,
    title,
    estimate: () => investigator.estimate(),
  })
  const state = new StateService({
    clock,
    events,
    rows,
    incidents,
    views,
    activity,
    connectivity,
    spend,
    system,
    operational: operationalActions,
    alerts: alertViews,
    inbox,
    maintenance,
    history,
    snapshots,
  })
  let loadedPanels: Promise<PanelService> | null = null
  // Loaded when a program asks for what it makes: a daemon that nobody asks does not hold it.
  const panels = (): Promise<PanelService> =>
    (loadedPanels ??= import('./services/PanelService.ts').then(
      (loaded) => new loaded.PanelService({ store, clock, probes }),
    ))
  const secretService = new SecretService({
    store,
    clock,
    events,
    secrets,
    used: () => probes.definitions().flatMap((definition) => secretRefs(definition.config)),
  })

  let loadedRouter: ReturnType<Daemon['router']> | null = null
  const router: Daemon['router'] = () =>
    (loadedRouter ??= import('./api/router.ts').then(({ createRouter }) =>
      createRouter({
        state: { state, activity, snapshots, notifications: options.browserNotifications },
        operational: { actions: operationalActions },
        alerts: { alerts, views: alertViews, inbox, testAlert },
        probes: { probes, rows },
        incidents: { actions, views },
        history: { history, files },
        spend: { spend },
        system: { system, backups, focus: options.focus },
        settings: { settings, secrets: secretService, channels, system },
        views: { views: visits },
      }),
    ))

  const published = publishedSources({ version: options.version, spend, snapshots, alertViews, visits, panels })
  const localApi = new LocalApi({
    settings: () => settings.get().localApi,
    onSettings: (run) => events.on('settings.changed', run),
    published: createPublishedApi(published),
    openToken: () => openApiToken(join(paths.data, apiTokenFile), logger),
    logger,
  })
  const coordinator: Coordinator = new Coordinator({
    clock,
    logger,
    events,
    sessionId,
    redact,
    onChange: (name, from, to, why) => system.listenerChanged(name, from, to, why),
    listeners: listeners({
      on: events.on.bind(events),
      scheduler,
      taskLabel: (name) => system.taskLabel(name),
      intakeGraceMs,
      web: options.web ?? localApi.listener(),
      probes,
      modelConfigured: () => channels.modelConfigured(),
      slackState: () => channels.state('slack'),
      alerts,
      snapshots,
      notifications,
      investigations,
      alertInvestigations,
      lastWakeAtMs: () => store.audit.list({ seam: 'probe.wake_requested', limit: 1 })[0]?.emittedAtMs ?? null,
      lookAgain: (probeIds) => lifecycle.lookAgain(probeIds),
    }),
  })
  const gates = new BootGates({
    clock,
    operational,
    redact,
    gates: [
      {
        id: 'store_takes_rows',
        reason: 'substrate',
        check: () => late.require(() => store.settings.set('store.asked', sessionId)),
      },
    ],
  })

  const lifecycle: Lifecycle = new Lifecycle({
    store,
    late,
    clock,
    http,
    logger,
    events,
    config: options.config,
    scheduler,
    coordinator,
    gates,
    operational,
    problems,
    spans,
    budget,
    hydrateSpending: () => telemetry.hydrate({ periodMs: budget.periodMs, account }),
    costs,
    prices,
    spend,
    spikes,
    telemetryExport,
    maintenance,
    incidents,
    connectivity,
    probes,
    rows,
    investigations,
    notifications,
    alerts,
    alertInvestigations,
    snapshots,
    counts,
    housekeeping,
    backups,
    files,
    system,
    state,
  })

  return {
    router,
    published,
    start: () => lifecycle.start(),
    stop: (reason) => lifecycle.stop(reason),
    resumed: () => scheduler.catchUp(),
    drain: () => lifecycle.drain(),
  }
}

/** @throws KoraError internal while the ledger cannot be read */
function knownBudget(budget: BudgetService) {
  const state = budget.state()
  if (state.kind === 'unknown') throw new KoraError('internal', state.reason)
  return state
}

/** Every `env:` and `vault:` reference in a definition's settings. */
function secretRefs(value: unknown): string[] {
  if (typeof value === 'string') return /^(env|vault):/.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(secretRefs)
}
