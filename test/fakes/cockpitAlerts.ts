import type { AlertDetail, AlertView, InboxItem, InboxView } from '../../src/contract/alerts.ts'
import { d, h, min, s } from './cockpitRows.ts'
import type { Scenario } from './cockpitScenarios.ts'

/** What the mirror holds of the inbox. */
const inboxKept = 50

function alert(nowMs: number, id: string, agoMs: number, more: Partial<AlertView>): AlertView {
  return {
    id,
    alertId: 'task_failing:backup',
    category: 'task_failing',
    severity: 'warning',
    title: 'The nightly backup failed twice in a row',
    detail: 'No copy of the database is younger than 36 h. Kora tries again tonight; nothing else is affected.',
    route: '/system/schedules',
    voice: 'alert',
    firstSeenAtMs: nowMs - agoMs,
    lastSeenAtMs: nowMs - 4 * s,
    resolvedAtMs: null,
    staleSinceMs: null,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    toldVia: ['slack'],
    toldAtMs: nowMs - agoMs + 2 * s,
    hold: null,
    notDelivered: false,
    investigation: null,
    ...more,
  }
}

function backupFailed(nowMs: number): AlertView {
  return alert(nowMs, 'alt_01JX7BAK', 38 * min, {
    investigation: {
      state: 'finished',
      finding: 'The disk the backups lie on has 1.2 GB left, and a copy needs 1.4 GB.',
      failure: null,
      costNanoUsd: 6_100_000,
    },
  })
}

function ofService(nowMs: number): AlertView {
  return alert(nowMs, 'alt_01JX7FLY', 12 * min, {
    alertId: 'service_unhealthy:fly',
    category: 'service_unhealthy',
    severity: 'critical',
    title: 'fly is unhealthy',
    detail: 'Fly app(s) unreachable: HTTP 401',
    route: '/investigations/inc_01JX7F3A',
    voice: 'incident',
  })
}

function earlier(nowMs: number): AlertView[] {
  return [
    alert(nowMs, 'alt_01JX3SLK', 9 * h, {
      alertId: 'listener_down:slack_client',
      category: 'listener_down',
      severity: 'critical',
      title: 'Slack was not reached for 9 min',
      detail: 'Messages waited and were sent when Slack answered again. Notifications on this machine went on.',
      route: '/system/listeners',
      toldVia: ['native'],
      resolvedAtMs: nowMs - 9 * h + 9 * min,
    }),
    alert(nowMs, 'alt_01JW8DEN', 2 * d + 3 * h, {
      alertId: 'capability_denied_24h',
      category: 'agent_capability_denied',
      severity: 'info',
      title: '14 calls of tools were denied in 24 h',
      detail: 'More than 10 count as unusual. Most often a caller is not set up yet.',
      route: '/system/audit',
      toldVia: ['inbox'],
      resolvedAtMs: nowMs - d,
    }),
  ]
}

function broken(nowMs: number): AlertView[] {
  return [
    alert(nowMs, 'alt_01JX7COS', 52 * min, {
      alertId: 'cost_ladder_halted',
      category: 'cost_ladder',
      severity: 'critical',
      title: 'The credit pool is used up: 103 % of $200',
      detail:
        'No model is called until the next period begins or the pool is raised. Kora still watches and tells you.',
      route: '/spend',
      voice: 'notice',
      toldVia: ['native'],
      investigation: { state: 'skipped', finding: null, failure: 'cost_ladder_halted', costNanoUsd: null },
    }),
    alert(nowMs, 'alt_01JX7DEL', 22 * min, {
      alertId: 'delivery_failing:slack',
      category: 'delivery_failing',
      severity: 'critical',
      title: 'Slack has refused the last 4 messages',
      detail: 'The token was rejected each time. Criticals are shown on this machine as long as a cockpit is open.',
      route: '/settings/slack',
      toldVia: [],
      toldAtMs: null,
      notDelivered: true,
    }),
    alert(nowMs, 'alt_01JX7LIS', 9 * min, {
      alertId: 'listener_down:probe_wake',
      category: 'listener_down',
      title: 'probe_wake is down after 3 restarts',
      detail: 'Incidents are still opened; what they are told about waits until it is up again.',
      route: '/system/listeners',
      toldVia: [],
      toldAtMs: null,
      hold: { by: 'cooldown', untilMs: nowMs + 6 * min },
      investigation: { state: 'running', finding: null, failure: null, costNanoUsd: null },
    }),
    alert(nowMs, 'alt_01JX6REA', 3 * h, {
      alertId: 'reasoning_errors_24h',
      category: 'reasoning_halted',
      title: '9 tool calls of investigations failed in 24 h',
      detail: 'More than 5 count as unusual.',
      route: '/system/audit',
      staleSinceMs: nowMs - 71 * min,
      investigation: { state: 'failed', finding: null, failure: 'sdk_timeout', costNanoUsd: null },
    }),
  ]
}

