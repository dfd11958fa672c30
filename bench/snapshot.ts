/**
 * The snapshot: what reading it costs, and what computing it costs where much is watched and much is on record.
 * - Computed: a whole daemon in this process with 500 probes that were checked, 1,000,000 audit rows of 390 days, the
 *   newest of now, and 10,000 model calls of this billing period. The cycle of the scheduled task 2,000 times; the
 *   computing is the part up to the moment at which the file is handed the result, its announcement included. Writing
 *   the file is told apart.
 * - Read: `SnapshotService.read` of that daemon, each of 100,000 by itself.
 * - Read over the contract: `state.current` over a WebSocket to the built headless daemon, 5,000 calls one after the
 *   other after 500 that do not count; from a process of its own, and from the cockpit's own page in Chromium, where a
 *   browser of several processes shares the machine. With 25 probes as in the bench `calls`, and with 500 for comparison.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { SnapshotFile } from '../src/daemon/services/SnapshotFile.ts'
import { SnapshotService } from '../src/daemon/services/SnapshotService.ts'
import type { Store } from '../src/daemon/store/Store.ts'
import { periodAt } from '../src/domain/billingPeriod.ts'
import { withDaemon } from './daemon.ts'
import { percentile, print } from './figures.ts'
import { connect, startHeadless, startProcess } from './headless.ts'
import { fillAudit } from './history.ts'
import { defineProbes, withHome, withStore } from './home.ts'
import { fillLedger } from './ledgerHistory.ts'
import { wrap } from './observed.ts'
import { withPageCalls } from './pageCalls.ts'

const [probes, auditRows, modelCalls] = [500, 1_000_000, 10_000]
const [cycles, reads, calls] = [2_000, 100_000, 5_000]
const dayMs = 86_400_000

const site = await startProcess([new URL('target.ts', import.meta.url).pathname], process.env, /http:\S+/)
const url = site.ready.replace(/\/$/, '')

async function asked(): Promise<number> {
  return Number(await (await fetch(`${url}/count`)).text())
}

/** Resolves once every probe of a daemon that has just been started was checked. */
async function allChecked(before: number, count: number): Promise<void> {
  while ((await asked()) - before < count) await pause(250)
}

/** The daemon keeps its snapshot service to itself; the file is what a computed snapshot is handed to. */
const services: SnapshotService[] = []
let handedOverAt = 0
wrap(SnapshotService.prototype, 'start', (start) => {
  return function (this: SnapshotService) {
    services.push(this)
    start.call(this)
  }
})
wrap(SnapshotFile.prototype, 'write', (write) => {
  return function (this: SnapshotFile, snapshot) {
    handedOverAt = performance.now()
    return write.call(this, snapshot)
  }
})

function remember(store: Store): void {
  const nowMs = Date.now()
  const { startMs: periodMs } = periodAt(nowMs, 1)
  fillAudit(store, auditRows, nowMs - 390 * dayMs, nowMs)
  fillLedger(store, modelCalls, { fromMs: periodMs, toMs: nowMs, periodMs })
  while (store.history.advance(1_000).indexed > 0);
}

async function measureCycles(snapshots: SnapshotService): Promise<void> {
  const computing: number[] = []
  const writing: number[] = []
  for (let cycle = 0; cycle < cycles; cycle++) {
    // One that a change caused may be on its way to the file.
    await snapshots.drain()
    const began = performance.now()
    const written = snapshots.runCycle()
    computing.push(handedOverAt - began)
    await written
    writing.push(performance.now() - handedOverAt)
  }
  const over = `${probes} probes and ${auditRows.toLocaleString('en')} audit rows`
  print(`snapshot computed with ${over}, p50`, percentile(computing, 0.5), 'ms', null)
  print(`snapshot computed with ${over}, p99 of 2,000`, percentile(computing, 0.99), 'ms', 10)
  print(`snapshot computed with ${over}, worst`, Math.max(...computing), 'ms', null)
  print(`snapshot file written with ${over}, p50`, percentile(writing, 0.5), 'ms', null)
  print(`snapshot file written with ${over}, p99 of 2,000`, percentile(writing, 0.99), 'ms', null)
}

function measureReads(snapshots: SnapshotService): void {
  const reading: number[] = []
  for (let read = 0; read < reads; read++) {
    const began = performance.now()
    const snapshot = snapshots.read()
    reading.push((performance.now() - began) * 1_000)
    if (snapshot === null) throw new Error('there is no snapshot')
  }
  print('snapshot read in process, p50', percentile(reading, 0.5), 'µs', null)
  print('snapshot read in process, p99 of 100,000', percentile(reading, 0.99), 'µs', 5)
}

function report(name: string, times: readonly number[], bound: number | null): void {
  print(`${name}, p50 of 5,000`, percentile(times, 0.5), 'ms', null)
  print(`${name}, p99 of 5,000`, percentile(times, 0.99), 'ms', bound)
}

await withHome(async (home) => {
  await withStore(home, (store) => {
    defineProbes(store, probes, url, dayMs)
    remember(store)
  })
  const before = await asked()
  await withDaemon({ home }, async ({ daemon, client }) => {
    await allChecked(before, probes)
    await daemon.drain()
    await client.system.runTask({ name: 'snapshot.compute' })
    const [snapshots] = services
    if (!snapshots) throw new Error('the snapshot was not started')
    const health = Object.values(snapshots.read()?.service_health ?? {}).filter((word) => word === 'healthy')
    if (health.length !== probes) throw new Error(`${health.length} services are known to be well`)
    await measureCycles(snapshots)
    measureReads(snapshots)
  })
})

for (const count of [25, probes]) {
  await withHome(async (home) => {
    await withStore(home, (store) => defineProbes(store, count, url, dayMs))
    const before = await asked()
    const kora = await startHeadless(home)
    await allChecked(before, count)
    const bound = count === 25 ? 3 : null
    const line = await connect(kora.ready)
    const plain: number[] = []
    for (let call = -calls / 10; call < calls; call++) {
      const began = performance.now()
      await line.client.state.current()
      if (call >= 0) plain.push(performance.now() - began)
    }
    line.close()
    report(`state.current with ${count} probes over WebSocket`, plain, bound)
    await kora.stop()
    // An address signs in once.
    const again = await startHeadless(home)
    await withPageCalls(again.ready, async (time) => {
      await time('snapshot', calls / 10)
      report(`state.current with ${count} probes in Chromium over WebSocket`, await time('snapshot', calls), bound)
    })
    await again.stop()
  })
}
await site.stop()
