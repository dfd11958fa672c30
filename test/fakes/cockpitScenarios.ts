import type { DeliveryView, IncidentDetail, IncidentSummary } from '../../src/contract/incidents.ts'
import type { KindInfo, ProbeDefinitionView, ServiceRow } from '../../src/contract/probes.ts'
import type { ChannelState, SecretState, Settings } from '../../src/contract/settings.ts'
import type { ActivityItem, CockpitState } from '../../src/contract/state.ts'
import type { AuditRowView, BackupRow } from '../../src/contract/system.ts'

/** States of a daemon as a cockpit may meet them. */
export const scenarios = ['typical', 'calm', 'empty', 'full', 'broken', 'stale', 'blind', 'looking'] as const
export type Scenario = (typeof scenarios)[number]

/** Everything the fixture's router answers from. */
export interface World {
  state: CockpitState
  /** Every incident, open ones included, newest first. */
  incidents: IncidentSummary[]
  details: Map<string, IncidentDetail>
  definitions: ProbeDefinitionView[]
  kinds: KindInfo[]
  settings: Settings
  fixedByEnv: Record<string, string>
  secrets: SecretState[]
  channels: ChannelState[]
  deliveries: DeliveryView[]
  backups: BackupRow[]
  audit: AuditRowView[]
}

const s = 1_000
const min = 60 * s
const h = 60 * min
const d = 24 * h

/** Figures that look measured and are the same every time. */
function wave(index: number, seed: number): number {
  return Math.sin(index / 4 + seed) * 0.12 + Math.sin(index * 1.7 + seed * 3) * 0.06
}

export function latencyAt(base: number, index: number, seed: number): number {
  return Math.round(base * (1 + wave(index, seed)))
}

function service(nowMs: number, id: string, base: number, change: Partial<ServiceRow> = {}): ServiceRow {
  const seed = id.length
  const spark = Array.from({ length: 60 }, (_, index) => latencyAt(base, index, seed))
  return {
    id,
    kind: (['vercel', 'sentry', 'doppler', 'supabase', 'fly'] as const).find((kind) => kind === id) ?? 'http',
    title: id,
    enabled: true,
    intervalMs: 30 * s,
    status: 'healthy',
    cause: 'none',
    summary: 'Well',
    error: null,
    latencyMs: spark.at(-1) ?? null,
    p95Ms: Math.round(base * 1.3),
    observedAtMs: nowMs - (4 + (seed % 5) * 2) * s,
    details: {},
    spark,
    incidentId: null,
    severity: null,
    suspectSinceMs: null,
    checking: false,
    ...change,
  }
}

function incident(nowMs: number, id: string, agoMs: number, change: Partial<IncidentSummary> = {}): IncidentSummary {
  return {
    id,
    probeId: 'fly',
    probeTitle: 'fly',
    category: 'service_unhealthy',
    state: 'notified',
    severity: 'critical',
    title: 'Fly app(s) unreachable: HTTP 401',
    status: 'unhealthy',
    cause: 'auth_rejected',
    error: 'HTTP 401',
    openedAtMs: nowMs - agoMs,
    firstSeenAtMs: nowMs - agoMs - 10 * s,
    lastSeenAtMs: nowMs - 12 * s,
    resolvedAtMs: null,
    seenCount: 3,
    reopenedCount: 0,
    flapping: false,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    handledAtMs: null,
    finding: 'The token is rejected on both apps; it was most likely rotated.',
    investigating: false,
    toldAtMs: nowMs - agoMs + 23 * s,
    toldVia: 'slack',
    costNanoUsd: 11_300_000,
    ...change,
  }
}

function resolved(
  nowMs: number,
  id: string,
  agoMs: number,
  lastedMs: number,
  probeId: string,
  title: string,
): IncidentSummary {
  return incident(nowMs, id, agoMs, {
    probeId,
    probeTitle: probeId,
    state: 'resolved',
    severity: 'warning',
    title,
    cause: 'threshold',
    error: null,
    resolvedAtMs: nowMs - agoMs + lastedMs,
    finding: null,
    costNanoUsd: 8_100_000,
  })
}

