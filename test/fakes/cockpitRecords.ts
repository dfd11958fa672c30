import type { DeliveryView } from '../../src/contract/incidents.ts'
import type { KindInfo, ServiceRow } from '../../src/contract/probes.ts'
import type { ActivityItem, CockpitState } from '../../src/contract/state.ts'
import type { AuditRowView, BackupRow } from '../../src/contract/system.ts'
import { d, h, min, s } from './cockpitRows.ts'

export const flyId = 'inc_01JX7F3A'
export function activity(nowMs: number): ActivityItem[] {
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

export function daemon(nowMs: number): CockpitState['daemon'] {
  const listener = (name: string, state: 'up' | 'off', note: string | null = null) => ({
    name,
    state,
    sinceMs: nowMs - 4 * d - 3 * h,
    lastEventAtMs: state === 'up' ? nowMs - 9 * s : null,
    consecutiveErrors: 0,
    lastError: null,
    restarts: 0,
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
      listener('heartbeat', 'up'),
      listener('heartbeat_probes', 'up'),
      listener('probe_wake', 'up'),
      listener('alert_notifier', 'up'),
      listener('slack_client', 'off', 'No Slack app token is set'),
    ],
    schedules: [
      schedule('maintenance', 'Tidy up old checks', h, 22 * min),
      schedule('rollup', 'Condense checks into minutes', 5 * min, 2 * min),
      schedule('backup', 'Back up the database', d, 12 * h),
      schedule('sweep', 'Look for undelivered messages', 30 * s, 9 * s),
    ],
    health: { overall: 'healthy', recentErrors: 0, breakdown: {} },
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

export function settingsPart(nowMs: number, services: readonly ServiceRow[]) {
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
      alerts: {
        mode: 'immediate' as const,
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

export function recordsPart(nowMs: number) {
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