/** Active and resolved ones, newest first. */
export function alertsOf(scenario: Scenario, nowMs: number): AlertView[] {
  switch (scenario) {
    case 'empty':
      return []
    case 'calm':
    case 'looking':
    case 'blind':
    case 'maintenance':
      return earlier(nowMs)
    case 'broken':
      return [...broken(nowMs), ...earlier(nowMs)].sort((a, b) => b.firstSeenAtMs - a.firstSeenAtMs)
    case 'stale':
      return [{ ...backupFailed(nowMs), staleSinceMs: nowMs - 11 * min, investigation: null }, ...earlier(nowMs)]
    case 'paused':
      return [
        ofService(nowMs),
        {
          ...backupFailed(nowMs),
          firstSeenAtMs: nowMs - 6 * min,
          toldVia: [],
          toldAtMs: null,
          hold: { by: 'paused', untilMs: nowMs + 46 * min },
          investigation: { state: 'skipped', finding: null, failure: 'paused', costNanoUsd: null },
        },
        ...earlier(nowMs),
      ]
    case 'full':
      return [
        ofService(nowMs),
        backupFailed(nowMs),
        ...Array.from({ length: 130 }, (_, index) =>
          alert(nowMs, `alt_old${String(index).padStart(3, '0')}`, (3 + index * 1.1) * h, {
            alertId: 'listener_down:slack_client',
            category: 'listener_down',
            title: `Slack was not reached for ${5 + (index % 40)} min`,
            route: '/system/listeners',
            resolvedAtMs: nowMs - (3 + index * 1.1) * h + 9 * min,
          }),
        ),
      ]
    default:
      return [ofService(nowMs), backupFailed(nowMs), ...earlier(nowMs)]
  }
}

/** Everything in the inbox, newest first. */
export function inboxOf(scenario: Scenario, nowMs: number): InboxItem[] {
  if (scenario === 'empty' || scenario === 'looking') return []
  const unread = scenario === 'calm' || scenario === 'maintenance' ? 0 : scenario === 'full' ? 41 : 3
  const said: readonly Pick<InboxItem, 'kind' | 'severity' | 'title' | 'text' | 'route'>[] = [
    {
      kind: 'missed',
      severity: 'critical',
      title: 'fly: machines unreachable',
      text: 'A notification that could not be shown: no cockpit was open.',
      route: '/investigations/inc_01JX7F3A',
    },
    {
      kind: 'digest',
      severity: 'warning',
      title: '2 warnings and 3 infos since yesterday',
      text: 'supabase was slow twice; 14 calls of tools were denied.',
      route: '/investigations',
    },
    {
      kind: 'info',
      severity: 'info',
      title: 'Prices were compared with the provider’s page',
      text: 'Nothing changed since 9 May.',
      route: '/spend/prices',
    },
    { kind: 'info', severity: null, title: 'The backup of 11 May was verified', text: 'It restores.', route: null },
  ]
  return Array.from({ length: 64 }, (_, index): InboxItem => {
    const atMs = nowMs - 14 * min - index * 3.1 * h
    const words = said[index % said.length]
    return {
      id: `inb_${String(index).padStart(3, '0')}`,
      atMs,
      kind: 'info',
      severity: null,
      title: '',
      text: '',
      route: null,
      ...words,
      readAtMs: index < unread ? null : atMs + h,
    }
  })
}

export function inboxView(items: readonly InboxItem[]): InboxView {
  return { unread: items.filter((item) => item.readAtMs === null).length, items: items.slice(0, inboxKept) }
}

/** One occurrence in full. */
export function alertDetail(found: AlertView): AlertDetail {
  const { investigation: looked, firstSeenAtMs: begun } = found
  const line = (
    key: string,
    atMs: number,
    kind: AlertDetail['timeline'][number]['kind'],
    tone: AlertDetail['timeline'][number]['tone'],
    text: string,
    aside: string | null = null,
  ) => ({ key, atMs, kind, tone, text, aside, raw: { alert: found.alertId, text } })
  const tone = found.severity === 'critical' ? ('trouble' as const) : ('attention' as const)
  const finding = looked?.finding ?? null
  return {
    alert: found,
    finding: finding && `${finding}\nIt was filled by logs of the shop since Sunday; the database itself is fine.`,
    nextStep: finding && 'Free some space in the backup folder, then run the backup again.',
    model: finding && 'claude-haiku-4-5-20251001',
    durationMs: finding === null ? null : 3_100,
    timeline: [
      line('raised', begun, 'opened', tone, 'Alert raised', found.severity),
      ...(found.hold ? [line('held', begun + s, 'held', 'neutral', 'Held back', found.hold.by)] : []),
      ...found.toldVia.map((via, index) =>
        line(`told:${via}`, begun + (2 + index) * s, 'delivery', 'neutral', 'Told you', via),
      ),
      ...(found.notDelivered
        ? [line('undelivered', begun + 4 * min, 'delivery', 'attention', 'Not delivered', 'rejected 4 times')]
        : []),
      ...(finding ? [line('found', begun + 8 * s, 'investigation', 'neutral', 'Finding ready', '$0.0061')] : []),
      ...(found.acknowledgedAtMs === null
        ? []
        : [line('seen', found.acknowledgedAtMs, 'operator', 'neutral', 'You acknowledged it')]),
      ...(found.resolvedAtMs === null
        ? []
        : [line('resolved', found.resolvedAtMs, 'resolved', 'well', 'Resolved', 'told in the thread')]),
    ],
    before: [
      { id: 'alt_01JX3SLK', firstSeenAtMs: begun - 3 * d, resolvedAtMs: begun - 3 * d + 9 * min },
      { id: 'alt_01JW8DEN', firstSeenAtMs: begun - 20 * d, resolvedAtMs: begun - 20 * d + 4 * h },
    ].filter((one) => one.id !== found.id),
  }
}
