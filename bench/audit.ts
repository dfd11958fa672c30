/**
 * What recording one audit row takes: `AuditRepository.append`, redaction, hash chain and all, durable when it returns;
 * beside a raw better-sqlite3 insert of the same rows, already made, into a table of the same columns without an index.
 * Both logs are emptied between the blocks, as the daemon does every second. `node bench/audit.ts [folder]`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import { openStore } from '../src/daemon/store/openStore.ts'
import type { Store } from '../src/daemon/store/Store.ts'
import { percentile, print } from './figures.ts'
import { anAuditEntry } from './history.ts'
import { createMemoryLogger } from '../test/fakes/memoryLogger.ts'

const [blocks, perBlock] = [100, 50]
type Values = readonly unknown[]

/** One prepared insert, every commit flushed. */
function openRaw(file: string): { insert: (values: Values) => void; tidy: () => void } {
  const database = new Database(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE audit_log (seq INTEGER PRIMARY KEY, event_id TEXT NOT NULL, emitted_at_ms INTEGER NOT NULL,
    seam TEXT NOT NULL, details TEXT NOT NULL, caller_session_id TEXT, source TEXT, incident_id TEXT,
    wake_event_id TEXT, schema_version INTEGER NOT NULL, extra TEXT, prev_hash BLOB NOT NULL, hash BLOB NOT NULL) STRICT`)
  const insert = database.prepare(`INSERT INTO audit_log VALUES (${Array.from({ length: 13 }, () => '?').join(', ')})`)
  return { insert: (values) => void insert.run(...values), tidy: () => void database.pragma('wal_checkpoint(PASSIVE)') }
}

/** Rows as another store made them, to be written again byte for byte. */
async function rowsOf(folder: string, count: number): Promise<Values[]> {
  const file = join(folder, 'made.db')
  const store = open(file)
  store.transaction(() => {
    for (let index = 0; index < count; index++) store.audit.append(anAuditEntry(index), systemClock.nowMs())
  })
  await store.close()
  const database = new Database(file, { readonly: true })
  const rows = database.prepare('SELECT * FROM audit_log ORDER BY seq').raw().all() as Values[]
  database.close()
  return rows
}

function open(file: string): Store {
  const readWorker = new URL('../src/daemon/store/readWorker.ts', import.meta.url)
  return openStore({ file, clock: systemClock, logger: createMemoryLogger(), redactor: createRedactor(), readWorker })
}

function timed(times: number[], call: (index: number) => void): number {
  const began = performance.now()
  for (let index = 0; index < perBlock; index++) {
    const from = performance.now()
    call(index)
    times.push(performance.now() - from)
  }
  return (perBlock / (performance.now() - began)) * 1_000
}

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kora-bench-'))
try {
  const made = await rowsOf(folder, blocks * perBlock)
  const raw = openRaw(join(folder, 'raw.db'))
  const store = open(join(folder, 'kora.db'))
  const times: number[] = []
  const [ratios, ours]: [number[], number[]] = [[], []]
  for (let block = 0; block < blocks; block++) {
    const at = (index: number): number => block * perBlock + index
    const entries = Array.from({ length: perBlock }, (_, index) => anAuditEntry(at(index)))
    const append = (): number =>
      timed(times, (index) => void store.audit.append(entries[index] ?? anAuditEntry(0), systemClock.nowMs()))
    const insert = (): number => timed([], (index) => raw.insert(made[at(index)] ?? []))
    store.flush()
    raw.tidy()
    // Whoever comes second may find the disk busy with what the first left: they take turns.
    const [one, other] = block % 2 === 0 ? [append(), insert()] : [insert(), append()]
    const [own, bare] = block % 2 === 0 ? [one, other] : [other, one]
    ratios.push(own / bare)
    ours.push(own)
  }
  while (store.history.advance(200).indexed > 0);
  await store.close()
  print('audit row durable, rate beside a raw FULL insert in the same run', percentile(ratios, 0.5), 'ratio', 0.8)
  print('audit rows durable', percentile(ours, 0.5), 'per second', null)
  print('audit row durable, p99', percentile(times, 0.99), 'ms', null)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
