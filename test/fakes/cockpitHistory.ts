import type { HistoryFile, HistoryItem, SavedFilter } from '../../src/contract/history.ts'
import { type AuditRow, seams } from '../../src/domain/audit.ts'
import type { Gap } from '../../src/domain/gaps.ts'
import { correlationOf, type HistoryKind, kindOfSeam, otherSeams } from '../../src/domain/history.ts'
import { auditLine, callLine, changeLine, gapLine, type HistoryLine } from '../../src/domain/historyWords.ts'
import type { ProbeStatus } from '../../src/domain/observation.ts'
import { utcMicros } from '../../src/domain/time.ts'
import { d, h, min, s } from './cockpitRows.ts'
import type { Scenario } from './cockpitScenarios.ts'

/** A record as the index holds it. */
export type Stored = Omit<HistoryItem, 'record'> & { readonly record: Record<string, unknown> }

export interface Records {
  /** Newest first. */
  items: Stored[]
  gaps: Gap[]
}

export interface HistoryWorld {
  own: Records
  /** Records that are not in the index yet. */
  waiting: number
  /** Every question fails: the database is damaged. */
  damaged: boolean
  saved: SavedFilter[]
  files: Map<string, { info: HistoryFile; records: Records }>
  /** Files whose opening was given up. */
  givenUp: string[]
}

/** As the daemon numbers them. */
const perMs = 1_024

type Draft = Omit<Stored, 'id'>

function draft(atMs: number, kind: HistoryKind, seam: string, line: HistoryLine, more: Partial<Draft>): Draft {
  return {
    atMs,
    kind,
    seam,
    known: true,
    ...line,
    origin: null,
    sessionId: null,
    correlationId: null,
    record: {},
    ...more,
  }
}

interface AuditPart {
  readonly source?: string
  readonly session?: string
  readonly incident?: string
  readonly kind?: HistoryKind
}

/** An audit row as History shows it. */
export function auditRecord(
  atMs: number,
  seam: string,
  details: Record<string, unknown>,
  { source, session, incident, kind }: AuditPart = {},
): Draft {
  const known = (seams as readonly string[]).includes(seam)
  const row: AuditRow = {
    seq: Math.floor(atMs / 1_000) % 100_000,
    eventId: `01JX7F3A${atMs.toString(36).toUpperCase()}`,
    emittedAtMs: atMs,
    seam,
    known,
    details,
    callerSessionId: session ?? null,
    source: source ?? null,
    incidentId: incident ?? null,
    wakeEventId: null,
    schemaVersion: 1,
    hash: 'ab'.repeat(32),
    prevHash: 'cd'.repeat(32),
  }
  return draft(
    atMs,
    kind ?? kindOfSeam(seam),
    seam,
    auditLine(row, (id) => id),
    {
      known: known || kind !== undefined,
      origin: row.source,
      sessionId: row.callerSessionId,
      correlationId: correlationOf(row),
      record: {
        emitted_at: utcMicros(atMs),
        seam,
        details,
        caller_session_id: row.callerSessionId,
        source: row.source,
        seq: row.seq,
        event_id: row.eventId,
        incident_id: row.incidentId,
        wake_event_id: null,
        schema_version: 1,
        hash: row.hash,
        prev_hash: row.prevHash,
      },
    },
  )
}

function callRecord(atMs: number, route: string, costNanoUsd: number | null, incident: string | null = null): Draft {
  const strong = costNanoUsd !== null && costNanoUsd > 50_000_000
  const model = strong ? 'claude-opus-4-7' : 'claude-haiku-4-5-20251001'
  const reason = strong ? 'low_confidence' : 'default_haiku'
  const line = callLine({ model, route, subject: null, reason, note: null, costNanoUsd, incidentId: incident })
  return draft(atMs, 'call', otherSeams.call, line, {
    correlationId: incident,
    record: { at_ms: atMs, model, route, reason, cost_nano_usd: costNanoUsd, input_tokens: 1_204, output_tokens: 212 },
  })
}