function detailOf(summary: IncidentSummary, before: readonly IncidentSummary[]): IncidentDetail {
  const at = summary.openedAtMs
  const raw = { probe: summary.probeId, status: summary.status, error: summary.error }
  const line = (
    offsetMs: number,
    kind: IncidentDetail['timeline'][number]['kind'],
    tone: IncidentDetail['timeline'][number]['tone'],
    text: string,
    aside: string | null,
  ) => ({
    key: `${summary.id}:${offsetMs}:${kind}`,
    atMs: at + offsetMs,
    kind,
    tone,
    text,
    aside,
    raw: { ...raw, text },
  })
  const finding = summary.finding
    ? `${summary.finding}\nBoth apps answer 401 while Doppler and the other probes are healthy, so the network and the vault are fine. The last 200 was at 13:58:04.`
    : null
  return {
    incident: summary,
    detail: `${summary.probeTitle} probe reported status=${summary.status}. error='${summary.error ?? '(no error)'}'. Deploy-control impact: machines may be unreachable; scale or restart may not finish.`,
    details: {
      apps_running: 0,
      deploys_last_24h: 'unknown',
      apps: [
        { app: 'web', http_status: 401 },
        { app: 'worker', http_status: 401 },
      ],
    },
    handledReason: summary.handledAtMs === null ? null : 'Token replaced in the vault',
    envelope: { fixName: 'restart_unhealthy_machine', enabled: false },
    investigations: [
      {
        id: `inv_${summary.id}`,
        state: finding ? 'finished' : 'failed',
        requestedBy: 'wake',
        requestedAtMs: at,
        startedAtMs: at + s,
        finishedAtMs: at + 22 * s,
        failure: finding ? null : 'engine_unavailable',
        finding,
        nextStep: finding ? 'Put the new Fly API token in Settings, then check again.' : null,
        model: finding ? 'claude-haiku-4-5-20251001' : null,
        inputTokens: finding ? 1_204 : null,
        outputTokens: finding ? 212 : null,
        costNanoUsd: finding ? summary.costNanoUsd : null,
        durationMs: 21_400,
      },
    ],
    timeline: [
      line(-10 * s, 'check', 'trouble', `Check failed, ${summary.error ?? 'threshold passed'}`, '212 ms'),
      line(-9 * s, 'changed', 'attention', 'Doubted', 'checked again after 10 s'),
      line(0, 'check', 'trouble', `Check failed, ${summary.error ?? 'threshold passed'}`, 'second in a row'),
      line(
        20,
        'opened',
        'attention',
        `Incident opened, ${summary.severity}`,
        'because production has 0 machines running',
      ),
      line(40, 'wake', 'neutral', 'Woke up', 'opened'),
      line(230, 'delivery', 'neutral', 'Slack message sent', '212 ms, first attempt'),
      line(260, 'delivery', 'attention', 'Notification not shown', 'no cockpit was open to show it, first attempt'),
      line(s, 'investigation', 'neutral', 'Investigation begun', null),
      line(
        22 * s,
        'investigation',
        finding ? 'neutral' : 'attention',
        finding ? 'Finding ready' : 'Could not investigate: engine_unavailable',
        finding ? '$0.0113' : null,
      ),
      line(23 * s, 'delivery', 'neutral', 'Finding sent', '188 ms, first attempt'),
      line(10 * min, 'held', 'neutral', 'Repeat held back', 'same severity, told again when the window ends'),
      ...(summary.resolvedAtMs === null
        ? []
        : [line(summary.resolvedAtMs - at, 'resolved', 'well', 'Resolved', 'well again')]),
    ],
    before: before
      .filter((other) => other.probeId === summary.probeId && other.openedAtMs < at)
      .map((other) => ({
        id: other.id,
        openedAtMs: other.openedAtMs,
        resolvedAtMs: other.resolvedAtMs,
        title: other.title,
      })),
    grouped: [],
    reinvestigateNanoUsd: 9_800_000,
  }
}

