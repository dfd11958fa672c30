import type { AuditRow } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { countOf, memberOf, nameOf, textOf } from './fields.ts'
import { frequencies, lastDay } from './windows.ts'

/** A row without a status is of a call that worked: nothing else used to be recorded (audit specification, 12). */
export const callStatuses = ['ok', 'failed', 'denied'] as const

/**
 * Body of `GET /api/agent-activity/recent`: calls of tools offered to agents (audit specification, 8).
 * @param page rows of `mcp.tool_called` to list, newest first
 * @param recent all of them of at least the last 24 hours
 */
export function agentActivity(page: readonly AuditRow[], recent: readonly AuditRow[], nowMs: number) {
  const lately = lastDay(recent, nowMs)
  return {
    calls: page.map(({ eventId, emittedAtMs, details }) => ({
      id: eventId,
      tool_name: nameOf(details['tool_name'], 128),
      caller_actor_kind: callerOf(details),
      called_at: utcSeconds(emittedAtMs),
      duration_ms: countOf(details['duration_ms']) ?? 0,
      status: details['status'] === undefined ? ('ok' as const) : memberOf(callStatuses, details['status']),
      result_summary: textOf(details['result'], 200),
    })),
    stub: false as const,
    generated_at: utcSeconds(nowMs),
    total_recent_24h: lately.length,
    by_caller_24h: frequencies(lately.map(({ details }) => callerOf(details))),
    status_values: [...callStatuses],
  }
}

function callerOf(details: AuditRow['details']): string {
  return nameOf(details['caller_actor_kind'], 64)
}
