import type { TimelineEntry } from '../../contract/incidents.ts'
import type { AuditRow } from '../../domain/audit.ts'
import { deliveryReason } from '../../domain/deliveryReasons.ts'
import type { Delivery, Incident, Investigation } from '../../domain/incident.ts'
import { formatMoney } from '../../domain/money.ts'
import type { Sample } from '../store/ObservationRepository.ts'

const channelWords = { slack: 'Slack message', native: 'Notification' } as const

/** Everything recorded about one incident as readable lines, oldest first. */
export function incidentTimeline(records: {
  readonly incident: Incident
  readonly audit: readonly AuditRow[]
  readonly investigations: readonly Investigation[]
  readonly deliveries: readonly (Delivery & { readonly kind: string })[]
  /** Checks from the first bad one on, any order. */
  readonly checks: readonly Sample[]
}): TimelineEntry[] {
  return [
    ...checkLines(records.checks, records.incident),
    ...records.audit.flatMap(auditLine),
    ...records.investigations.flatMap(investigationLines),
    ...records.deliveries.map(deliveryLine),
  ].sort((a, b) => a.atMs - b.atMs || a.key.localeCompare(b.key))
}

/** The first checks in full; of a long trouble only the changes, so that the page stays readable. */
function checkLines(checks: readonly Sample[], incident: Incident): TimelineEntry[] {
  const ordered = checks.filter((check) => check.atMs >= incident.firstSeenAtMs).toSorted((a, b) => a.atMs - b.atMs)
  return ordered
    .filter(
      (check, index) =>
        index < 3 || check.status !== ordered[index - 1]?.status || check.error !== ordered[index - 1]?.error,
    )
    .map((check) => ({
      key: `check:${check.atMs}`,
      atMs: check.atMs,
      kind: 'check',
      tone: check.status === 'healthy' ? 'well' : check.status === 'degraded' ? 'attention' : 'trouble',
      text:
        check.status === 'healthy' ? 'Check passed' : `Check failed${check.error === null ? '' : `, ${check.error}`}`,
      aside: check.latencyMs === null ? null : `${check.latencyMs} ms`,
      raw: { ...check },
    }))
}

function auditLine(row: AuditRow): TimelineEntry[] {
  const base = { key: `audit:${row.seq}`, atMs: row.emittedAtMs, raw: { seam: row.seam, seq: row.seq, ...row.details } }
  const { from, to, why, action, severity, reason } = row.details
  switch (row.seam) {
    case 'incident.transitioned': {
      const words = text(why)
      if (to === 'suspect') return [{ ...base, kind: 'changed', tone: 'attention', text: 'Doubted', aside: words }]
      if (words.includes('held back')) {
        const aside = words.startsWith('debounce_skipped') ? 'same severity, told again when the window ends' : words
        return [{ ...base, kind: 'held', tone: 'neutral', text: 'Repeat held back', aside }]
      }
      if (to === 'open' && from !== 'open') {
        return [
          { ...base, kind: 'opened', tone: 'attention', text: `Incident opened, ${text(severity)}`, aside: words },
        ]
      }
      if (to === 'resolved') return [{ ...base, kind: 'resolved', tone: 'well', text: 'Resolved', aside: words }]
      if (to === 'investigating' || to === 'notified') return []
      return [{ ...base, kind: 'changed', tone: 'attention', text: sentence(words), aside: null }]
    }
    case 'probe.wake_requested':
      return [
        {
          ...base,
          kind: 'wake',
          tone: 'neutral',
          text: 'Woke up',
          aside: `because it ${text(reason).replaceAll('_', ' ')}`,
        },
      ]
    case 'incident.operator_action':
      return [
        {
          ...base,
          kind: 'operator',
          tone: 'neutral',
          text: `You: ${text(action).replaceAll('_', ' ')}`,
          aside: typeof reason === 'string' ? reason : null,
        },
      ]
    default:
      return []
  }
}

function investigationLines(one: Investigation): TimelineEntry[] {
  const raw = { ...one }
  const begun: TimelineEntry[] =
    one.startedAtMs === null
      ? []
      : [
          {
            key: `${one.id}:begun`,
            atMs: one.startedAtMs,
            kind: 'investigation',
            tone: 'neutral',
            text: 'Investigation begun',
            aside: one.requestedBy === 'operator' ? 'you asked for it' : null,
            raw,
          },
        ]
  if (one.finishedAtMs === null) return begun
  const done: TimelineEntry = {
    key: `${one.id}:done`,
    atMs: one.finishedAtMs,
    kind: 'investigation',
    tone: one.failure === null ? 'neutral' : 'attention',
    text: one.failure === null ? 'Finding ready' : `Could not investigate: ${one.failure}`,
    aside: one.model === null ? null : formatMoney(one.costNanoUsd),
    raw,
  }
  return [...begun, done]
}

function deliveryLine(delivery: Delivery & { readonly kind: string }): TimelineEntry {
  const sent = delivery.outcome === 'sent' || delivery.outcome === 'already_sent'
  const attempt = delivery.attempt === 1 ? 'first attempt' : `attempt ${delivery.attempt}`
  const what =
    delivery.kind === 'diagnosis' && delivery.channel === 'slack' ? 'Finding' : channelWords[delivery.channel]
  return {
    key: delivery.id,
    atMs: delivery.startedAtMs,
    kind: 'delivery',
    tone: sent ? 'neutral' : 'attention',
    text: sent
      ? `${what} ${delivery.channel === 'native' ? 'shown' : 'sent'}`
      : `${what} not ${delivery.channel === 'native' ? 'shown' : 'sent'}`,
    aside: sent
      ? `${delivery.latencyMs} ms, ${attempt}`
      : `${delivery.note ?? deliveryReason(delivery.reason ?? 'no reason given')}, ${attempt}`,
    raw: { ...delivery },
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function sentence(words: string): string {
  const plain = words.replaceAll('_', ' ')
  return plain.charAt(0).toUpperCase() + plain.slice(1)
}