function changeRecord(atMs: number, probe: string, from: ProbeStatus, to: ProbeStatus, error: string | null): Draft {
  const line = changeLine({ title: probe, from, to, error })
  return draft(atMs, 'service', otherSeams.service, line, { record: { probe, at_ms: atMs, from, to, error } })
}

function gapRecord(gap: Gap): Draft {
  const { fromMs, toMs, reason } = gap
  return draft(toMs, 'gap', otherSeams.gap, gapLine(gap), { record: { from_ms: fromMs, to_ms: toMs, reason } })
}

const rejected = 'The token is rejected on both apps; it was most likely rotated.'

/** Trouble from the first bad check to the last word about it. */
function trouble(atMs: number, probe: string, incident: string, title: string, critical: boolean): Draft[] {
  const session = `probe:${probe}:service_unhealthy`
  const severity = critical ? 'critical' : 'warning'
  const part = { source: 'cron', session, incident }
  const base = { probe, severity, title }
  const channel = critical ? 'slack' : 'inbox'
  return [
    changeRecord(atMs, probe, 'healthy', critical ? 'unreachable' : 'degraded', critical ? 'HTTP 401' : null),
    auditRecord(
      atMs + 50,
      'incident.transitioned',
      { ...base, from: 'none', to: 'suspect', why: 'first bad check' },
      part,
    ),
    auditRecord(
      atMs + 10 * s,
      'incident.transitioned',
      { ...base, from: 'suspect', to: 'open', why: 'second bad check' },
      part,
    ),
    auditRecord(atMs + 10 * s + 4, 'probe.wake_requested', { ...base, reason: 'severity_raised' }, part),
    auditRecord(atMs + 11 * s, 'notification.dispatched', { channel, status: 'sent', title }, part),
    callRecord(atMs + 30 * s, 'probe_investigation', critical ? 11_300_000 : 8_100_000, incident),
    auditRecord(
      atMs + 33 * s,
      'probe.investigation_completed',
      {
        ...base,
        investigation_summary_text: critical ? rejected : 'Slow queries since the last deployment; no index on orders.',
        total_cost_usd: critical ? 0.0113 : 0.0081,
        model_used: 'claude-haiku-4-5-20251001',
      },
      { ...part, source: 'reasoning' },
    ),
  ]
}

function well(atMs: number, probe: string, incident: string): Draft[] {
  const part = { source: 'cron', session: `probe:${probe}:service_unhealthy`, incident }
  return [
    changeRecord(atMs, probe, 'degraded', 'healthy', null),
    auditRecord(
      atMs + 40,
      'incident.transitioned',
      { probe, from: 'notified', to: 'resolved', why: 'three good checks' },
      part,
    ),
  ]
}

