import { type AuditRow, auditSources, type Seam } from './audit.ts'

/**
 * What a record of History is about. Stored as its place in this list: append-only.
 * `service` is a probe's status that changed, `call` a model call, `gap` time that was not watched.
 */
export const historyKinds = [
  'wake',
  'incident',
  'investigation',
  'alert',
  'delivery',
  'call',
  'budget',
  'state',
  'service',
  'operator',
  'gap',
  'learning',
  'system',
] as const
export type HistoryKind = (typeof historyKinds)[number]

/** Where a record of History is kept in full. Stored as its place in this list: append-only. */
export const historySources = ['audit', 'call', 'service', 'gap'] as const
export type HistorySource = (typeof historySources)[number]

/** Names of records that are no audit rows, in the place of a seam. */
export const otherSeams = {
  call: 'ledger.recorded',
  service: 'probe.status_changed',
  gap: 'daemon.not_running',
} as const satisfies Record<Exclude<HistorySource, 'audit'>, string>

const kindsOfSeams: Readonly<Record<Seam, HistoryKind>> = {
  'mcp.tool_called': 'call',
  'webhook.dead_letter': 'system',
  'slack_dm.reply_failed': 'delivery',
  'reasoning.tool_called': 'call',
  'notification.dispatched': 'delivery',
  'probe.wake_requested': 'wake',
  'tool.email_to_operator_sent': 'delivery',
  'tool.probe_autofix_attempted': 'incident',
  'probe.investigation_completed': 'investigation',
  'intent.email_to_sea_ticket': 'learning',
  'phrasebook.updated': 'operator',
  'promotion.proposed': 'learning',
  'promotion.approved': 'learning',
  'promotion.rejected': 'learning',
  'promotion.snapshot_field_added': 'learning',
  'promotion.router_trigger_proposed': 'learning',
  'promotion.tool_trim_proposed': 'learning',
  'promotion.probe_envelope_action_proposed': 'learning',
  'promotion.probe_envelope_action_auto_approved': 'learning',
  'promotion.email_intent_pattern_proposed': 'learning',
  'alert.wake_requested': 'wake',
  'alert.investigation_completed': 'investigation',
  'opus_override.applied': 'budget',
  'daemon.started': 'state',
  'daemon.stopped': 'state',
  'incident.transitioned': 'incident',
  'incident.operator_action': 'operator',
  'watch.interrupted': 'gap',
  'watch.resumed': 'gap',
  'probe.definition_changed': 'operator',
  'settings.changed': 'operator',
  'secret.changed': 'operator',
  'backup.created': 'system',
  'backup.failed': 'system',
  'task.failed': 'system',
  'audit.pruned': 'system',
  'operational_state.changed': 'state',
  'budget.rung_changed': 'budget',
  'budget.period_opened': 'budget',
  'budget.reconciled': 'budget',
  'budget.reservation_recovered': 'budget',
  'ledger.corrected': 'budget',
  'alert.raised': 'alert',
  'alert.changed': 'alert',
  'alert.held': 'alert',
  'alert.resolved': 'alert',
  'alert.operator_action': 'operator',
  'listener.changed': 'state',
  'daemon.stalled': 'gap',
  'maintenance.changed': 'gap',
  'history.file_opened': 'operator',
  'views.erased': 'operator',
}

/** What an audit row is about; a seam of another version is a matter of the system. */
export function kindOfSeam(seam: string): HistoryKind {
  return (kindsOfSeams as Readonly<Record<string, HistoryKind | undefined>>)[seam] ?? 'system'
}

/** Whether the place of an audit row's source is known; its place in the vocabulary, null for none or another's. */
export function originCode(source: string | null): number | null {
  const at = (auditSources as readonly string[]).indexOf(source ?? '')
  return at === -1 ? null : at
}

/** The occurrence a row belongs to: an incident, or an alert (`alt_…`), which has no column of its own. */
export function correlationOf(row: Pick<AuditRow, 'incidentId' | 'details'>): string | null {
  if (row.incidentId !== null) return row.incidentId
  const occurrence = row.details['occurrence_id']
  return typeof occurrence === 'string' && occurrence !== '' ? occurrence : null
}

/** Most characters of one record that are searched. */
const searchedLength = 4_000
/** Keys whose text is somebody's private words: kept on record, never searched (audit specification, 12.14). */
const privateKeys = new Set([
  'subject',
  'sample_subjects',
  'sample_questions',
  'original_message_text',
  'body',
  'hash',
  'upto_seq',
])

/**
 * The words by which a record is found: every text in its details but private ones, and what it is joined by. Control
 * characters and half surrogates become spaces.
 */
export function searchText(parts: readonly (string | null)[], details: unknown): string {
  const words = parts.filter((part): part is string => part !== null && part !== '')
  collect(details, words, { left: searchedLength })
  return words
    .join(' ')
    .slice(0, searchedLength)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\uFFFD]+/gu, ' ')
}

function collect(value: unknown, words: string[], room: { left: number }): void {
  if (room.left <= 0) return
  if (typeof value === 'string') {
    words.push(value.slice(0, room.left))
    room.left -= value.length
  } else if (typeof value === 'number') {
    words.push(String(value))
    room.left -= 8
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) if (!privateKeys.has(key)) collect(item, words, room)
  }
}

/** One thing that records are narrowed by, as a single word beside their text. */
export type Facet =
  | { readonly name: 'kind'; readonly value: HistoryKind }
  | { readonly name: 'seam' | 'origin' | 'session' | 'correlation'; readonly value: string }

const facetLetters = { kind: 'k', seam: 's', origin: 'o', session: 'n', correlation: 'c' } as const

/** The word of a facet: letters and digits only, so that no tokenizer takes it apart. */
export function facetWord({ name, value }: Facet): string {
  return `${facetLetters[name]}${fingerprint(value)}`
}

/** 53 bits of a text in base 36: two rounds of 32-bit multiplication, mixed. A collision only widens what is looked at. */
function fingerprint(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57]
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    a = Math.imul(a ^ unit, 2_654_435_761)
    b = Math.imul(b ^ unit, 1_597_334_677)
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
  return (4_294_967_296 * (2_097_151 & b) + (a >>> 0)).toString(36)
}
