import type { IncidentDetail, IncidentSummary, InvestigationView, TimelineEntry } from '../../../contract/incidents.ts'
import { formatMoney } from '../../../domain/money.ts'
import { noFix } from '../../../domain/envelopes.ts'
import { firstSentence } from '../../../domain/finding.ts'
import { countOf, formatCount, formatDay, formatDuration } from '../../components/format.ts'
import type { GlyphName } from '../../components/Glyph.tsx'
import type { KindFilter, StateFilter, TimeWindow } from './pages.ts'

const reasons: Readonly<Record<string, string>> = {
  engine_unavailable: 'no model key is set',
  empty_response_text: 'the model answered with nothing',
  cost_ladder_halted: 'the credit pool is used up',
  daily_cap_reached: 'as many as a day may have were looked into already',
  debounced: 'one of its kind was looked into just before',
  switched_off: 'looking into alerts is switched off',
  operational_state_paused: 'Kora is paused',
  recovered_before_start: 'it was over before that began',
  sdk_timeout: 'the model did not answer in time',
  sdk_auth: 'the model account rejected the key',
  sdk_rate_limited: 'the model account is rate limited',
  sdk_5xx: 'the model service had an error of its own',
  sdk_transport: 'the model service could not be reached',
}

/** A stable failure reason of an investigation (probe specification 8.3) in plain words; unknown ones stay as they are. */
export function failureWords(reason: string): string {
  const known = reasons[reason]
  if (known) return known
  const [head = '', tail = ''] = reason.split(':')
  if (head === 'engine_exception') return `the investigation broke off (${tail.trim() || 'no details'})`
  const rejected = /^sdk_4xx_(\d{3})$/.exec(reason)
  if (rejected) return `the model service refused the request (HTTP ${rejected[1]})`
  if (reason.startsWith('sdk_unknown')) return 'the model client failed in a way Kora does not know'
  return reason.replaceAll('_', ' ')
}

/** Failures that a look into Settings can mend. */
export function isModelSetup(reason: string): boolean {
  return reason === 'engine_unavailable' || reason === 'sdk_auth'
}

/** A finding as a heading and what follows it. */
export function findingParts(finding: string): { heading: string; rest: string } {
  const text = finding.trim()
  const heading = firstSentence(text)
  // A sentence too long for a heading is cut there and stands in full below.
  return { heading, rest: text.startsWith(heading) ? text.slice(heading.length).trim() : text }
}

/** Where the operator can do something about this cause: Settings for credentials, another check for the rest. */
export function nextStepAction(cause: IncidentSummary['cause']): 'settings' | 'check' {
  return cause === 'auth_rejected' || cause === 'credential_unset' || cause === 'blocked_address' ? 'settings' : 'check'
}

/** "critical · open 12 min · seen 3 times", the age aside, which moves by itself. */
export function statusWords(incident: IncidentSummary): { before: string; after: string } {
  const seen = incident.seenCount === 1 ? 'seen once' : `seen ${formatCount(incident.seenCount)} times`
  const more = [
    incident.reopenedCount > 0
      ? `came back ${incident.reopenedCount === 1 ? 'once' : `${incident.reopenedCount} times`}`
      : '',
    incident.flapping ? 'flapping' : '',
    incident.acknowledgedAtMs !== null && incident.state !== 'resolved' ? 'acknowledged' : '',
  ]
  return { before: incident.severity, after: [seen, ...more].filter(Boolean).join(' · ') }
}

/** "claude-haiku-4-5, 2 calls, 1 204 in / 212 out": over every investigation that reached a model. */
export function modelWords(investigations: readonly InvestigationView[]): string | null {
  const called = investigations.filter((one) => one.model !== null)
  const [newest] = called
  if (!newest) return null
  const sum = (read: (one: InvestigationView) => number | null) =>
    called.reduce((all, one) => all + (read(one) ?? 0), 0)
  const tokens = `${formatCount(sum((one) => one.inputTokens))} in / ${formatCount(sum((one) => one.outputTokens))} out`
  return `${newest.model}, ${countOf(called.length, 'call')}, ${tokens}`
}

