import type { AuditRow, Seam } from './audit.ts'

/** A kind of record that is counted; `health` kinds are the published errors of the last five minutes. */
export interface CountRule {
  readonly name: CountName
  readonly seams: readonly Seam[]
  /** Enters `recent_error_count_5min` (snapshot specification, 4); the others stand beside it. */
  readonly health: boolean
  matches(details: Readonly<Record<string, unknown>>): boolean
}

export const countNames = [
  'dead_letter',
  'reply_failed',
  'notification_failed',
  'capability_denied',
  'reasoning_error',
  'autofix_failed',
  'investigation_undelivered',
  'mail_failed',
  'record_lost',
] as const
export type CountName = (typeof countNames)[number]

const any = (): boolean => true
/** A channel that is not set up, or has nobody in front of it, is off and not at fault (ruling 5). */
const notSetUp = new Set<unknown>([
  'slack_client_unavailable',
  'channel_id_unset',
  'operator_slack_user_id_unset',
  'no_surface',
  'switched_off',
  'denied',
  'unsupported',
])
const undelivered = new Set<unknown>(['failed_send', 'engine_unavailable_failed_send'])

export const countRules: readonly CountRule[] = [
  { name: 'dead_letter', seams: ['webhook.dead_letter'], health: true, matches: any },
  { name: 'reply_failed', seams: ['slack_dm.reply_failed'], health: true, matches: any },
  {
    name: 'notification_failed',
    seams: ['notification.dispatched'],
    health: true,
    matches: ({ status, error }) =>
      typeof status === 'string' && status.toLowerCase() === 'failed' && !notSetUp.has(error),
  },
  {
    name: 'capability_denied',
    seams: ['mcp.tool_called'],
    health: false,
    matches: ({ result }) => result === 'capability_denied',
  },
  {
    name: 'reasoning_error',
    seams: ['reasoning.tool_called'],
    health: false,
    matches: ({ tool_status: status }) => status === 'execution_error',
  },
  {
    name: 'autofix_failed',
    seams: ['tool.probe_autofix_attempted'],
    health: false,
    matches: ({ status }) => status === 'execution_failed',
  },
  {
    name: 'investigation_undelivered',
    seams: ['probe.investigation_completed', 'alert.investigation_completed'],
    health: false,
    matches: ({ dm_status: status }) => undelivered.has(status),
  },
  {
    name: 'mail_failed',
    seams: ['tool.email_to_operator_sent'],
    health: false,
    matches: ({ status }) => status === 'smtp_failure',
  },
  // What could not be recorded has no row.
  { name: 'record_lost', seams: [], health: false, matches: any },
]

/** The rule a row is counted by; null for most rows. */
export function countRuleOf(row: Pick<AuditRow, 'seam' | 'details'>): CountRule | null {
  return (
    countRules.find((rule) => (rule.seams as readonly string[]).includes(row.seam) && rule.matches(row.details)) ?? null
  )
}
