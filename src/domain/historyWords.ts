import type { AuditRow } from './audit.ts'
import { deliveryReason } from './deliveryReasons.ts'
import type { Gap } from './gaps.ts'
import { formatMoney, nanoPerUsd } from './money.ts'
import type { ProbeStatus } from './observation.ts'
import { type Severity, severities } from './severity.ts'
import { clip } from './text.ts'
import { formatDuration } from './time.ts'

export type HistoryTone = 'trouble' | 'attention' | 'well' | 'neutral'

/** A record as one line for people. */
export interface HistoryLine {
  readonly tone: HistoryTone
  readonly text: string
  /** Quieter words behind it; null when there are none. */
  readonly aside: string | null
  readonly severity: Severity | null
  readonly costNanoUsd: number | null
  /** Where in the cockpit it is shown in full. */
  readonly route: string | null
}

/** What a model call leaves for History. */
export interface CallWords {
  readonly model: string
  readonly route: string
  readonly subject: string | null
  readonly reason: string | null
  readonly note: string | null
  readonly costNanoUsd: number | null
  readonly incidentId: string | null
}

export interface StatusChange {
  readonly title: string
  readonly from: ProbeStatus | null
  readonly to: ProbeStatus
  readonly error: string | null
}

const textLength = 240

/**
 * An audit row as one line. Rows of other versions may hold anything; what cannot be said in words is named by its seam.
 * @param title the name of a probe, as the operator gave it
 */
export function auditLine(row: AuditRow, title: (probeId: string) => string): HistoryLine {
  const said = new Details(row.details, title)
  const words = (known[row.seam] ?? plain)(said, row)
  const route = words.route ?? occurrenceRoute(row.incidentId ?? said.maybe('occurrence_id'))
  return {
    tone: words.tone ?? 'neutral',
    text: clip(oneLine(words.text), textLength),
    aside: words.aside ? clip(oneLine(words.aside), textLength) : null,
    severity: severities.find((severity) => severity === row.details['severity']) ?? null,
    costNanoUsd: costOf(row.details['total_cost_usd']),
    route,
  }
}

/** An incident's, or an alert occurrence's, page. */
export function occurrenceRoute(id: string | null): string | null {
  return id !== null && /^(?:inc|alt)_[0-9A-Za-z]+$/.test(id) ? `/investigations/${id}` : null
}

export function callLine(call: CallWords): HistoryLine {
  return {
    tone: 'neutral',
    text: `Called ${call.model} for ${call.route.replaceAll('_', ' ')}`,
    aside: [call.reason, call.note].filter((part) => part !== null && part !== '').join(', ') || null,
    severity: null,
    costNanoUsd: call.costNanoUsd,
    route: occurrenceRoute(call.incidentId) ?? '/spend/ledger',
  }
}

const statusWords: Readonly<Record<ProbeStatus, string>> = {
  healthy: 'well',
  degraded: 'degraded',
  unhealthy: 'unhealthy',
  unreachable: 'unreachable',
  not_configured: 'not configured',
  not_watching: 'not watched',
  unknown: 'unknown',
}

const statusTones: Readonly<Record<ProbeStatus, HistoryTone>> = {
  healthy: 'well',
  degraded: 'attention',
  unhealthy: 'trouble',
  unreachable: 'trouble',
  not_configured: 'neutral',
  not_watching: 'neutral',
  unknown: 'neutral',
}

export function changeLine({ title, from, to, error }: StatusChange): HistoryLine {
  const before = from === null ? '' : `, was ${statusWords[from]}`
  return {
    tone: statusTones[to],
    text: clip(oneLine(`${title} is ${statusWords[to]}${before}`), textLength),
    aside: error === null ? null : clip(oneLine(error), textLength),
    severity: null,
    costNanoUsd: null,
    route: null,
  }
}

const gapWords: Readonly<Record<Gap['reason'], string>> = {
  asleep: 'The machine was asleep',
  not_running: 'Kora was not running',
  crashed: 'Kora ended without a goodbye',
}

export function gapLine({ fromMs, toMs, reason }: Gap): HistoryLine {
  return {
    tone: reason === 'crashed' ? 'attention' : 'neutral',
    text: `${gapWords[reason]} for ${formatDuration(toMs - fromMs)}`,
    aside: 'nothing was watched',
    severity: null,
    costNanoUsd: null,
    route: null,
  }
}

interface Words {
  readonly text: string
  readonly aside?: string | null
  readonly tone?: HistoryTone
  readonly route?: string
}

/** Reads the details of rows that other versions may have written. */
class Details {
  readonly #details: Readonly<Record<string, unknown>>
  readonly #title: (probeId: string) => string

  constructor(details: Readonly<Record<string, unknown>>, title: (probeId: string) => string) {
    this.#details = details
    this.#title = title
  }