/** One day of somebody's Kora, with what happens on it, oldest first. */
function dayOf(beginMs: number, no: number): { drafts: Draft[]; gaps: Gap[] } {
  const probes = ['vercel', 'sentry', 'supabase', 'doppler', 'fly', 'api']
  const probe = (at: number) => probes[at % probes.length] ?? 'api'
  const asleep: Gap[] =
    no % 3 === 0 ? [{ fromMs: beginMs + 1 * h + 10 * min, toMs: beginMs + 5 * h + 20 * min, reason: 'asleep' }] : []
  const stopped: Gap[] =
    no % 7 === 4
      ? [
          {
            fromMs: beginMs + 13 * h,
            toMs: beginMs + 13 * h + 22 * min,
            reason: no % 2 === 0 ? 'not_running' : 'crashed',
          },
        ]
      : []
  const gaps = [...asleep, ...stopped]
  const drafts: Draft[] = [
    auditRecord(beginMs + 30 * min, 'backup.created', { file: `kora-${no}.db`, bytes: 36_200_000 }, { source: 'cron' }),
    ...gaps.map(gapRecord),
    ...stopped.flatMap(({ fromMs, toMs, reason }) => [
      ...(reason === 'crashed'
        ? []
        : [auditRecord(fromMs, 'daemon.stopped', { reason: 'operator', uptime_ms: 4 * d })]),
      auditRecord(toMs + s, 'daemon.started', { version: '0.1.0', host: 'headless' }),
    ]),
    auditRecord(beginMs + 7 * h + 4 * min, 'operational_state.changed', {
      from: 'booting',
      to: 'ready',
      trigger: 'every check at the start passed',
    }),
  ]
  for (let at = 0; at < 2; at++) {
    const id = `inc_01JW${no}${at}${probe(no + at)
      .toUpperCase()
      .slice(0, 3)}`
    const began = beginMs + (7 + at * 8) * h + ((no * 17) % 50) * min
    drafts.push(
      ...trouble(began, probe(no + at), id, `${probe(no + at)} slow: 2.40 s, limit 1.50 s`, at === 1 && no % 2 === 1),
    )
    drafts.push(...well(began + 22 * min, probe(no + at), id))
  }
  for (let at = 0; at < 9; at++) {
    const atMs = beginMs + 8 * h + at * 71 * min + ((no * 13 + at * 7) % 30) * min
    drafts.push(
      callRecord(atMs, at % 4 === 3 ? 'email_inbound' : 'slack_dm', at === 5 ? 72_000_000 : 2_100_000 + at * 410_000),
    )
    if (at % 3 === 0) {
      const session = `D024BE91L:${Math.floor(atMs / 1_000)}.000200`
      drafts.push(
        auditRecord(
          atMs - 2 * s,
          'reasoning.tool_called',
          { tool_name: 'probe_status', tool_status: at === 6 ? 'denied' : 'ok', tool_duration_ms: 41 },
          { source: 'reasoning', session },
        ),
      )
    }
  }
  const odd: readonly Draft[] = [
    auditRecord(beginMs + 9 * h, 'settings.changed', { paths: ['notifications.quietHours'] }, { source: 'operator' }),
    auditRecord(
      beginMs + 10 * h,
      'promotion.proposed',
      { title: 'Pattern “any alerts?”, asked 6 times' },
      {
        source: 'cron',
        session: `promotion:phrasebook:prop_${no}`,
      },
    ),
    auditRecord(beginMs + 11 * h, 'budget.rung_changed', {
      from: 'normal',
      to: 'warn_75',
      spent_usd: 150.2,
      pool_usd: 200,
    }),
    auditRecord(beginMs + 12 * h, 'task.failed', {
      task: 'Condense checks into minutes',
      error: 'The database was busy.',
    }),
    auditRecord(
      beginMs + 12 * h + 3 * min,
      'mcp.tool_called',
      { tool_name: 'kora_snapshot', result: 'ok' },
      {
        source: 'mcp_http',
        session: 'mcp:agent:kora_snapshot',
      },
    ),
    auditRecord(
      beginMs + 15 * h,
      'alert.raised',
      { title: 'Slack has not been reached for 12 min', occurrence_id: `alt_01JX${no}` },
      { kind: 'alert' },
    ),
    auditRecord(beginMs + 16 * h, 'notification.dispatched', {
      channel: 'slack',
      status: 'failed',
      title: 'fly: HTTP 401',
      note: 'rate_limited',
    }),
    auditRecord(
      beginMs + 17 * h,
      'incident.operator_action',
      { probe: 'sentry', action: 'acknowledge', reason: 'known, being fixed' },
      { source: 'operator' },
    ),
    auditRecord(beginMs + 18 * h, 'watch.interrupted', {}),
    auditRecord(beginMs + 18 * h + 7 * min, 'watch.resumed', { text: 'after 7 min' }),
    callRecord(beginMs + 19 * h, 'tool_loop_iteration', null),
  ]
  drafts.push(...odd.filter((_, index) => (index + no) % 2 === 0))
  return { drafts, gaps }
}

