import type { Incident, Investigation, MessageKind, MessagePayload, OutboxRow } from '../../domain/incident.ts'
import { alertMessage, groupMessage } from '../../domain/messages.ts'
import type { Severity } from '../../domain/severity.ts'
import type { WakeEvent } from '../../domain/wake.ts'
import type { NewId } from './ids.ts'

/** A row that waits to be sent, with everything but its content filled in. */
export function outboxRow(
  newId: NewId,
  nowMs: number,
  row: Pick<OutboxRow, 'channel' | 'kind' | 'payload'> & Partial<OutboxRow>,
): OutboxRow {
  return {
    id: newId('msg_'),
    incidentId: null,
    wakeEventId: null,
    investigationId: null,
    alertId: null,
    state: 'pending',
    replyToId: null,
    createdAtMs: nowMs,
    notBeforeMs: nowMs,
    attempts: 0,
    settledAtMs: null,
    remoteRef: null,
    remoteChannel: null,
    failure: null,
    ...row,
  }
}

export function payload(
  title: string,
  text: string,
  options: { severity?: Severity | null; tag?: string | null; silent?: boolean; route?: string | null } = {},
): MessagePayload {
  return {
    title,
    text,
    severity: options.severity ?? null,
    tag: options.tag ?? null,
    silent: options.silent ?? true,
    route: options.route ?? null,
  }
}

/** The notification of an incident is updated in place: one tag for all that is said about it. */
export function incidentTag(incidentId: string): string {
  return `incident:${incidentId}`
}

export function incidentRoute(incidentId: string): string {
  return `/investigations/${incidentId}`
}

/** Every message about one incident to the native channel: same tag, same route. */
export function nativeAbout(
  newId: NewId,
  nowMs: number,
  incident: Incident,
  kind: MessageKind,
  content: { title: string; text: string; silent: boolean; wakeEventId?: string | null },
): OutboxRow {
  return outboxRow(newId, nowMs, {
    channel: 'native',
    kind,
    incidentId: incident.id,
    wakeEventId: content.wakeEventId ?? null,
    payload: payload(content.title, content.text, {
      severity: incident.severity,
      tag: incidentTag(incident.id),
      silent: content.silent,
      route: incidentRoute(incident.id),
    }),
  })
}

/**
 * What a wake puts into the outbox at once (ruling 16): a critical is told on both channels before anything is
 * known about it; a warning shows silently and is told on Slack after its diagnosis; info waits in the inbox.
 */
export function alertRows(
  newId: NewId,
  nowMs: number,
  wake: WakeEvent,
  incident: Incident,
  probeTitle: string,
  gatherMs: number,
): OutboxRow[] {
  const rows: OutboxRow[] = []
  if (incident.severity === 'critical') {
    rows.push(
      outboxRow(newId, nowMs, {
        channel: 'slack',
        kind: 'alert',
        incidentId: incident.id,
        wakeEventId: wake.eventId,
        notBeforeMs: nowMs + gatherMs,
        payload: payload(wake.title, alertMessage(wake), {
          severity: incident.severity,
          route: incidentRoute(incident.id),
        }),
      }),
    )
  }
  if (incident.severity !== 'info') {
    const row = nativeAbout(newId, nowMs, incident, 'alert', {
      title: `${probeTitle}: ${incident.severity}`,
      text: wake.title,
      silent: incident.severity !== 'critical',
      wakeEventId: wake.eventId,
    })
    rows.push({ ...row, notBeforeMs: nowMs + gatherMs })
  }
  return rows
}

/** The first message of a group once its members are known. */
export function groupPayload(
  members: readonly { title: string; incident: Incident }[],
  leader: Incident,
): MessagePayload {
  const text = groupMessage(
    members.map(({ title, incident }) => ({ title, severity: incident.severity, what: incident.title })),
  )
  return payload(`${members.length} services at once`, text, {
    severity: members.some(({ incident }) => incident.severity === 'critical') ? 'critical' : leader.severity,
    tag: incidentTag(leader.id),
    silent: false,
    route: incidentRoute(leader.id),
  })
}

export function investigationFor(
  newId: NewId,
  nowMs: number,
  incidentId: string,
  wakeEventId: string,
  requestedBy: Investigation['requestedBy'],
): Investigation {
  return {
    id: newId('inv_'),
    incidentId,
    wakeEventId,
    requestedBy,
    state: 'pending',
    requestedAtMs: nowMs,
    startedAtMs: null,
    finishedAtMs: null,
    failure: null,
    text: null,
    model: null,
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    cacheCreationTokens: null,
    costNanoUsd: null,
    durationMs: null,
    tries: 0,
  }
}
