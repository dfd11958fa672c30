import { KoraError } from '../../domain/errors.ts'
import type { Observation, ProbeStatus } from '../../domain/observation.ts'
import { causeCode, statusCode } from './codes.ts'
import type { Connection } from './Connection.ts'
import {
  fromStored,
  fromStoredChange,
  fromStoredLatest,
  keptDetails,
  type Sample,
  type StateChange,
  storable,
  type StoredChange,
  type StoredLatest,
  type StoredSample,
  stringify,
  toChange,
  toSample,
} from './observationRows.ts'
import type { ProbeRepository } from './ProbeRepository.ts'
import { Rollups } from './Rollups.ts'

export type { Sample, StateChange }

interface Buffered {
  readonly no: number
  readonly observation: Observation
  /** Set when the status differs from the one before. */
  readonly change: { readonly from: ProbeStatus | null } | null
}

interface Latest {
  observation: Observation
  lastHealthyAtMs: number | null
}

/** About 40 minutes of 500 probes checked every 20 s. */
const bufferLimit = 50_000
/** A look back is bounded by work, not by time: this many samples of all probes take about 20 ms. */
const scanLimit = 100_000

const insertSql = `INSERT INTO observations (at_ms, probe_no, status, cause, latency_ms, error, details)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
const latestSql = `SELECT p.id AS probe_id, l.id, l.observed_at_ms, l.cycle_seq, l.status, l.cause, l.latency_ms,
  l.error, l.details, l.last_healthy_at_ms FROM latest AS l JOIN probes AS p ON p.no = l.probe_no`
const saveLatestSql = `INSERT OR REPLACE INTO latest (probe_no, id, observed_at_ms, cycle_seq, status, cause, latency_ms,
  error, details, last_healthy_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const insertChangeSql = `INSERT INTO state_changes (probe_no, at_ms, from_status, to_status, cause, error, details)
  VALUES (?, ?, ?, ?, ?, ?, ?)`
const changesSql = `SELECT at_ms, from_status, to_status, cause, error, details FROM state_changes
  WHERE probe_no = ? AND at_ms >= ? ORDER BY seq`
const recentSql = `SELECT at_ms, status, cause, latency_ms, error, details FROM (
    SELECT * FROM observations WHERE at_ms >= ? ORDER BY at_ms DESC, probe_no DESC LIMIT ${scanLimit}
  ) WHERE probe_no = ? ORDER BY at_ms DESC LIMIT ?`

/**
 * What checks found. `record` keeps a sample in memory; the next `Store.flush` or `Store.transaction` writes all of
 * them in one commit. Reading sees both.
 */
export class ObservationRepository {
  readonly #connection: Connection
  readonly #probes: ProbeRepository
  readonly #rollups: Rollups
  readonly #numbers = new Map<string, number>()
  #buffer: Buffered[] = []
  /** Written, but not yet committed. */
  #uncommitted: Buffered[] = []
  #latest: Map<string, Latest> | null = null
  #dropped = 0

  constructor(connection: Connection, probes: ProbeRepository) {
    this.#connection = connection
    this.#probes = probes
    this.#rollups = new Rollups(connection)
  }

  /** Samples given up since the start because nothing could be written and the buffer was full. */
  get dropped(): number {
    return this.#dropped
  }

  /** Samples waiting for the next commit. */
  get buffered(): number {
    return this.#buffer.length + this.#uncommitted.length
  }

  /**
   * Keeps a sample for the next commit.
   * @throws KoraError not_found when the probe was never defined
   */
  record(found: Observation): void {
    const observation = storable(found)
    const no = this.#number(observation.probeId)
    const latest = this.#loaded()
    const before = latest.get(observation.probeId)
    const change =
      before?.observation.status === observation.status ? null : { from: before?.observation.status ?? null }
    const healthy = observation.status === 'healthy'
    const lastHealthyAtMs = healthy ? observation.observedAtMs : (before?.lastHealthyAtMs ?? null)
    latest.set(observation.probeId, { observation, lastHealthyAtMs })
    this.#buffer.push({ no, observation, change })
    this.#bound()
  }

  /** The newest observation of every live probe that has one. */
  latest(): Map<string, Observation> {
    const latest = this.#loaded()
    const live = this.#probes.list().flatMap(({ id }) => {
      const entry = latest.get(id)
      return entry ? [[id, entry.observation] as const] : []
    })
    return new Map(live)
  }

  /**
   * Newest first. Looks at no more than the newest 100,000 samples of all probes; longer spans are
   * `StoreReader.series`.
   * @param sinceMs inclusive
   */
  recent(probeId: string, sinceMs: number, limit: number): Sample[] {
    const waiting = this.#waiting(probeId)
      .filter(({ observation }) => observation.observedAtMs >= sinceMs)
      .reverse()
      .slice(0, limit)
      .map(({ observation }) => toSample(observation))
    const rest = limit - waiting.length
    if (rest <= 0) return waiting
    const stored = this.#connection.all<StoredSample>(recentSql, sinceMs, this.#number(probeId), rest)
    return [...waiting, ...stored.map(fromStored)]
  }

  /** Epoch ms of the newest healthy observation, however long ago; null when there was never one. */
  lastHealthyAtMs(probeId: string): number | null {
    return this.#loaded().get(probeId)?.lastHealthyAtMs ?? null
  }

  /** Every time the status became another one, oldest first. @param sinceMs inclusive */
  stateChanges(probeId: string, sinceMs: number): StateChange[] {
    const stored = this.#connection.all<StoredChange>(changesSql, this.#number(probeId), sinceMs).map(fromStoredChange)
    const waiting = this.#waiting(probeId).flatMap(({ observation, change }) =>
      change && observation.observedAtMs >= sinceMs ? [toChange(observation, change.from)] : [],
    )
    return [...stored, ...waiting]
  }

  /**
   * Adds up closed five-minute buckets, about 20,000 samples a call.
   * @param uptoMs buckets that end after this time wait
   * @returns buckets written; call again until it is 0
   */
  rollup(uptoMs: number): number {
    return this.#rollups.advance(uptoMs)
  }

  /**
   * Removes what is older, at most 5,000 rows of each kind a call. Samples that are not yet in the rollups stay.
   * Never writes the buffer: on a full disk this is what makes room.
   * @returns rows removed; call again until both are 0
   */
  prune(before: { rawBeforeMs: number; rollupBeforeMs: number }): { raw: number; rollups: number } {
    return this.#rollups.prune(before)
  }

  /** Writes the buffer into the running transaction. Called by the Store alone, as are the two below. */
  writeBuffer(): void {
    if (this.#buffer.length === 0) return
    const batch = this.#buffer
    this.#buffer = []
    this.#uncommitted = this.#uncommitted.concat(batch)
    // In the order of the key, so that the tree only ever grows at its end and its pages stay full.
    const ordered = batch.toSorted((a, b) => a.observation.observedAtMs - b.observation.observedAtMs || a.no - b.no)
    for (const entry of ordered) this.#insert(entry)
    for (const entry of batch) this.#insertChange(entry)
    const newest = new Map(batch.map((entry) => [entry.no, entry]))
    for (const entry of newest.values()) this.#saveLatest(entry)
  }

  committed(): void {
    this.#uncommitted = []
  }

  /** Puts what was written back in front, so that nothing is lost with the transaction. */
  rolledBack(): void {
    this.#buffer = this.#uncommitted.concat(this.#buffer)
    this.#uncommitted = []
    this.#rollups.forget()
    this.#bound()
  }

  #insert({ no, observation }: Buffered): void {
    const { status, latencyMs } = observation
    const cause = causeCode(observation.cause)
    const details = keptDetails(observation)
    const values = [no, statusCode(status), cause, latencyMs, observation.error || null, details] as const
    let atMs = observation.observedAtMs
    while (this.#connection.run(insertSql, atMs, ...values) === 0) atMs += 1
    this.#rollups.addLate(no, atMs, status, latencyMs)
  }

  #insertChange({ no, observation, change }: Buffered): void {
    if (!change) return
    const from = change.from === null ? null : statusCode(change.from)
    const { observedAtMs, status, error, details } = observation
    const cause = causeCode(observation.cause)
    const values = [no, observedAtMs, from, statusCode(status), cause, error || null, stringify(details)] as const
    this.#connection.run(insertChangeSql, ...values)
  }

  #saveLatest({ no, observation }: Buffered): void {
    this.#connection.run(
      saveLatestSql,
      no,
      observation.id,
      observation.observedAtMs,
      observation.cycleSeq,
      statusCode(observation.status),
      causeCode(observation.cause),
      observation.latencyMs,
      observation.error,
      JSON.stringify(observation.details),
      this.lastHealthyAtMs(observation.probeId),
    )
  }

  #waiting(probeId: string): Buffered[] {
    return [...this.#uncommitted, ...this.#buffer].filter(({ observation }) => observation.probeId === probeId)
  }

  #bound(): void {
    const excess = this.#buffer.length - bufferLimit
    if (excess <= 0) return
    this.#buffer.splice(0, excess)
    this.#dropped += excess
  }

  #number(probeId: string): number {
    const known = this.#numbers.get(probeId)
    if (known !== undefined) return known
    for (const { no, id } of this.#probes.numbers()) this.#numbers.set(id, no)
    const found = this.#numbers.get(probeId)
    if (found === undefined) throw new KoraError('not_found', `There is no probe named "${probeId}".`, { probeId })
    return found
  }

  #loaded(): Map<string, Latest> {
    this.#latest ??= new Map(
      this.#connection
        .all<StoredLatest>(latestSql)
        .map((row) => [row.probe_id, { observation: fromStoredLatest(row), lastHealthyAtMs: row.last_healthy_at_ms }]),
    )
    return this.#latest
  }
}