function activity(nowMs: number): ActivityItem[] {
  const item = (
    key: string,
    agoMs: number,
    kind: ActivityItem['kind'],
    text: string,
    change: Partial<ActivityItem> = {},
  ): ActivityItem => ({
    key,
    atMs: nowMs - agoMs,
    kind,
    severity: null,
    text,
    costNanoUsd: null,
    route: null,
    ...change,
  })
  return [
    item(
      'a1',
      11 * min,
      'investigated',
      'Investigated fly: The token is rejected on both apps; it was most likely rotated.',
      { costNanoUsd: 11_300_000, route: '/investigations/inc_01JX7F3A' },
    ),
    item('a2', 12 * min, 'opened', 'fly: Fly app(s) unreachable: HTTP 401', {
      severity: 'critical',
      route: '/investigations/inc_01JX7F3A',
    }),
    item('a3', 84 * min, 'resolved', 'sentry: well again', { route: '/investigations/inc_01JX2SEN' }),
    item('a4', 96 * min, 'undelivered', 'Slack message not sent: rate_limited'),
    item('a5', 110 * min, 'operator', 'You: acknowledge, sentry', { route: '/investigations/inc_01JX2SEN' }),
  ]
}

function daemon(nowMs: number): CockpitState['daemon'] {
  const listener = (name: string, state: 'up' | 'off', note: string | null = null) => ({
    name,
    state,
    sinceMs: nowMs - 4 * d - 3 * h,
    lastEventAtMs: state === 'up' ? nowMs - 9 * s : null,
    note,
  })
  const schedule = (name: string, label: string, intervalMs: number, agoMs: number) => ({
    name,
    label,
    intervalMs,
    running: false,
    lastStartedAtMs: nowMs - agoMs,
    lastDurationMs: 180 + label.length * 31,
    lastOutcome: 'ok' as const,
    lastError: null as string | null,
    failuresInARow: 0,
    nextDueAtMs: nowMs - agoMs + intervalMs,
  })
  return {
    version: '0.1.0',
    host: 'headless',
    demo: false,
    state: 'running',
    startedAtMs: nowMs - 4 * d - 3 * h,
    sessionId: '01JX7F3A9QK2M4T8V6W0Y1Z3B5',
    dataFolder: '/home/operator/.local/share/kora',
    databaseBytes: 38_100_000,
    historySinceMs: nowMs - 61 * d,
    listeners: [
      listener('probe_scheduler', 'up'),
      listener('wake_dispatcher', 'up'),
      listener('notification_outbox', 'up'),
      listener('native_notifications', 'up'),
      listener('slack_dm', 'off', 'No Slack app token is set'),
    ],
    schedules: [
      schedule('maintenance', 'Tidy up old checks', h, 22 * min),
      schedule('rollup', 'Condense checks into minutes', 5 * min, 2 * min),
      schedule('backup', 'Back up the database', d, 12 * h),
      schedule('sweep', 'Look for undelivered messages', 30 * s, 9 * s),
    ],
    problems: [],
    setup: [
      {
        key: 'probe',
        label: 'Watch a service',
        hint: 'Give one probe its token or address.',
        done: true,
        route: '/settings/probes',
      },
      {
        key: 'model_key',
        label: 'Set the model key',
        hint: 'Without it Kora tells you what broke, not why.',
        done: true,
        route: '/settings/model',
      },
      {
        key: 'slack',
        label: 'Connect Slack',
        hint: 'So that you hear of trouble away from this screen.',
        done: true,
        route: '/settings/slack',
      },
      {
        key: 'notifications',
        label: 'Allow notifications',
        hint: 'For trouble while you work at this computer.',
        done: true,
        route: '/settings/notifications',
      },
    ],
    setupDismissed: false,
  }
}

const flyId = 'inc_01JX7F3A'

