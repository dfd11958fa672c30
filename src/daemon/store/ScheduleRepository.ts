import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

/** What a scheduled task leaves for the next run of the program. */
export interface ScheduleState {
  readonly name: string
  readonly lastStartedAtMs: number | null
  readonly lastFinishedAtMs: number | null
  /** Null while the first run is under way. */
  readonly outcome: 'ok' | 'failed' | null
  readonly error: string | null
  readonly failuresInARow: number
}

const map = tableMap<ScheduleState>(
  {
    name: 'plain',
    lastStartedAtMs: 'plain',
    lastFinishedAtMs: 'plain',
    outcome: 'plain',
    error: 'plain',
    failuresInARow: 'plain',
  },
  ['name'],
)

const getSql = `SELECT ${map.columns} FROM schedules WHERE name = ?`
const saveSql = `INSERT INTO schedules (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (name) DO UPDATE SET ${map.updates}`

export class ScheduleRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get(name: string): ScheduleState | null {
    const row = this.#connection.get<Row>(getSql, name)
    return row ? map.fromRow(row) : null
  }

  save(state: ScheduleState): void {
    this.#connection.run(saveSql, ...map.values(state))
  }
}
