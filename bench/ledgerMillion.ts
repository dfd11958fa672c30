/**
 * Reading a ledger of 1,000,000 calls, four weeks of one billing period: the three published windows 5,000 times, with
 * half a minute and two new calls between two reads, so that the rolling day moves on by more than a day and a half. The
 * file is written through the ledger's repository, a thousand calls a step. `node bench/ledgerMillion.ts [folder]`
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publishedWindow } from '../src/domain/costTelemetry.ts'
import { createFakeClock } from '../test/fakes/fakeClock.ts'
import { answered, openCosts, setAside } from './costs.ts'
import { percentile, print } from './figures.ts'
import { fillLedger } from './ledgerHistory.ts'

const rows = 1_000_000
const reads = 5_000
const [hourMs, dayMs] = [3_600_000, 86_400_000]
const periodMs = Date.UTC(2026, 10, 1)
const writtenUntilMs = periodMs + 28 * dayMs
const windows = ['process_lifetime', 'rolling_24h', 'monthly'] as const

function time(run: () => unknown): number {
  const began = performance.now()
  run()
  return performance.now() - began
}

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kora-bench-'))
try {
  const clock = createFakeClock(writtenUntilMs)
  const empty = openCosts(folder, clock)
  const filling = time(() => fillLedger(empty.store, rows, { fromMs: periodMs, toMs: writtenUntilMs, periodMs }))
  await empty.store.close()
  const bytes = statSync(join(folder, 'kora.db')).size

  const { store, world } = openCosts(folder, clock)
  const { budget, telemetry, prices, operational, costs, account } = world
  prices.start()
  operational.start()
  operational.ready('bench')
  costs.recover()
  const starting = time(() => budget.start())
  const hydrating = time(() => {
    telemetry.hydrate({ periodMs: budget.periodMs, account })
    for (const window of windows) telemetry.cells(window)
  })
  world.settings.update({ budget: { poolUsd: 1_000_000 } })

  const times: number[] = []
  let calls = 0
  for (let read = 0; read < reads; read++) {
    clock.setWall(clock.nowMs() + 30_000)
    for (const which of [1, 2]) costs.settle(setAside(world), answered(`new_${read}_${which}`))
    times.push(
      time(() => {
        for (const window of windows) {
          const counters = Object.values(publishedWindow(telemetry.cells(window)))
          calls = counters.reduce((sum, route) => sum + route.calls_count, 0)
        }
      }),
    )
  }
  if (calls !== rows + 2 * reads) throw new Error(`${calls} calls in the month`)

  const nowMs = clock.nowMs()
  const trailing = [hourMs, dayMs, 7 * dayMs, nowMs - periodMs].map((ms) =>
    time(() => store.ledger.chargedSince(nowMs - ms, account)),
  )
  const page = async (filter: object): Promise<number> => {
    await store.reader.ledgerPage({}, null, 1)
    const began = performance.now()
    await store.reader.ledgerPage(filter, null, 100)
    return performance.now() - began
  }
  const pages = [
    await page({}),
    await page({ route: 'slack_dm' }),
    await page({ only: 'unpriced' }),
    await page({ fromMs: periodMs, toMs: periodMs + dayMs }),
  ]
  const began = performance.now()
  await store.reader.ledgerTotals({ route: 'slack_dm' })
  const totals = performance.now() - began
  await store.close()

  const over = 'over 1,000,000 rows'
  print(`three-window telemetry ${over}, p50 of 5,000`, percentile(times, 0.5), 'ms', null)
  print(`three-window telemetry ${over}, p99 of 5,000`, percentile(times, 0.99), 'ms', 5)
  print(`three-window telemetry ${over}, worst: an hour of the ledger is read`, Math.max(...times), 'ms', null)
  print(`telemetry hydrated and first read ${over}`, hydrating, 'ms', null)
  print(`budget known at the start ${over}`, starting, 'ms', null)
  print(
    `charged since an hour, a day, a week and the period's start ${over}, slowest`,
    Math.max(...trailing),
    'ms',
    null,
  )
  print(`page of 100 of the ledger ${over}, newest`, pages[0] ?? Number.NaN, 'ms', null)
  print(`page of 100 of the ledger ${over}, slowest of four filters`, Math.max(...pages), 'ms', null)
  print(`totals of one route ${over}`, totals, 'ms', null)
  print('ledger bytes a row, indexes and hourly sums included', bytes / rows, 'bytes', null)
  print('calls appended in steps of 1,000', (rows / filling) * 1_000, 'per second', null)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
