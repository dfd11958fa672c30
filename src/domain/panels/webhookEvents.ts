import type { AuditRow } from '../audit.ts'
import { utcSeconds } from '../time.ts'
import { maskedIp } from './clean.ts'
import { nameOf } from './fields.ts'
import { lastDay } from './windows.ts'

/** Only what was turned away is recorded. */
export const webhookStatuses = ['dead_letter'] as const

/**
 * Body of `GET /api/webhooks/events/recent`: requests that were turned away (audit specification, 8).
 * @param page rows of `webhook.dead_letter` to list, newest first
 * @param recent all of them of at least the last 24 hours
 */
export function webhookEvents(page: readonly AuditRow[], recent: readonly AuditRow[], nowMs: number) {
  return {
    events: page.map(({ eventId, emittedAtMs, details }) => {
      const reason = nameOf(details['reason'], 120)
      return {
        id: eventId,
        endpoint: endpointOf(details['source']),
        received_at: utcSeconds(emittedAtMs),
        status: 'dead_letter' as const,
        source_ip: maskedIp(details['peer_ip']),
        event_type: reason,
        // Kept as published: no writer ever recorded whether a header was there.
        details: { reason, header_present: false as const },
      }
    }),
    stub: false as const,
    generated_at: utcSeconds(nowMs),
    total_recent_24h: lastDay(recent, nowMs).length,
    status_values: [...webhookStatuses],
  }
}

function endpointOf(source: unknown): string {
  if (source === 'slack') return '/api/webhooks/slack/events'
  if (source === 'email') return '/api/webhooks/email/inbound'
  return `/api/webhooks/${nameOf(source, 64)}`
}