function typical(nowMs: number): World {
  const fly = incident(nowMs, flyId, 12 * min)
  const supabase = incident(nowMs, 'inc_01JX6SUP', 48 * min, {
    probeId: 'supabase',
    probeTitle: 'supabase',
    severity: 'warning',
    title: 'Supabase slow: 1.84 s, limit 1.50 s',
    status: 'degraded',
    cause: 'too_slow',
    error: null,
    finding: null,
    investigating: true,
    costNanoUsd: 0,
    snoozedUntilMs: nowMs + 40 * min,
  })
  const incidents = [
    fly,
    supabase,
    resolved(nowMs, 'inc_01JX2SEN', 5 * h, 96 * min, 'sentry', 'Sentry: 14 unresolved issue(s)'),
    resolved(nowMs, 'inc_01JW9SUP', 2 * d, 12 * min, 'supabase', 'Supabase slow: 2.40 s, limit 1.50 s'),
    resolved(nowMs, 'inc_01JW7VER', 3 * d, 31 * min, 'vercel', 'Vercel error-rate elevated (20.0%)'),
    resolved(nowMs, 'inc_01JW5FLY', 4 * d, 41 * min, 'fly', 'Fly degraded (1 app(s) running)'),
    resolved(nowMs, 'inc_01JS1FLY', 40 * d, 6 * min, 'fly', 'Fly app(s) unreachable: HTTP 503'),
  ]
  const flySpark = Array.from({ length: 60 }, (_, index) =>
    index > 22 && index < 34 ? null : index > 52 ? 480 : latencyAt(220, index, 3),
  )
  const services = [
    service(nowMs, 'vercel', 142),
    service(nowMs, 'sentry', 231, { summary: 'Well, 4 unresolved', details: { unresolved_issues: 4 } }),
    service(nowMs, 'doppler', 96, { details: { projects_total: 'unknown', oldest_secret_age_days: 'unknown' } }),
    service(nowMs, 'supabase', 1_480, {
      status: 'degraded',
      cause: 'too_slow',
      summary: 'Slow',
      latencyMs: 1_840,
      incidentId: 'inc_01JX6SUP',
      severity: 'warning',
    }),
    service(nowMs, 'fly', 220, {
      status: 'unhealthy',
      cause: 'auth_rejected',
      summary: 'Rejected, HTTP 401',
      error: 'HTTP 401',
      latencyMs: null,
      p95Ms: null,
      spark: flySpark,
      incidentId: flyId,
      severity: 'critical',
      details: {
        apps_running: 0,
        deploys_last_24h: 'unknown',
        apps: [{ app: 'web', machines_total: null, http_status: 401 }],
      },
    }),
    service(nowMs, 'api', 58, {
      title: 'api.example.app',
      summary: 'Well, certificate 41 d',
      details: { status_code: 200, certificate_days: 41 },
    }),
    service(nowMs, 'shop', 310, {
      title: 'shop.example.app',
      status: 'unreachable',
      cause: 'timeout',
      summary: 'Unreachable',
      error: 'ConnectTimeout: no answer within 10 s',
      latencyMs: null,
      suspectSinceMs: nowMs - 9 * s,
    }),
    service(nowMs, 'docs', 120, {
      title: 'docs.example.app',
      enabled: false,
      summary: 'Well',
      observedAtMs: nowMs - 2 * d,
    }),
    service(nowMs, 'status', 0, {
      title: 'status page',
      status: 'not_configured',
      cause: 'credential_unset',
      summary: 'Not configured',
      latencyMs: null,
      p95Ms: null,
      spark: [],
    }),
  ]
  const open = incidents.filter((one) => one.state !== 'resolved')
  return {
    state: {
      services,
      incidents: open,
      activity: activity(nowMs),
      lastLookedAtMs: nowMs - 3 * h,
      connectivity: { watching: true, sinceMs: null },
      daemon: daemon(nowMs),
    },
    incidents,
    details: new Map(incidents.map((one) => [one.id, detailOf(one, incidents)])),
    ...settingsPart(nowMs, services),
    ...recordsPart(nowMs),
  }
}