/** Rows whose texts were written by somebody who means no good, or by another version. */
function hostile(nowMs: number): Draft[] {
  return [
    auditRecord(nowMs - 3 * h, 'phrase.unheard_of', { title: 'A row of another version', status: 'kept' }),
    auditRecord(
      nowMs - 3 * h - 5 * min,
      'webhook.dead_letter',
      { source: '<img src=x onerror=alert(1)>', reason: 'bad_signature\u202e gnp.exe' },
      { session: `email:<${'A'.repeat(300)}@example.com>`, source: 'email' },
    ),
    auditRecord(nowMs - 3 * h - 6 * min, 'task.failed', {
      task: `${'W'.repeat(400)}`,
      error: '=HYPERLINK("http://x.example","go")',
    }),
    auditRecord(
      nowMs - 3 * h - 7 * min,
      'settings.changed',
      { paths: ['@SUM(1+1)*cmd|’calc’!A0', '\u0007\u200b\ud83d'] },
      { source: 'operator' },
    ),
  ]
}

/** Sorted and numbered, as many as asked for at most. */
function toRecords(drafts: readonly Draft[], gaps: readonly Gap[], beforeMs: number, most: number): Records {
  const sorted = drafts.filter((one) => one.atMs < beforeMs).toSorted((a, b) => b.atMs - a.atMs)
  const seen = new Map<number, number>()
  const items = sorted.slice(0, most).map((one): Stored => {
    const no = seen.get(one.atMs) ?? 0
    seen.set(one.atMs, no + 1)
    return { id: one.atMs * perMs + perMs - 1 - no, ...one }
  })
  return { items, gaps: gaps.filter((gap) => gap.toMs < beforeMs) }
}

/** The records of some days that end at a moment. */
export function recordsUntil(
  nowMs: number,
  days: number,
  more: readonly Draft[] = [],
  most = Number.POSITIVE_INFINITY,
): Records {
  const today = Math.floor(nowMs / d) * d
  const made = Array.from({ length: days }, (_, index) => dayOf(today - index * d, index + 1))
  return toRecords(
    [...more, ...made.flatMap(({ drafts }) => drafts)],
    made.flatMap(({ gaps }) => gaps).toSorted((a, b) => a.fromMs - b.fromMs),
    nowMs,
    most,
  )
}

/** The History of a scenario. */
export function historyOf(scenario: Scenario, nowMs: number, flyId: string): HistoryWorld {
  const world: HistoryWorld = {
    own: { items: [], gaps: [] },
    waiting: 0,
    damaged: false,
    saved: [],
    files: new Map(),
    givenUp: [],
  }
  const fly = trouble(nowMs - 12 * min, 'fly', flyId, 'Fly app(s) unreachable: HTTP 401', true)
  const story = [...fly, ...hostile(nowMs)]
  switch (scenario) {
    case 'empty':
      return world
    case 'full':
      return { ...world, own: recordsUntil(nowMs, 280, story, 10_000) }
    case 'stale':
      return { ...world, own: recordsUntil(nowMs - 3 * h, 14, [], 430), waiting: 570 }
    default:
      return {
        ...world,
        own: recordsUntil(nowMs, 9, story),
        damaged: scenario === 'broken',
        saved: [
          { id: 'fil_fly', name: 'Fly trouble', filter: { text: 'fly', kinds: ['wake', 'incident'] }, lastMs: 7 * d },
          { id: 'fil_mine', name: 'What I did', filter: { kinds: ['operator'] }, lastMs: null },
        ],
      }
  }
}

/** Something that happens now: the newest record. */
export function recordNow(world: HistoryWorld, made: Draft): Stored {
  const stored = { id: made.atMs * perMs, ...made }
  world.own.items.unshift(stored)
  return stored
}
