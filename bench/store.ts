import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import Database from 'better-sqlite3'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import { openStore } from '../src/daemon/store/openStore.ts'
import type { Store } from '../src/daemon/store/Store.ts'
import { createMemoryLogger } from '../test/fakes/memoryLogger.ts'

/** Measures the store on this machine's disk; one line of JSON per figure. `node bench/store.ts [folder]` */
const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kora-bench-'))

function print(name: string, value: number, unit: string, bound: number | null): void {
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit, bound }))
}

function open(name: string): Store {
  const readWorker = new URL('../src/daemon/store/readWorker.ts', import.meta.url)
  return openStore({
    file: join(folder, name),
    clock: systemClock,
    logger: createMemoryLogger(),
    redactor: createRedactor(),
    readWorker,
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Calls per second of `write`, over `count` calls. */
function rate(count: number, write: (index: number) => void): number {
  const begun = performance.now()
  for (let index = 0; index < count; index++) write(index)
  return (count / (performance.now() - begun)) * 1_000
}

/** The raw side: the same columns, one prepared insert, every commit flushed. */
function openRaw(): (key: string, value: string) => void {
  const database = new Database(join(folder, 'raw.db'))
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID')
  const insert = database.prepare('INSERT INTO settings (key, value) VALUES (?, ?)')
  return (key, value) => void insert.run(key, value)
}

async function measureWrites(): Promise<void> {
  const store = open('writes.db')
  const raw = openRaw()
  const value = { text: 'x'.repeat(200) }
  const text = JSON.stringify(value)
  const [blocks, perBlock] = [15, 300]
  const ratios: number[] = []
  const ours: number[] = []
  for (let block = 0; block < blocks; block++) {
    const key = (index: number) => `k${String(block * perBlock + index).padStart(8, '0')}`
    const measureOurs = () => rate(perBlock, (index) => store.transaction(() => store.settings.set(key(index), value)))
    const measureRaw = () => rate(perBlock, (index) => raw(key(index), text))
    // Whoever comes second may find the disk busy with what the first left: they take turns.
    const [one, other] = block % 2 === 0 ? [measureOurs(), measureRaw()] : [measureRaw(), measureOurs()]
    const [own, bare] = block % 2 === 0 ? [one, other] : [other, one]
    ratios.push(own / bare)
    ours.push(own)
  }
  await store.close()
  print('durable single writes beside raw better-sqlite3 FULL', median(ratios), 'ratio', 0.8)
  print('durable single writes', median(ours), 'per second', null)
}

/** The same number for the same check on every run, spread evenly. */
function scatter(second: number, probe: number): number {
  return (Math.imul(second * 1_009 + probe, 2_654_435_761) >>> 0) >>> 7
}

/** Records `hours` of checks second by second; one in a hundred fails. */
function watch(store: Store, probes: number, everySeconds: number, fromMs: number, hours: number): void {
  for (let second = 0; second < hours * 3_600; second++) {
    for (let probe = second % everySeconds; probe < probes; probe += everySeconds) {
      const failed = scatter(second, probe) % 100 === 0
      store.observations.record({
        id: '01KRBJ0000000000000000000A',
        probeId: `probe-${probe}`,
        observedAtMs: fromMs + second * 1_000 + (probe % 997),
        cycleSeq: second,
        status: failed ? 'unreachable' : 'healthy',
        cause: failed ? 'timeout' : 'none',
        latencyMs: failed ? null : 60 + ((second * 31 + probe * 17) % 240),
        details: failed ? {} : { status_code: 200, certificate_days_left: 61, region: 'fra' },
        error: failed ? 'TimeoutError: no answer within 10000 ms' : null,
      })
    }
    store.flush()
    if (second % 300 === 299) while (store.observations.rollup(fromMs + second * 1_000) > 0);
  }
}

async function measureGrowth(probes: number, everySeconds: number, hours: number): Promise<void> {
  const name = `growth-${probes}.db`
  const startMs = Date.UTC(2026, 4, 11)
  const size = () => statSync(join(folder, name)).size
  const warmUp = open(name)
  for (let probe = 0; probe < probes; probe++) {
    warmUp.probes.insert({
      id: `probe-${probe}`,
      kind: 'http',
      title: `Probe ${probe}`,
      config: { url: `https://host-${probe}.example/health` },
      intervalMs: everySeconds * 1_000,
      enabled: true,
      createdAtMs: startMs,
      updatedAtMs: startMs,
    })
  }
  watch(warmUp, probes, everySeconds, startMs, 1)
  await warmUp.close()
  const before = size()
  const store = open(name)
  watch(store, probes, everySeconds, startMs + 3_600_000, hours)
  await store.close()
  const perDay = ((size() - before) / hours) * 24
  print(`observation bytes per day, ${probes} probes every ${everySeconds} s`, perDay, 'bytes', null)
}

try {
  const begun = performance.now()
  const store = open('start.db')
  print('opening a new store', performance.now() - begun, 'ms', null)
  await store.close()
  const again = performance.now()
  const reopened = open('start.db')
  print('opening an existing store', performance.now() - again, 'ms', null)
  await reopened.close()
  await measureWrites()
  await measureGrowth(25, 60, 12)
  await measureGrowth(500, 20, 2)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