  maybe(key: string): string | null {
    const value = this.#details[key]
    if (typeof value === 'string' && value !== '') return value
    return typeof value === 'number' && Number.isFinite(value) ? String(value) : null
  }

  text(key: string): string {
    return this.maybe(key) ?? 'unknown'
  }

  plain(key: string): string {
    return this.text(key).replaceAll('_', ' ')
  }

  number(key: string): number | null {
    const value = this.#details[key]
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  }

  list(key: string): string[] {
    const value = this.#details[key]
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
  }

  /** The service a row is about, by its name. */
  get service(): string {
    const probe = this.maybe('probe')
    return probe === null ? 'a service' : this.#title(probe)
  }

  duration(key: string): string {
    const ms = this.number(key)
    return ms === null ? 'an unknown time' : formatDuration(ms)
  }

  usd(key: string): string {
    const value = this.number(key)
    return formatMoney(value === null ? null : Math.round(value * nanoPerUsd))
  }
}

type Teller = (said: Details, row: AuditRow) => Words

const severityTone = (severity: string | null): HistoryTone =>
  severity === 'critical' ? 'trouble' : severity === 'warning' ? 'attention' : 'neutral'

const channelNames: Readonly<Record<string, string>> = {
  slack: 'Slack',
  slack_dm: 'Slack',
  native: 'notification',
  inbox: 'inbox',
  email: 'mail',
}