function settingsPart(nowMs: number, services: readonly ServiceRow[]) {
  return {
    definitions: services.map((row) => ({
      id: row.id,
      kind: row.kind,
      title: row.title,
      config:
        row.kind === 'http'
          ? { url: `https://${row.title}/health`, method: 'GET', headers: { accept: 'application/json' } }
          : { tokenRef: `vault:${row.kind}`, ...(row.kind === 'fly' ? { apps: ['web', 'worker'] } : {}) },
      intervalMs: row.intervalMs,
      enabled: row.enabled,
      createdAtMs: nowMs - 61 * d,
      updatedAtMs: nowMs - 4 * d,
    })),
    kinds: (['http', 'fly', 'vercel', 'sentry', 'doppler', 'supabase'] as const).map(
      (kind): KindInfo => ({
        kind,
        label: kind === 'http' ? 'HTTP address' : (kind[0] ?? '').toUpperCase() + kind.slice(1),
        description:
          kind === 'http' ? 'Asks an address and judges the answer.' : `Asks the ${kind} API how things stand.`,
        defaultIntervalMs: 30 * s,
        fields:
          kind === 'http'
            ? [
                {
                  name: 'url',
                  label: 'Address',
                  help: 'What to ask, such as https://example.com/health.',
                  type: 'url',
                  required: true,
                },
                {
                  name: 'method',
                  label: 'Method',
                  help: 'GET reads the page; HEAD asks for the status alone.',
                  type: 'select',
                  required: false,
                  options: ['GET', 'HEAD', 'POST'],
                  default: 'GET',
                },
                {
                  name: 'headers',
                  label: 'Headers',
                  help: 'Secrets are given as env:NAME or vault:id.',
                  type: 'headers',
                  required: false,
                  default: {},
                },
                {
                  name: 'latencyLimitMs',
                  label: 'Slow above (ms)',
                  help: 'Empty: any time within the timeout is well.',
                  type: 'number',
                  required: false,
                  default: null,
                },
              ]
            : [
                {
                  name: 'tokenRef',
                  label: 'API token',
                  help: 'Read-only is enough.',
                  type: 'secret',
                  required: true,
                  default: `vault:${kind}`,
                },
                ...(kind === 'fly'
                  ? [
                      {
                        name: 'apps',
                        label: 'Apps',
                        help: 'The first one is production.',
                        type: 'list' as const,
                        required: true,
                        default: [],
                      },
                    ]
                  : []),
              ],
      }),
    ),
    settings: {
      model: { id: 'claude-haiku-4-5-20251001', baseUrl: 'https://api.anthropic.com', apiKeyRef: 'vault:anthropic' },
      slack: { baseUrl: 'https://slack.com/api/', botTokenRef: 'vault:slack-bot', operatorUserId: 'U012ABCDEF' },
      notifications: {
        native: true,
        sound: true,
        quietHours: { enabled: true, from: '22:00', to: '07:00' },
        reminderMinutes: 30,
      },
      watching: {
        connectivityTargets: ['https://example.com'],
        concurrency: 20,
        debounceSeconds: 600,
        debounceBypassCritical: false,
        consecutiveRequired: 1,
        goodChecksToClose: 3,
      },
      retention: { rawHours: 48, rollupDays: 400, auditDays: 400, backupsKept: 14 },
    },
    fixedByEnv: { 'watching.debounceSeconds': 'KORA_PROBE_DEBOUNCE_SECONDS' },
    secrets: [
      { ref: 'vault:anthropic', source: 'vault' as const },
      { ref: 'vault:slack-bot', source: 'env' as const },
      ...['fly', 'vercel', 'sentry', 'doppler', 'supabase'].map((id) => ({
        ref: `vault:${id}`,
        source: 'vault' as const,
      })),
    ],
    channels: [
      {
        channel: 'slack' as const,
        state: 'ready' as const,
        note: null,
        lastProvenAtMs: nowMs - 11 * min,
        lastFailureAtMs: nowMs - 96 * min,
        lastFailure: 'rate_limited',
      },
      {
        channel: 'native' as const,
        state: 'denied' as const,
        note: 'no cockpit was open to show it',
        lastProvenAtMs: null,
        lastFailureAtMs: nowMs - 12 * min,
        lastFailure: 'no_surface',
      },
    ],
  }
}

