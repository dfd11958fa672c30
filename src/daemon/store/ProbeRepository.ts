import { KoraError } from '../../domain/errors.ts'
import type { ProbeDefinition } from '../../domain/probe.ts'
import type { Connection } from './Connection.ts'
import { type Row, tableMap } from './rows.ts'

const map = tableMap<ProbeDefinition>(
  {
    id: 'plain',
    kind: 'plain',
    title: 'plain',
    config: 'json',
    intervalMs: 'plain',
    enabled: 'flag',
    createdAtMs: 'plain',
    updatedAtMs: 'plain',
  },
  ['id'],
)

const listSql = `SELECT ${map.columns} FROM probes WHERE removed_at_ms IS NULL ORDER BY no`
const getSql = `SELECT ${map.columns} FROM probes WHERE id = ? AND removed_at_ms IS NULL`
const numbersSql = 'SELECT no, id, removed_at_ms IS NULL AS live FROM probes'
const insertSql = `INSERT INTO probes (${map.columns}) VALUES (${map.marks})
  ON CONFLICT (id) DO UPDATE SET ${map.updates}, removed_at_ms = NULL WHERE removed_at_ms IS NOT NULL`
const updateSql = `UPDATE probes SET (${map.columns}) = (${map.marks}) WHERE id = ? AND removed_at_ms IS NULL`
const removeSql = 'UPDATE probes SET removed_at_ms = ? WHERE id = ? AND removed_at_ms IS NULL'

/** Probe definitions. Removing one keeps its history and its number; creating the same id again takes them up. */
export class ProbeRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** Live definitions in the order they were first created. */
  list(): ProbeDefinition[] {
    return this.#connection.all<Row>(listSql).map(map.fromRow)
  }

  get(id: string): ProbeDefinition | null {
    const row = this.#connection.get<Row>(getSql, id)
    return row ? map.fromRow(row) : null
  }

  /** @throws KoraError probe_id_taken */
  insert(definition: ProbeDefinition): void {
    if (this.#connection.run(insertSql, ...map.values(definition)) === 0) {
      throw new KoraError('probe_id_taken', `There is a probe named "${definition.id}" already.`, { id: definition.id })
    }
  }

  /** @throws KoraError not_found */
  update(definition: ProbeDefinition): void {
    this.#expectOne(this.#connection.run(updateSql, ...map.values(definition), definition.id), definition.id)
  }

  /** @throws KoraError not_found */
  remove(id: string, nowMs: number): void {
    this.#expectOne(this.#connection.run(removeSql, nowMs, id), id)
  }

  /** The integer keys of all probes that ever were, for the observation tables. */
  numbers(): { no: number; id: string; live: number }[] {
    return this.#connection.all(numbersSql)
  }

  #expectOne(changes: number, id: string): void {
    if (changes === 0) throw new KoraError('not_found', `There is no probe named "${id}".`, { id })
  }
}
