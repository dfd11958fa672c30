import type { WakeEvent } from '../../domain/wake.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

export interface EmittedWake {
  readonly wake: WakeEvent
  readonly emittedAtMs: number
}

const map = tableMap<WakeEvent>(
  {
    eventId: 'plain',
    incidentId: 'plain',
    reason: 'plain',
    probe: 'plain',
    severity: 'plain',
    category: 'plain',
    title: 'plain',
    detail: 'plain',
    snapshotDetails: 'json',
    envelopeEnabled: 'flag',
    envelopeFixName: 'plain',
    observedAtMs: 'plain',
    status: 'plain',
    error: 'plain',
    latencyMs: 'plain',
    cycleSeq: 'plain',
    firstSeenAtMs: 'plain',
    consecutive: 'plain',
    groupedIncidentIds: 'json',
  },
  ['eventId'],
)

const insertSql = `INSERT INTO wakes (${map.columns}, emitted_at_ms) VALUES (${map.marks}, ?)`
const getSql = `SELECT ${map.columns}, emitted_at_ms FROM wakes WHERE event_id = ?`
const byIncidentSql = `SELECT ${map.columns}, emitted_at_ms FROM wakes WHERE incident_id = ?
  ORDER BY emitted_at_ms, event_id`

const groupSql = 'UPDATE wakes SET grouped_incident_ids = ? WHERE event_id = ?'

/** Wake events, written in the transaction that opened or worsened their incident. */
export class WakeRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @throws KoraError conflict when the event is there already */
  insert(wake: WakeEvent, emittedAtMs: number): void {
    this.#connection.run(insertSql, ...map.values(wake), emittedAtMs)
  }

  get(eventId: string): EmittedWake | null {
    const row = this.#connection.get<Row>(getSql, eventId)
    return row ? toEmitted(row) : null
  }

  /** Names every incident the wake speaks for, once others have joined it. */
  group(eventId: string, incidentIds: readonly string[]): void {
    this.#connection.run(groupSql, JSON.stringify(incidentIds), eventId)
  }

  /** Oldest first. */
  byIncident(incidentId: string): EmittedWake[] {
    return this.#connection.all<Row>(byIncidentSql, incidentId).map(toEmitted)
  }
}

function toEmitted(row: Row): EmittedWake {
  return { wake: map.fromRow(row), emittedAtMs: Number(row['emitted_at_ms']) }
}