function recordsPart(nowMs: number) {
  return {
    deliveries: Array.from({ length: 24 }, (_, index): DeliveryView => {
      const failed = index % 7 === 3
      return {
        id: `dlv_${index}`,
        messageId: `msg_${index}`,
        incidentId: index % 5 === 4 ? null : flyId,
        channel: index % 3 === 1 ? 'native' : 'slack',
        kind: (['alert', 'diagnosis', 'recovery', 'reminder', 'test'] as const)[index % 5] ?? 'alert',
        attempt: failed ? 2 : 1,
        startedAtMs: nowMs - 12 * min - index * 41 * min,
        outcome: failed ? 'failed' : 'sent',
        reason: failed ? 'rate_limited' : null,
        note: failed ? 'retry after 30 s' : null,
        latencyMs: 180 + index * 7,
        title: index % 5 === 4 ? 'Test message' : 'fly: Fly app(s) unreachable: HTTP 401',
      }
    }),
    backups: Array.from(
      { length: 6 },
      (_, index): BackupRow => ({
        id: `bak_${index}`,
        file: `/home/operator/.local/share/kora/backups/kora-${index}.db`,
        createdAtMs: nowMs - 12 * h - index * d,
        bytes: 36_200_000 - index * 410_000,
        sha256: `${index}9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`.slice(0, 64),
        trigger: index === 2 ? 'operator' : 'schedule',
        verifiedAtMs: index === 1 ? null : nowMs - 12 * h - index * d + 2 * s,
        state: index === 4 ? 'missing' : 'ok',
        error: index === 4 ? 'The file is not in the backup folder any more.' : null,
      }),
    ),
    audit: Array.from({ length: 340 }, (_, index): AuditRowView => {
      const seam =
        (
          [
            'probe.wake_requested',
            'incident.transitioned',
            'notification.dispatched',
            'backup.created',
            'phrase.unheard_of',
          ] as const
        )[index % 5] ?? 'daemon.started'
      return {
        seq: 12_340 - index,
        eventId: `01JX7F3A${String(index).padStart(4, '0')}`,
        emittedAtMs: nowMs - 2 * min - index * 7 * min,
        seam,
        known: seam !== 'phrase.unheard_of',
        details: { probe: 'fly', severity: 'critical', from: 'suspect', to: 'open', why: 'second bad check' },
        callerSessionId: 'probe:fly:service_unhealthy',
        source: 'cron',
        incidentId: flyId,
      }
    }),
  }
}

