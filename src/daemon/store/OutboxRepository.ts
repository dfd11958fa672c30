import { KoraError } from '../../domain/errors.ts'
import type { Channel, Delivery, MessageKind, OutboxRow } from '../../domain/incident.ts'
import type { SlackLogEntry } from '../../domain/panels/slackLog.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

/** One attempt to deliver, with what is needed to name it. */
export interface DeliveryRecord extends Delivery {
  readonly kind: MessageKind
  readonly incidentId: string | null
  /** Title of the message that was delivered. */
  readonly title: string
}

export interface LastOutcomes {
  readonly lastSentAtMs: number | null
  readonly lastFailedAtMs: number | null
  /** Reason of the last failure. */
  readonly lastFailure: string | null
}

const map = tableMap<OutboxRow>(
  {
    id: 'plain',
    channel: 'plain',
    kind: 'plain',
    incidentId: 'plain',
    wakeEventId: 'plain',
    investigationId: 'plain',
    alertId: 'plain',
    state: 'plain',
    payload: 'json',
    replyToId: 'plain',
    createdAtMs: 'plain',
    notBeforeMs: 'plain',
    attempts: 'plain',
    settledAtMs: 'plain',
    remoteRef: 'plain',
    remoteChannel: 'plain',
    failure: 'plain',
  },
  ['id'],
)

const deliveryMap = tableMap<Delivery>(
  {
    id: 'plain',
    outboxId: 'plain',
    channel: 'plain',
    attempt: 'plain',
    startedAtMs: 'plain',
    outcome: 'plain',
    reason: 'plain',
    note: 'plain',
    latencyMs: 'plain',
    remoteRef: 'plain',
  },
  ['id'],
)

const logMap = tableMap<SlackLogEntry>(
  {
    id: 'plain',
    messageId: 'plain',
    sentAtMs: 'plain',
    outcome: 'plain',
    reason: 'plain',
    channelId: 'plain',
    ts: 'plain',
    threadTs: 'plain',
    wakeEventId: 'plain',
    investigationId: 'plain',
    text: 'plain',
  },
  ['id'],
)

const select = `SELECT ${map.columns} FROM outbox`
const insertSql = `INSERT INTO outbox (${map.columns}) VALUES (${map.marks})`
const saveSql = `UPDATE outbox SET (${map.columns}) = (${map.marks}) WHERE id = ?`
const getSql = `${select} WHERE id = ?`
const unsettled = `state IN ('pending', 'sending')`
// Left to itself SQLite walks the whole table in the order asked for.
const unsettledSql = `${select} INDEXED BY outbox_unsettled WHERE ${unsettled} ORDER BY seq`
const unsettledOfChannelSql = `${select} WHERE ${unsettled} AND channel = ? ORDER BY seq`
const byIncidentSql = `${select} WHERE incident_id = ? ORDER BY seq`
const byAlertSql = `${select} WHERE alert_id = ? ORDER BY seq`

const addDeliverySql = `INSERT INTO deliveries (${deliveryMap.columns}) VALUES (${deliveryMap.marks})`
const selectDeliveries = `SELECT d.id, d.outbox_id, d.channel, d.attempt, d.started_at_ms, d.outcome, d.reason, d.note,
  d.latency_ms, d.remote_ref, o.kind, o.incident_id, o.payload ->> 'title' AS title
  FROM deliveries AS d JOIN outbox AS o ON o.id = d.outbox_id`
const deliveriesSql = `${selectDeliveries} WHERE d.started_at_ms < ? ORDER BY d.started_at_ms DESC, d.seq DESC LIMIT ?`
const deliveriesByIncidentSql = `${selectDeliveries} WHERE o.incident_id = ? ORDER BY d.seq`
// Of a message no more than a panel may show, whatever its length.
const selectSlackLog = (deliveries: string): string => `SELECT d.id, d.outbox_id AS message_id,
  d.started_at_ms AS sent_at_ms, d.outcome, d.reason, coalesce(o.remote_channel, p.remote_channel) AS channel_id,
  d.remote_ref AS ts, p.remote_ref AS thread_ts, o.wake_event_id, o.investigation_id,
  substr(o.payload ->> 'text', 1, 1000) AS text
  FROM ${deliveries}
  LEFT JOIN outbox AS p ON p.id = o.reply_to_id`
const slackLogOrder = 'ORDER BY d.started_at_ms DESC, d.seq DESC LIMIT ?'
// Looks among the newest attempts on any channel, so that it ends soon where Slack is hardly used.
const slackLogSql = `${selectSlackLog(`(SELECT * FROM deliveries ORDER BY started_at_ms DESC, seq DESC LIMIT 4000) AS d
  CROSS JOIN outbox AS o ON o.id = d.outbox_id`)}
  WHERE d.channel = 'slack' ${slackLogOrder}`
