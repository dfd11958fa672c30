import { KoraError } from '../../domain/errors.ts'
import type { Channel, Delivery, MessageKind, OutboxRow } from '../../domain/incident.ts'
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

const select = `SELECT ${map.columns} FROM outbox`
const insertSql = `INSERT INTO outbox (${map.columns}) VALUES (${map.marks})`
const saveSql = `UPDATE outbox SET (${map.columns}) = (${map.marks}) WHERE id = ?`
const getSql = `${select} WHERE id = ?`
const unsettled = `state IN ('pending', 'sending')`
// Left to itself SQLite walks the whole table in the order asked for.
const unsettledSql = `${select} INDEXED BY outbox_unsettled WHERE ${unsettled} ORDER BY seq`
const unsettledOfChannelSql = `${select} WHERE ${unsettled} AND channel = ? ORDER BY seq`
const byIncidentSql = `${select} WHERE incident_id = ? ORDER BY seq`

const addDeliverySql = `INSERT INTO deliveries (${deliveryMap.columns}) VALUES (${deliveryMap.marks})`
const selectDeliveries = `SELECT d.id, d.outbox_id, d.channel, d.attempt, d.started_at_ms, d.outcome, d.reason, d.note,
  d.latency_ms, d.remote_ref, o.kind, o.incident_id, o.payload ->> 'title' AS title
  FROM deliveries AS d JOIN outbox AS o ON o.id = d.outbox_id`
const deliveriesSql = `${selectDeliveries} WHERE d.started_at_ms < ? ORDER BY d.started_at_ms DESC, d.seq DESC LIMIT ?`
const deliveriesByIncidentSql = `${selectDeliveries} WHERE o.incident_id = ? ORDER BY d.seq`
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
