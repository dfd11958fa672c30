import type { AlertOccurrence } from '../../domain/alert.ts'
import { alertBody, burstBody, resolvedBody } from '../../domain/alertMessages.ts'
import type { AuditEntry, Seam } from '../../domain/audit.ts'
import type { MessageKind, OutboxRow } from '../../domain/incident.ts'
import type { NewId } from './ids.ts'
import { outboxRow, payload } from './wakeRows.ts'

/** Where in the cockpit an occurrence has its page. */
export function alertRoute({ occurrenceId }: Pick<AlertOccurrence, 'occurrenceId'>): string {
  return `/investigations/${occurrenceId}`
}

/** The notification of an occurrence is updated in place. */
export function alertTag({ occurrenceId }: Pick<AlertOccurrence, 'occurrenceId'>): string {
  return `alert:${occurrenceId}`
}

/** The messages that tell one alert: native first, Slack beside it. The Slack text gets its last line when it is sent. */
export function singleRows(newId: NewId, nowMs: number, alert: AlertOccurrence): OutboxRow[] {
  const { severity, level, title, detail, occurrenceId } = alert
  const about = { severity, route: alertRoute(alert) }
  const shared = { kind: 'system_alert', alertId: occurrenceId } as const
  return [
    outboxRow(newId, nowMs, {
      ...shared,
      channel: 'native',
      payload: payload(title, detail, {
        ...about,
        tag: alertTag(alert),
        // Criticals, and the step of the ladder at which something is taken away, are worth a sound.
        silent: severity !== 'critical' && level < 2,
      }),
    }),
    outboxRow(newId, nowMs, { ...shared, channel: 'slack', payload: payload(title, alertBody(alert), about) }),
  ]
}

/** One message on each channel for many alerts. @param cockpitUrl null when there is none to give */
export function burstRows(
  newId: NewId,
  nowMs: number,
  alerts: readonly AlertOccurrence[],
  cockpitUrl: string | null,
): OutboxRow[] {
  const title = `${alerts.length} alerts at once`
  const covers = alerts.map(({ id }) => id).toSorted()
  const about = { severity: 'warning', route: '/now' } as const
  const text = alerts.map((alert) => alert.title).join('\n')
  return [
    outboxRow(newId, nowMs, {
      channel: 'native',
      kind: 'alert_summary',
      payload: { ...payload(title, text, { ...about, tag: 'alerts' }), covers },
    }),
    outboxRow(newId, nowMs, {
      channel: 'slack',
      kind: 'alert_summary',
      payload: { ...payload(title, burstBody(alerts, cockpitUrl), about), covers },
    }),
  ]
}

/** That it is over, where it was told: into the thread of its message, over its notification. */
export function resolvedRows(
  newId: NewId,
  nowMs: number,
  alert: AlertOccurrence,
  told: readonly OutboxRow[],
): OutboxRow[] {
  const title = `Over: ${alert.title}`
  const shared = { kind: 'alert_resolved', alertId: alert.occurrenceId } as const
  return told.map((row) =>
    outboxRow(newId, nowMs, {
      ...shared,
      channel: row.channel,
      replyToId: row.channel === 'slack' ? row.id : null,
      payload: payload(title, resolvedBody(alert), {
        severity: 'info',
        route: alertRoute(alert),
        tag: row.channel === 'native' ? alertTag(alert) : null,
      }),
    }),
  )
}

/** One step of an occurrence, for the record. */
export function alertEntry(
  seam: Extract<Seam, `alert.${string}`>,
  alert: AlertOccurrence,
  facts: Readonly<Record<string, unknown>> = {},
): AuditEntry {
  const { id, occurrenceId, category, severity, title, voice } = alert
  return {
    seam,
    source: seam === 'alert.operator_action' ? 'operator' : 'cron',
    callerSessionId: alertSessionId(alert),
    details: { alert_id: id, occurrence_id: occurrenceId, category, severity, title, voice, ...facts },
  }
}

/** That an alert, its end or a test went into the inbox: a delivery like any other (alerts specification, 5). */
export function inboxEntry(
  kind: Extract<MessageKind, 'system_alert' | 'alert_resolved' | 'test'>,
  alert: Pick<AlertOccurrence, 'id' | 'category' | 'severity' | 'title'> & Partial<AlertOccurrence>,
): AuditEntry {
  const { id, occurrenceId, category, severity, title } = alert
  const about = { alert_id: id, ...(occurrenceId === undefined ? {} : { occurrence_id: occurrenceId }) }
  return {
    seam: 'notification.dispatched',
    source: 'cron',
    callerSessionId: alertSessionId(alert),
    details: { channel: 'inbox', kind, ...about, category, severity, title, status: 'ok' },
  }
}

/** A failure as deliveries of alerts publish it (alerts specification, 5); those of probes name it otherwise. */
export function dispatchFailure(reason: string): string {
  return reason === 'channel_id_unset' ? 'operator_slack_user_id_unset' : reason
}

/** As the published join spells it (alerts specification, 6). */
export function alertSessionId({ category, severity }: Pick<AlertOccurrence, 'category' | 'severity'>): string {
  return `alert:${category}:${severity}`
}
