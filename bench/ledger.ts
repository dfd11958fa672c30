/**
 * What recording one model call takes: `CostService.settle` of money set aside before, which gives it back, writes the
 * ledger row and adds to the sums of the hour in one durable step; beside a raw better-sqlite3 insert of the same
 * columns into a table with the same two unique indexes. Both logs are emptied between the blocks, as the daemon does
 * every second. `node bench/ledger.ts [folder]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { ledgerMap } from '../src/daemon/store/ledgerRows.ts'
import type { LedgerRow } from '../src/domain/ledger.ts'
import { answered, openCosts, setAside } from './costs.ts'
import { percentile, print } from './figures.ts'

const [blocks, perBlock] = [100, 50]

/** One prepared insert, every commit flushed. */
function openRaw(folder: string, columnTypes: string): { insert: (row: LedgerRow) => void; tidy: () => void } {
  const database = new Database(join(folder, 'raw.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE ledger (seq INTEGER PRIMARY KEY, ${columnTypes},
    UNIQUE (request_id), UNIQUE (source_id, report_id)) STRICT`)
  const insert = database.prepare(`INSERT INTO ledger (${ledgerMap.columns}) VALUES (${ledgerMap.marks})`)
  return {
    insert: (row) => void insert.run(...ledgerMap.values(row)),
    tidy: () => void database.pragma('wal_checkpoint(PASSIVE)'),
  }
}

/** Names and types of the ledger's own columns. */
function columnsOf(file: string): string {
  const database = new Database(file, { readonly: true })
  const columns = database.pragma('table_info(ledger)') as { name: string; type: string; notnull: number }[]
  database.close()
  return columns
    .filter(({ name }) => name !== 'seq')
    .map(({ name, type, notnull }) => `${name} ${type} ${notnull ? 'NOT NULL' : ''}`)
    .join(', ')
}

/** Runs `call` over and over. @returns milliseconds of each, and how many a second */
function timed(call: (index: number) => void): { times: number[]; rate: number } {
  const times: number[] = []
  const began = performance.now()
  for (let index = 0; index < perBlock; index++) {
    const from = performance.now()
    call(index)
    times.push(performance.now() - from)
  }
  return { times, rate: (perBlock / (performance.now() - began)) * 1_000 }
}

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kora-bench-'))
try {
  const { store, world } = openCosts(folder, systemClock)
  world.start()
  const raw = openRaw(folder, columnsOf(join(folder, 'kora.db')))
  const first = world.costs.settle(setAside(world), answered('req_first'))

  const settles: number[] = []
  const both: number[] = []
  const [ratios, ours, bare]: [number[], number[], number[]] = [[], [], []]
  for (let block = 0; block < blocks; block++) {
    const id = (index: number): string => `req_${block * perBlock + index}`
    const reserved = Array.from({ length: perBlock }, () => setAside(world))
    const settle = (index: number): void => {
      const reservation = reserved[index]
      if (reservation) world.costs.settle(reservation, answered(id(index)))
    }
    const insert = (index: number): void =>
      raw.insert({ ...first, id: id(index), requestId: id(index), reportId: id(index) })
    const tidy = (): void => {
      store.flush()
      raw.tidy()
    }
    tidy()
    // Whoever comes second may find the disk busy with what the first left: they take turns.
    const [one, other] = block % 2 === 0 ? [timed(settle), timed(insert)] : [timed(insert), timed(settle)]
    tidy()
    const [own, plain] = block % 2 === 0 ? [one, other] : [other, one]
    settles.push(...own.times)
    ratios.push(own.rate / plain.rate)
    ours.push(own.rate)
    bare.push(plain.rate)
    both.push(...timed((index) => world.costs.settle(setAside(world), answered(`both_${id(index)}`))).times)
  }
  const { calls } = store.ledger.sum(0)
  const left = store.ledger.reservations().length
  await store.close()
  if (calls !== 1 + 2 * blocks * perBlock || left > 0) throw new Error(`${calls} rows, ${left} reservations`)

  print('recordCall durable, p50', percentile(settles, 0.5), 'ms', null)
  print('recordCall durable, p99', percentile(settles, 0.99), 'ms', 1)
  print('recordCall durable, rate beside a raw FULL insert in the same run', percentile(ratios, 0.5), 'ratio', 0.8)
  print('recordCall durable', percentile(ours, 0.5), 'per second', null)
  print('raw FULL insert', percentile(bare, 0.5), 'per second', null)
  print('reserve and recordCall together, p50', percentile(both, 0.5), 'ms', null)
  print('reserve and recordCall together, p99', percentile(both, 0.99), 'ms', null)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