/** The world of a scenario, as of `nowMs`. */
export function worldOf(scenario: Scenario, nowMs: number): World {
  const world = typical(nowMs)
  const { state } = world
  const well = (row: ServiceRow): ServiceRow =>
    row.status === 'not_configured' || !row.enabled
      ? row
      : service(nowMs, row.id, 140, { title: row.title, kind: row.kind })
  switch (scenario) {
    case 'typical':
      return world
    case 'calm':
      state.services = state.services.map(well)
      state.incidents = []
      state.activity = []
      return world
    case 'empty': {
      const unset = (row: ServiceRow): ServiceRow => ({
        ...row,
        enabled: true,
        status: 'not_configured',
        cause: 'credential_unset',
        summary: 'Not configured',
        error: null,
        latencyMs: null,
        p95Ms: null,
        spark: [],
        incidentId: null,
        severity: null,
        suspectSinceMs: null,
        observedAtMs: null,
      })
      state.services = state.services.slice(0, 5).map(unset)
      Object.assign(state, { incidents: [], activity: [], lastLookedAtMs: null })
      state.daemon.historySinceMs = null
      state.daemon.setup = state.daemon.setup.map((step) => ({ ...step, done: false }))
      state.daemon.schedules = state.daemon.schedules.map((one) => ({
        ...one,
        lastStartedAtMs: null,
        lastDurationMs: null,
        lastOutcome: 'never' as const,
      }))
      Object.assign(world, {
        incidents: [],
        details: new Map(),
        deliveries: [],
        backups: [],
        audit: [],
        definitions: [],
      })
      world.secrets = world.secrets.map((secret) => ({ ...secret, source: 'none' as const }))
      world.channels = world.channels.map((channel) => ({
        ...channel,
        state: 'not_configured' as const,
        note: null,
        lastProvenAtMs: null,
        lastFailureAtMs: null,
        lastFailure: null,
      }))
      return world
    }
    case 'full': {
      const many = Array.from({ length: 494 }, (_, index) =>
        service(
          nowMs,
          `probe-${String(index).padStart(3, '0')}`,
          60 + ((index * 37) % 900),
          index % 61 === 7 ? { status: 'degraded', summary: 'Slow', cause: 'too_slow' } : {},
        ),
      )
      state.services = [...state.services.slice(0, 6), ...many]
      world.incidents = [
        ...world.incidents,
        ...Array.from({ length: 180 }, (_, index) =>
          resolved(
            nowMs,
            `inc_old${index}`,
            (5 + index * 0.9) * h,
            9 * min,
            `probe-${String(index).padStart(3, '0')}`,
            'Slow: 2.10 s, limit 1.50 s',
          ),
        ),
      ].sort((a, b) => b.openedAtMs - a.openedAtMs)
      for (const one of world.incidents) world.details.set(one.id, detailOf(one, world.incidents))
      return world
    }
    case 'broken': {
      const bad = state.services.slice(0, 7).map((row, index) => {
        const id = `inc_broken${index}`
        const severity = index % 3 === 2 ? ('warning' as const) : ('critical' as const)
        const summary = incident(nowMs, id, (3 + index) * min, {
          probeId: row.id,
          probeTitle: row.title,
          severity,
          title: `${row.title} unreachable: connection refused by a host whose name is rather long, after 3 redirects`,
          status: 'unreachable',
          cause: 'connect',
          error: 'ConnectionRefused: 203.0.113.7:443',
          finding: null,
          toldAtMs: null,
          toldVia: null,
          costNanoUsd: null,
        })
        world.incidents.unshift(summary)
        world.details.set(id, detailOf(summary, world.incidents))
        return {
          row: {
            ...row,
            enabled: true,
            status: 'unreachable' as const,
            summary: 'Unreachable',
            error: summary.error,
            latencyMs: null,
            incidentId: id,
            severity,
            suspectSinceMs: null,
          },
          summary,
        }
      })
      state.services = [...bad.map((one) => one.row), ...state.services.slice(7)]
      state.incidents = bad.map((one) => one.summary)
      state.daemon.listeners = state.daemon.listeners.map((one, index) =>
        index === 2 ? { ...one, state: 'down', note: 'Slack refused the token 4 times' } : one,
      )
      state.daemon.schedules = state.daemon.schedules.map((one, index) =>
        index === 2
          ? { ...one, lastOutcome: 'failed', lastError: 'No space is left on the disk', failuresInARow: 3 }
          : one,
      )
      const problem = (code: string, message: string, action: string, route: string | null) => ({
        code,
        message,
        action,
        route,
        sinceMs: nowMs - 22 * min,
      })
      state.daemon.problems = [
        problem(
          'store_full',
          'The disk is full: nothing new can be recorded.',
          'Free some space; Kora goes on by itself.',
          null,
        ),
        problem('slack_failing', 'Slack has refused the last 4 messages.', 'Open Slack settings', '/settings/slack'),
        problem('backup_failed', 'The last backup could not be written.', 'Open backups', '/system/backups'),
      ]
      return world
    }
    case 'stale':
      state.services = state.services.map((row, index) =>
        index % 2 === 0 && row.enabled
          ? { ...well(row), observedAtMs: nowMs - 14 * min }
          : { ...well(row), observedAtMs: nowMs - 60 * s },
      )
      state.incidents = []
      return world
    case 'blind':
      state.connectivity = { watching: false, sinceMs: nowMs - 7 * min }
      state.services = state.services.map((row) =>
        row.enabled && row.status !== 'not_configured'
          ? {
              ...row,
              status: 'not_watching',
              cause: 'own_link_down',
              summary: 'Not watching',
              incidentId: null,
              severity: null,
              suspectSinceMs: null,
            }
          : row,
      )
      state.incidents = []
      return world
    case 'looking':
      state.services = state.services.map((row, index) => ({
        ...well(row),
        ...(index > 2
          ? {
              status: 'unknown' as const,
              summary: 'Not checked yet',
              observedAtMs: null,
              latencyMs: null,
              p95Ms: null,
              spark: [],
              checking: index === 3,
            }
          : {}),
      }))
      Object.assign(state, { incidents: [], activity: [] })
      return world
  }
}
