/**
 * History of 1,000,000 audit rows, 400 days of them. The file is written through the repositories, a thousand rows a
 * step, and indexed as a daemon would. Cold means a new connection and a page cache that the system was told to drop,
 * where that is allowed. `node bench/historyMillion.ts [folder]`
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import { openStore } from '../src/daemon/store/openStore.ts'
import type { Store } from '../src/daemon/store/Store.ts'
import { percentile, print } from './figures.ts'
import { anAuditEntry, fillAudit } from './history.ts'
import { createMemoryLogger } from '../test/fakes/memoryLogger.ts'

const rows = 1_000_000
const dayMs = 86_400_000
const days = 400
const endMs = Date.UTC(2026, 10, 27)
const startMs = endMs - days * dayMs
/** As many different searches as a month of looking; their slowest hundredth is the figure. */
const searches = 400

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kora-bench-'))
const file = join(folder, 'kora.db')

function open(): Store {
  const readWorker = new URL('../src/daemon/store/readWorker.ts', import.meta.url)
  return openStore({ file, clock: systemClock, logger: createMemoryLogger(), redactor: createRedactor(), readWorker })
}

function time(run: () => unknown): number {
  const began = performance.now()
  run()
  return performance.now() - began
}

async function timeAsync(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}

/** Forgets what the system holds of the disk. @returns whether it could */
function dropCaches(): boolean {
  spawnSync('sync')
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1')
    return true
  } catch {
    return false
  }
}

/** One seam over one day, as a consumer asks: its newest hundred. */
function seamOfDay(store: Store, day: number): number {
  const sinceMs = startMs + day * dayMs
  const query = { seam: 'incident.transitioned', sinceMs, untilMs: sinceMs + dayMs, limit: 100 } as const
  const found = store.audit.list(query)
  if (found.length !== 100) throw new Error(`${found.length} rows`)
  return found.length
}

const words = ['fly', 'timeout', 'stopped', 'release', 'deploy', 'supabase', 'critical', 'failed', 'site', 'machine']
/** What people type: a word, two, a name, the beginning of a word, a phrase, a word that must not occur, an id. */
function text(index: number): string {
  const [one = '', two = ''] = [words[index % 10], words[(index * 7 + 3) % 10]]
  switch (index % 8) {
    case 0:
      return one
    case 1:
      return `${one} ${two}`
    case 2:
      return `${one} ${two} region`
    case 3:
      return one.slice(0, 3)
    case 4:
      return `"${one} ${two}"`
    case 5:
      return `${one} -${two}`
    case 6:
      return `inc_01JX${String((index * 2_503) % (rows / 8)).padStart(22, '0')}`
    default:
      return `nothing like ${one}`
  }
}

try {
  const filling = open()
  const took = time(() => fillAudit(filling, rows, startMs, endMs))
  const steps: number[] = []
  const began = performance.now()
  for (let more = true; more; ) steps.push(time(() => (more = filling.history.advance(100).indexed > 0)))
  const indexing = performance.now() - began
  const withIndex = statSync(file).size
  await filling.close()
  print('audit rows written in steps of 1,000', (rows / took) * 1_000, 'per second', null)
  print('history indexed', (rows / indexing) * 1_000, 'per second', null)
  print('history index, main process held by a step of 100 rows, p99', percentile(steps, 0.99), 'ms', null)
  print('history index, main process held by a step of 100 rows, worst', Math.max(...steps), 'ms', null)
  print('database bytes an audit row, index and search included', withIndex / rows, 'bytes', null)

  const cold: number[] = []
  let dropped = true
  for (let round = 0; round < 7; round++) {
    const store = open()
    dropped = dropCaches() && dropped
    cold.push(time(() => seamOfDay(store, 50 * round + 20)))
    await store.close()
  }
  const store = open()
  const warm = Array.from({ length: 2_000 }, (_, index) => {
    const day = index % days
    if (index < days) seamOfDay(store, day)
    return time(() => seamOfDay(store, day))
  })
  const how = dropped ? 'cold' : 'cold connection, cache not dropped'
  print(`one seam over one day in 1,000,000 rows, ${how}, median of 7`, percentile(cold, 0.5), 'ms', 12)
  print('one seam over one day in 1,000,000 rows, warm, median of 2,000', percentile(warm, 0.5), 'ms', 0.5)
  print('one seam over one day in 1,000,000 rows, warm, p99', percentile(warm, 0.99), 'ms', 0.5)

  const lines = Array.from({ length: rows / 20 }, (_, index) => JSON.stringify(anAuditEntry(index))).join('\n')
  writeFileSync(join(folder, 'log.jsonl'), lines)
  const scan = time(() => {
    const found = readFileSync(join(folder, 'log.jsonl'), 'utf8')
      .split('\n')
      .map((line) => JSON.parse(line) as { seam: string })
    return found.filter((row) => row.seam === 'incident.transitioned').length
  })
  print('the same by a scan of JSONL, from a twentieth', scan * 20, 'ms', null)

  await store.reader.historyPage({}, null, 100, false)
  const held = monitorEventLoopDelay({ resolution: 1 })
  const searchTimes: number[] = []
  const page: number[] = []
  held.enable()
  for (let index = 0; index < searches; index++) {
    searchTimes.push(await timeAsync(() => store.reader.historyPage({ text: text(index) }, null, 100, false)))
  }
  held.disable()
  let next: number | null = null
  for (let index = 0; index < 200; index++) {
    page.push(await timeAsync(async () => (next = (await store.reader.historyPage({}, next, 100, false)).next)))
  }
  const kinds = await timeAsync(() => store.reader.historyPage({ kinds: ['operator', 'wake'] }, null, 100, false))
  const narrow = await timeAsync(() =>
    store.reader.historyPage({ text: 'fly timeout', kinds: ['operator'] }, null, 100, false),
  )
  const density = await timeAsync(() => store.reader.historyDensity({ fromMs: startMs, toMs: endMs }, 200))
  const searched = await timeAsync(() =>
    store.reader.historyDensity({ fromMs: startMs, toMs: endMs, text: 'critical' }, 200),
  )
  const bounds = await timeAsync(() => store.reader.historyBounds())
  const verify = await timeAsync(() => store.verifyAudit())
  await store.close()
  print(
    'full-text search in 1,000,000 rows, newest first, first page of 100, p50',
    percentile(searchTimes, 0.5),
    'ms',
    null,
  )
  print(
    'full-text search in 1,000,000 rows, newest first, first page of 100, p99',
    percentile(searchTimes, 0.99),
    'ms',
    50,
  )
  // The monitor counts its own tick of 1 ms.
  print('main process held while searching, p99', Math.max(0, held.percentile(99) / 1e6 - 1), 'ms', 5)
  print('main process held while searching, worst', Math.max(0, held.max / 1e6 - 1), 'ms', null)
  print('page of 100 of a million records, p99 of 200', percentile(page, 0.99), 'ms', null)
  print('page of two kinds', kinds, 'ms', null)
  print('page of a search within one kind', narrow, 'ms', null)
  print('density of 400 days in 200 stretches', density, 'ms', null)
  print('density of a word that a third of all records hold', searched, 'ms', null)
  print('bounds and seams', bounds, 'ms', null)
  print('hash chain of 1,000,000 rows verified', verify, 'ms', null)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