const known: Readonly<Record<string, Teller>> = {
  'probe.wake_requested': (said) => ({
    text: `Woke up for ${said.service}: ${said.text('title')}`,
    aside: said.maybe('reason')?.replaceAll('_', ' ') ?? null,
    tone: severityTone(said.maybe('severity')),
  }),
  'incident.transitioned': (said) => {
    const [from, to] = [said.maybe('from'), said.maybe('to')]
    const why = said.maybe('why')
    if (to === 'open' && from !== 'open')
      return {
        text: `${said.service}: ${said.maybe('title') ?? 'trouble'}`,
        aside: why,
        tone: severityTone(said.maybe('severity')),
      }
    if (to === 'resolved') return { text: `${said.service}: well again`, aside: why, tone: 'well' }
    if (to === 'suspect') return { text: `${said.service} is doubted`, aside: why, tone: 'attention' }
    if (to === 'investigating' || to === 'notified')
      return { text: `${said.service}: ${to === 'notified' ? 'you were told' : 'being looked into'}`, aside: why }
    return { text: `${said.service}: ${to === null ? 'changed' : said.plain('to')}`, aside: why }
  },
  'incident.operator_action': (said) => ({
    text: `You: ${said.plain('action')}, ${said.service}`,
    aside: said.maybe('reason'),
  }),
  'probe.investigation_completed': (said) => completed(said, said.service),
  'alert.investigation_completed': (said) => completed(said, said.maybe('title') ?? said.plain('category')),
  'notification.dispatched': (said) => {
    const channel = channelNames[said.text('channel')] ?? said.plain('channel')
    const what = said.maybe('title') ?? said.maybe('kind')?.replaceAll('_', ' ') ?? 'message'
    if (said.maybe('status') !== 'failed') return { text: `Told you by ${channel}: ${what}` }
    const reason = said.maybe('note') ?? said.maybe('error')
    return {
      text: `Not told by ${channel}: ${what}`,
      aside: reason === null ? null : deliveryReason(reason),
      tone: 'attention',
      route: '/system/deliveries',
    }
  },
  'slack_dm.reply_failed': (said) => ({
    text: 'A Slack reply was not sent',
    aside: said.plain('reason'),
    tone: 'attention',
  }),
  'watch.interrupted': () => ({ text: 'Kora was cut off: nothing answered', tone: 'attention' }),
  'watch.resumed': (said) => ({ text: 'Watching again', aside: said.maybe('text') }),
  'daemon.started': (said) => ({
    text: 'Kora started',
    aside: [said.maybe('version'), said.maybe('host')].filter((part) => part !== null).join(', ') || null,
    route: '/system/daemon',
  }),
  'daemon.stopped': (said) => ({
    text: `Kora stopped: ${said.plain('reason')}`,
    aside: said.number('uptime_ms') === null ? null : `after ${said.duration('uptime_ms')}`,
  }),
  'operational_state.changed': (said) => ({
    text: `${said.plain('from')} became ${said.plain('to')}`,
    aside: [said.maybe('trigger'), ...said.list('reasons')].filter((part) => part !== null).join(', ') || null,
    tone: said.maybe('to') === 'paused' ? 'attention' : 'neutral',
    route: '/system/daemon',
  }),
  'budget.rung_changed': (said) => ({
    text: `Budget: ${said.plain('from')} became ${said.plain('to')}`,
    aside: `${said.usd('spent_usd')} of ${said.usd('pool_usd')}`,
    tone: said.maybe('to') === 'hard_stop_100' ? 'trouble' : said.maybe('to') === 'normal' ? 'well' : 'attention',
    route: '/spend',
  }),
  'budget.period_opened': () => ({ text: 'A new billing period began', route: '/spend' }),
  'budget.reconciled': () => ({ text: 'Spending was compared with the provider', route: '/spend/corrections' }),
  'budget.reservation_recovered': () => ({
    text: 'Money set aside for a call that never ended was charged',
    tone: 'attention',
    route: '/spend/ledger',
  }),
  'ledger.corrected': () => ({ text: 'A call got its price later', route: '/spend/corrections' }),
  'opus_override.applied': (said) => ({
    text: 'The strong model was asked for',
    aside: said.plain('override_source'),
  }),
  'settings.changed': (said) => ({
    text: 'Settings changed',
    aside: said.list('paths').join(', ') || null,
    route: '/settings',
  }),
  'secret.changed': (said) => ({ text: 'A key was changed', aside: said.maybe('id') ?? said.maybe('ref') }),
  'probe.definition_changed': (said) => ({
    text: `Probe ${said.text('probe')} ${said.plain('action')}`,
    route: '/settings/probes',
  }),
  'backup.created': (said) => ({ text: 'Backup made', aside: said.maybe('file'), route: '/system/backups' }),
  'backup.failed': (said) => ({
    text: `A backup failed: ${said.text('error')}`,
    tone: 'attention',
    route: '/system/backups',
  }),
  'task.failed': (said) => ({
    text: `${said.text('task')} failed`,
    aside: said.maybe('error'),
    tone: 'attention',
    route: '/system/schedules',
  }),
  'audit.pruned': (said) => ({ text: `Records up to number ${said.text('upto_seq')} were past their keep` }),
  'alert.raised': (said) => ({
    text: said.text('title'),
    aside: said.maybe('detail'),
    tone: severityTone(said.maybe('severity')),
  }),
  'alert.changed': (said) => ({
    text: `${said.text('title')}: ${said.plain('change')}`,
    aside: said.maybe('why'),
    tone: severityTone(said.maybe('severity')),
  }),
  'alert.held': (said) => ({ text: `Not told yet: ${said.text('title')}`, aside: said.plain('by') }),
  'alert.resolved': (said) => ({ text: `Over: ${said.text('title')}`, tone: 'well' }),
  'alert.operator_action': (said) => ({ text: `You: ${said.plain('action')}, ${said.text('title')}` }),
  'listener.changed': (said) => ({
    text: `${said.text('listener')} is ${said.plain('to')}`,
    aside: said.maybe('why'),
    tone: said.maybe('to') === 'down' ? 'attention' : 'neutral',
    route: '/system/listeners',
  }),
  'daemon.stalled': (said) => ({
    text: `Nothing ran for ${said.duration('for_ms')}`,
    aside: 'the process stood still',
    tone: 'attention',
  }),
  'maintenance.changed': (said) => ({
    text: `Maintenance ${said.plain('change')}: ${said.text('title')}`,
    aside: said.maybe('scope'),
    route: '/settings/maintenance',
  }),
  'history.file_opened': (said) => ({ text: 'Another history file was opened', aside: said.maybe('path') }),
  'views.erased': (said) => ({ text: `View records erased: ${said.text('erased')}` }),
  'reasoning.tool_called': (said) => ({
    text: `Tool ${said.text('tool_name')}: ${said.plain('tool_status')}`,
    aside: said.number('tool_duration_ms') === null ? null : `${said.text('tool_duration_ms')} ms`,
    tone: said.maybe('tool_status') === 'ok' ? 'neutral' : 'attention',
  }),
  'mcp.tool_called': (said) => ({ text: `Agent called ${said.text('tool_name')}`, aside: said.maybe('result') }),
  'webhook.dead_letter': (said) => ({
    text: `A webhook from ${said.text('source')} was refused`,
    aside: said.plain('reason'),
    tone: 'attention',
  }),
}

function completed(said: Details, what: string): Words {
  const failed = said.maybe('reasoning_error')
  if (failed !== null) return { text: `Could not look into ${what}: ${failed}`, tone: 'attention' }
  const [first = ''] = (said.maybe('investigation_summary_text') ?? 'nothing was found').split('\n')
  return { text: `Looked into ${what}: ${first}` }
}

const plain: Teller = (said, row) => {
  const salient = ['title', 'text', 'status', 'action', 'reason', 'error', 'name'].flatMap(
    (key) => said.maybe(key) ?? [],
  )
  return { text: row.seam.replaceAll('_', ' ').replaceAll('.', ': '), aside: salient.slice(0, 2).join(', ') || null }
}

function costOf(usd: unknown): number | null {
  return typeof usd === 'number' && Number.isFinite(usd) && usd >= 0 ? Math.round(usd * nanoPerUsd) : null
}

/** Control characters and half surrogates are no part of a line. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFD]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
