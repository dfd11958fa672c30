import type { AuditRow } from '../audit.ts'
import { type Rung, rungs } from '../ledger.ts'
import { tierOf } from '../pricing.ts'
import { utcSeconds } from '../time.ts'
import { cleanText } from './clean.ts'
import { countOf, type Details, nameOf, sessionOf, textOf } from './fields.ts'
import { type CallGroup, type ReasoningSources, replyTo } from './reasoningJoin.ts'
import { frequencies, lastDay, tally } from './windows.ts'

export const reasoningStatuses = ['ok', 'failed', 'halted'] as const
export const rungValues = [...rungs, 'unknown'] as const
const toolStatuses = ['ok', 'not_allowed', 'execution_error']
const stoppedByBudget = 'cost_ladder_halted'

interface Input {
  /** Groups to list, the one with the newest call first. */
  readonly page: readonly CallGroup[]
  /** Every row of `reasoning.tool_called` of at least the last 24 hours, newest first. */
  readonly recent: readonly AuditRow[]
  readonly sources: ReasoningSources
  readonly nowMs: number
}

/**
 * Body of `GET /api/reasoning/recent` (audit specification, 9). Counts by model and status are of groups, made of all
 * rows of the last 24 hours.
 */
export function reasoningCalls({ page, recent, sources, nowMs }: Input) {
  const lately = lastDay(recent, nowMs)
  const groups = groupsOf(lately).map((group) => judged(group, sources))
  return {
    calls: page.map((group) => call(group, sources)),
    stub: false as const,
    generated_at: utcSeconds(nowMs),
    total_recent_24h: lately.length,
    by_model_24h: frequencies(groups.map(modelLabel)),
    by_status_24h: tally(
      reasoningStatuses,
      groups.map(({ status }) => status),
    ),
    tokens_total_24h: {
      input: groups.reduce((sum, group) => sum + group.inputTokens, 0),
      output: groups.reduce((sum, group) => sum + group.outputTokens, 0),
    },
    status_values: [...reasoningStatuses],
  }
}

/** Rows by session, the group with the newest row first; a row without a session is a group of its own. */
export function groupsOf(newestFirst: readonly AuditRow[]): CallGroup[] {
  const groups = Map.groupBy(newestFirst, (row) => row.callerSessionId ?? row)
  return [...groups.values()].flatMap(([first, ...rest]) => (first ? [[first, ...rest] as const] : []))
}

function call(group: CallGroup, sources: ReasoningSources) {
  const first = group.at(-1) ?? group[0]
  const { model, inputTokens, outputTokens, status, errorCode, text } = judged(group, sources)
  const session = sessionOf(first.callerSessionId)
  return {
    id: session === null ? `audit-${first.eventId}` : `audit-session-${session}`,
    triggered_by: textOf(first.details['triggered_by'], 64),
    started_at: utcSeconds(first.emittedAtMs),
    duration_ms: group.reduce((sum, { details }) => sum + (countOf(details['tool_duration_ms']) ?? 0), 0),
    model_used: model,
    cost_rung_at_call: rungOf(model, errorCode),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    status,
    error_code: errorCode,
    response_text_truncated_200: text === null ? null : cut(text),
    tools_used: [...new Set(group.map(({ details }) => nameOf(details['tool_name'], 128)).reverse())],
  }
}

type Judged = ReturnType<typeof judged>

/** What became of a group: from its own calls, and from the reply they led to. */
function judged(group: CallGroup, sources: ReasoningSources) {
  const reply = replyTo(group, sources)
  const facts: Details = reply?.facts ?? {}
  const halted = facts['reasoning_error'] === stoppedByBudget
  return {
    ...(halted ? { status: 'halted' as const, errorCode: stoppedByBudget } : statusOf(group)),
    model: textOf(facts['model_used'], 64),
    inputTokens: countOf(facts['input_tokens']) ?? 0,
    outputTokens: countOf(facts['output_tokens']) ?? 0,
    text: reply?.text ?? null,
  }
}

function statusOf(group: CallGroup): { status: (typeof reasoningStatuses)[number]; errorCode: string | null } {
  const statuses = group.map(({ details }) => nameOf(details['tool_status'], 48)).reverse()
  if (statuses.includes('not_allowed')) return { status: 'halted', errorCode: 'capability_denied' }
  if (statuses.includes('execution_error')) return { status: 'failed', errorCode: 'handler_error' }
  const odd = statuses.find((status) => !toolStatuses.includes(status))
  return odd === undefined ? { status: 'ok', errorCode: null } : { status: 'failed', errorCode: odd }
}

/** The published guess: which rung would have chosen this model. */
function rungOf(model: string | null, errorCode: string | null): Rung | 'unknown' {
  if (errorCode === stoppedByBudget) return 'hard_stop_100'
  switch (model === null ? null : tierOf(model)) {
    case 'opus':
      return 'normal'
    case 'sonnet':
      return 'warn_75'
    case 'haiku':
      return 'downshift_90'
    case null:
      return 'unknown'
  }
}

function modelLabel({ model, status }: Judged): string {
  return model ?? (status === 'halted' ? 'halted_no_model' : 'unknown')
}

/** The first 200 characters; the ellipsis comes on top of them. */
function cut(text: string): string {
  const clean = cleanText(text, 1_000)
  return clean.length <= 200 ? clean : `${clean.slice(0, 200).replace(/[\uD800-\uDBFF]$/, '')}…`
}