/** What Kora may do by itself about it. */
export function fixWords(envelope: IncidentDetail['envelope']): string {
  if (envelope.fixName === noFix) return 'None for this service: Kora only diagnoses'
  const name = envelope.fixName.replaceAll('_', ' ')
  return envelope.enabled ? `${name}: allowed` : `${name}: switched off, Kora only diagnoses`
}

/** "3 Apr, 41 min" or "3 Apr, still open". */
export function earlierWords(
  before: Pick<IncidentDetail['before'][number], 'openedAtMs' | 'resolvedAtMs'>,
  nowMs: number,
): string {
  const lasted = before.resolvedAtMs === null ? 'not resolved' : formatDuration(before.resolvedAtMs - before.openedAtMs)
  return `${formatDay(before.openedAtMs, nowMs)}, ${lasted}`
}

export function timelineGlyph(entry: Pick<TimelineEntry, 'kind' | 'tone'>): GlyphName {
  switch (entry.kind) {
    case 'delivery':
      return entry.tone === 'neutral' || entry.tone === 'well' ? 'told' : 'attention'
    case 'investigation':
      return entry.tone === 'attention' || entry.tone === 'trouble' ? 'attention' : 'finding'
    case 'operator':
      return 'person'
    case 'held':
      return 'held'
    case 'wake':
    case 'other':
    case 'check':
    case 'opened':
    case 'changed':
    case 'resolved':
      return entry.tone === 'neutral' ? 'system' : entry.tone
  }
}

/** The day of each entry where it differs from the one above, which for the first is today; null elsewhere. */
export function dayMarks(entries: readonly { readonly atMs: number }[], nowMs: number): readonly (string | null)[] {
  const days = entries.map((entry) => formatDay(entry.atMs, nowMs))
  return days.map((day, index) => (day === (days[index - 1] ?? formatDay(nowMs, nowMs)) ? null : day))
}

const windowWords: Readonly<Record<TimeWindow, string>> = { '24h': 'in 24 h', '7d': 'in 7 days', all: 'in all' }

/** How many there are of the window, and what looking into them cost; null when one of them is unpriced. */
export interface TroubleTotals {
  readonly active: number
  readonly resolved: number
  readonly costNanoUsd: number | null
}

const none: TroubleTotals = { active: 0, resolved: 0, costNanoUsd: 0 }

/** What is listed, counted. @param incidents null where the kind does not count them, and likewise alerts */
export function totalsText(
  kind: KindFilter,
  window: TimeWindow,
  incidents: TroubleTotals | null,
  alerts: TroubleTotals | null,
): string {
  const [ofIncidents, ofAlerts] = [incidents ?? none, alerts ?? none]
  const rest = ({ resolved, costNanoUsd }: Omit<TroubleTotals, 'active'>) => {
    const cost = costNanoUsd === null ? 'some of their cost is unknown' : `${formatMoney(costNanoUsd)} spent on them`
    return `${resolved} resolved ${windowWords[window]} · ${cost}`
  }
  switch (kind) {
    case 'kora':
      return `${ofAlerts.active} active · ${rest(ofAlerts)}`
    case 'services':
      return `${ofIncidents.active} active · ${rest(ofIncidents)}`
    case 'all': {
      const costs = [ofIncidents.costNanoUsd, ofAlerts.costNanoUsd]
      const costNanoUsd = costs.some((cost) => cost === null)
        ? null
        : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0)
      const resolved = ofIncidents.resolved + ofAlerts.resolved
      const active = `${countOf(ofIncidents.active, 'incident')} and ${countOf(ofAlerts.active, 'alert')} active`
      return `${active} · ${rest({ resolved, costNanoUsd })}`
    }
  }
}

/** Why the list is empty. */
export function emptyText(kind: KindFilter, window: TimeWindow, state: StateFilter): string {
  const what = { all: 'Nothing', services: 'No incident', kora: 'No alert' }[kind]
  if (state !== 'any') return `${what} is ${state}${window === 'all' ? '' : ` ${windowWords[window]}`}.`
  if (window === 'all') {
    return kind === 'kora'
      ? 'Kora has never had anything to say about itself.'
      : 'Nothing has ever gone wrong here, so there is nothing to investigate.'
  }
  return kind === 'kora' ? `Kora raised no alert ${windowWords[window]}.` : `Nothing went wrong ${windowWords[window]}.`
}