// From the incidents outwards, newest first: each step has an index.
const slackLogOfSql = `${selectSlackLog(`(SELECT id FROM incidents
    WHERE probe_id = ? AND category = ? ORDER BY opened_at_ms DESC, id DESC LIMIT 200) AS i
  CROSS JOIN outbox AS o ON o.incident_id = i.id CROSS JOIN deliveries AS d ON d.outbox_id = o.id`)}
  WHERE d.channel = 'slack' AND d.started_at_ms >= ? ${slackLogOrder}`
const lastSentSql = `SELECT max(started_at_ms) AS at_ms FROM deliveries
  WHERE channel = ? AND outcome IN ('sent', 'already_sent')`
const lastFailedSql = `SELECT started_at_ms AS at_ms, reason FROM deliveries
  WHERE channel = ? AND outcome IN ('failed', 'unknown') ORDER BY started_at_ms DESC, seq DESC LIMIT 1`

/** Messages waiting to be sent, sent or given up, and every attempt made. */
export class OutboxRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @throws KoraError conflict when the id is taken */
  insert(row: OutboxRow): void {
    this.#connection.run(insertSql, ...map.values(row))
  }

  /** Writes back a row that is there. @throws KoraError not_found */
  save(row: OutboxRow): void {
    if (this.#connection.run(saveSql, ...map.values(row), row.id) === 0) {
      throw new KoraError('not_found', 'There is no such message.', { id: row.id })
    }
  }

  get(id: string): OutboxRow | null {
    const row = this.#connection.get<Row>(getSql, id)
    return row ? map.fromRow(row) : null
  }

  /** Pending and sending, in the order they were created. */
  unsettled(channel?: Channel): OutboxRow[] {
    const rows =
      channel === undefined
        ? this.#connection.all<Row>(unsettledSql)
        : this.#connection.all<Row>(unsettledOfChannelSql, channel)
    return rows.map(map.fromRow)
  }

  /** In the order they were created. */
  byIncident(incidentId: string): OutboxRow[] {
    return this.#connection.all<Row>(byIncidentSql, incidentId).map(map.fromRow)
  }

  /** In the order they were created. */
  byAlert(occurrenceId: string): OutboxRow[] {
    return this.#connection.all<Row>(byAlertSql, occurrenceId).map(map.fromRow)
  }

  addDelivery(delivery: Delivery): void {
    this.#connection.run(addDeliverySql, ...deliveryMap.values(delivery))
  }

  /** Newest first. @param query.beforeMs exclusive */
  deliveries(query: { beforeMs?: number; limit: number }): DeliveryRecord[] {
    const before = query.beforeMs ?? Number.MAX_SAFE_INTEGER
    return this.#connection.all<Row>(deliveriesSql, before, query.limit).map(toRecord)
  }

  /** Oldest first. */
  deliveriesByIncident(incidentId: string): DeliveryRecord[] {
    return this.#connection.all<Row>(deliveriesByIncidentSql, incidentId).map(toRecord)
  }

  /** Attempts on Slack, newest first; of the last 4,000 on any channel. */
  slackLog(limit: number): SlackLogEntry[] {
    return this.#connection.all<Row>(slackLogSql, limit).map(logMap.fromRow)
  }

  /**
   * Attempts on Slack about one probe's trouble, newest first; of its last 200 incidents.
   * @param query.sinceMs inclusive
   */
  slackLogOf(query: { probeId: string; category: string; sinceMs?: number; limit: number }): SlackLogEntry[] {
    const { probeId, category, sinceMs = 0, limit } = query
    return this.#connection.all<Row>(slackLogOfSql, probeId, category, sinceMs, limit).map(logMap.fromRow)
  }

  /** When a channel last worked, and how it last failed. An attempt with unknown outcome counts as failed. */
  lastOutcomes(channel: Channel): LastOutcomes {
    const sent = this.#connection.get<{ at_ms: number | null }>(lastSentSql, channel)
    const failed = this.#connection.get<{ at_ms: number; reason: string | null }>(lastFailedSql, channel)
    return {
      lastSentAtMs: sent?.at_ms ?? null,
      lastFailedAtMs: failed?.at_ms ?? null,
      lastFailure: failed?.reason ?? null,
    }
  }
}

function toRecord(row: Row): DeliveryRecord {
  return {
    ...deliveryMap.fromRow(row),
    kind: row['kind'] as MessageKind,
    incidentId: row['incident_id'] as string | null,
    title: row['title'] as string,
  }
}
