/**
 * CPU and memory of the built headless daemon.
 * - 500 http probes every 20 s against a site in a process of its own: after one full cycle, 100 s of user and system
 *   time of the whole process divided by the requests that the site received; memory sampled every second. Afterwards
 *   the samples in the database are counted: every request must be there.
 * - The same pace with a bare undici agent, for comparison.
 * - 25 probes every 300 s, no cockpit open: memory a minute after each of three starts, when what the start needed has
 *   been given back.
 */
import { execFileSync } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { dataPaths } from '../src/daemon/platform/paths.ts'
import { percentile, print } from './figures.ts'
import { cpuMs, ownMb, residentMb, startHeadless, startProcess } from './headless.ts'
import { defineProbes, withHome, withStore } from './home.ts'

const script = (name: string): string => new URL(name, import.meta.url).pathname
const probes = 500
const intervalMs = 20_000
const measuredSeconds = 100

const site = await startProcess([script('target.ts')], process.env, /http:\S+/)
const url = site.ready.replace(/\/$/, '')

async function asked(): Promise<number> {
  return Number(await (await fetch(`${url}/count`)).text())
}

await withHome(async (home) => {
  await withStore(home, (store) => defineProbes(store, probes, url, intervalMs))
  const kora = await startHeadless(home)
  await pause(intervalMs + 2_000)
  const before = { cpu: cpuMs(kora.pid), checks: await asked() }
  let peak = 0
  for (let second = 0; second < measuredSeconds; second++) {
    await pause(1_000)
    peak = Math.max(peak, residentMb(kora.pid))
  }
  const after = { cpu: cpuMs(kora.pid), checks: await asked() }
  const last = residentMb(kora.pid)
  await kora.stop()
  const made = await asked()
  const kept = recorded(home)
  const checks = after.checks - before.checks
  const shouldBe = (probes * measuredSeconds * 1_000) / intervalMs
  if (Math.abs(checks - shouldBe) > probes / 10) throw new Error(`${checks} checks were made instead of ${shouldBe}`)
  print('CPU per HTTP check, 500 probes every 20 s', (after.cpu - before.cpu) / checks, 'ms', 0.6)
  print('resident memory in that run, highest', peak, 'MB', 110)
  print('resident memory in that run, at its end', last, 'MB', null)
  print('checks not recorded in that run', made - kept, 'checks', 0)
})

const bare = execFileSync(process.execPath, [script('bareClient.ts'), `${url}/`, String(probes / 20), '60'])
print('CPU per request, bare client at that pace', Number(bare), 'ms', null)

const idle: { resident: number; own: number }[] = []
for (let start = 0; start < 3; start++) {
  await withHome(async (home) => {
    await withStore(home, (store) => defineProbes(store, 25, url, 300_000))
    const kora = await startHeadless(home)
    await pause(60_000)
    idle.push({ resident: residentMb(kora.pid), own: ownMb(kora.pid) })
    await kora.stop()
  })
}
const median = (of: 'resident' | 'own'): number =>
  percentile(
    idle.map((one) => one[of]),
    0.5,
  )
print('resident memory, idle with 25 probes, median of 3 starts', median('resident'), 'MB', 80)
print('of it not backed by a file', median('own'), 'MB', null)
await site.stop()

/** Samples in the database of a daemon that has ended. */
function recorded(home: string): number {
  const { database } = dataPaths({ KORA_HOME: home }, process.platform, { demo: false })
  const file = new Database(database, { readonly: true })
  try {
    return file.prepare<[], { n: number }>('SELECT count(*) AS n FROM observations').get()?.n ?? 0
  } finally {
    file.close()
  }
}
