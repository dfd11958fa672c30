import type { Investigation, InvestigationRun } from '../../domain/incident.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

/** Columns of a try, whatever it is about. */
export const runColumns = {
  id: 'plain',
  requestedAtMs: 'plain',
  startedAtMs: 'plain',
  finishedAtMs: 'plain',
  failure: 'plain',
  text: 'plain',
  model: 'plain',
  inputTokens: 'plain',
  outputTokens: 'plain',
  cacheReadTokens: 'plain',
  cacheCreationTokens: 'plain',
  costNanoUsd: 'plain',
  durationMs: 'plain',
  tries: 'plain',
} as const satisfies Record<keyof InvestigationRun, 'plain'>

const map = tableMap<Investigation>(
  { ...runColumns, incidentId: 'plain', wakeEventId: 'plain', requestedBy: 'plain', state: 'plain' },
  ['id'],
)

const select = `SELECT ${map.columns} FROM investigations`
const getSql = `${select} WHERE id = ?`
const saveSql = `INSERT INTO investigations (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (id) DO UPDATE SET ${map.updates}`
const byIncidentSql = `${select} WHERE incident_id = ? ORDER BY requested_at_ms DESC, id DESC`
const unfinishedSql = `${select} WHERE state IN ('pending', 'running') ORDER BY requested_at_ms, id`
const costSql = `SELECT coalesce(sum(cost_nano_usd), 0) AS nanoUsd,
  count(*) FILTER (WHERE cost_nano_usd IS NULL AND input_tokens IS NOT NULL) AS unpriced
  FROM investigations WHERE requested_at_ms >= ?`

/** Tries to find out what is wrong. */
export class InvestigationRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get(id: string): Investigation | null {
    const row = this.#connection.get<Row>(getSql, id)
    return row ? map.fromRow(row) : null
  }

  /** Inserts, or replaces what is there under the same id. */
  save(investigation: Investigation): void {
    this.#connection.run(saveSql, ...map.values(investigation))
  }

  /** Newest first. */
  byIncident(incidentId: string): Investigation[] {
    return this.#connection.all<Row>(byIncidentSql, incidentId).map(map.fromRow)
  }

  /** Pending and running ones, oldest first: what an earlier process may have left. */
  unfinished(): Investigation[] {
    return this.#connection.all<Row>(unfinishedSql).map(map.fromRow)
  }

  /**
   * What investigations requested since then cost.
   * @returns nanodollars, and how many used tokens without having a price
   */
  costSince(sinceMs: number | null): { nanoUsd: number; unpriced: number } {
    const since = sinceMs ?? Number.MIN_SAFE_INTEGER
    return this.#connection.get<{ nanoUsd: number; unpriced: number }>(costSql, since) ?? { nanoUsd: 0, unpriced: 0 }
  }
}
