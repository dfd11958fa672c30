import { describe, expect, it } from 'vitest'
import { createFakeClock, type FakeClock } from '../fakes/fakeClock.ts'
import { createFastClock } from '../fakes/fastClock.ts'
import { startTestDaemon } from '../fakes/testDaemon.ts'
import { startThreadSite } from '../fakes/threadSite.ts'

const stallMs = 11_000
/** A stall of eleven seconds takes less than two. */
const factor = 6

const pages = ['one', 'two', 'three', 'four']

/** Seams that say that something is wrong with what is watched, or that somebody is told. */
const untrue = [
  'incident.transitioned',
  'probe.wake_requested',
  'alert.raised',
  'watch.interrupted',
  'notification.dispatched',
] as const

async function watching(clock: FakeClock) {
  const site = await startThreadSite(20)
  const kora = await startTestDaemon({
    clock,
    probes: pages.map((id) => ({
      id,
      kind: 'http',
      title: id,
      config: { url: `${site.url}/${id}`, latencyLimitMs: 8_000 },
      intervalMs: 3_600_000,
      enabled: true,
    })),
  })
  await kora.client.probes.checkAll()
  return { site, kora }
}

describe.each([
  ['the clock is put forward', () => createFakeClock()],
  ['the event loop is really blocked', () => createFastClock(factor)],
])('row 34: nothing runs for 11 s: %s', (_, createClock) => {
  it('says so, and holds it against nobody whose answer came meanwhile', async () => {
    const { site, kora } = await watching(createClock())
    await kora.pass(12_000)
    const received = site.received(pages.length)
    const checks = kora.client.probes.checkAll()
    await received
    kora.clock.stall(stallMs)
    await kora.pass(1_000)
    expect(await checks).toEqual({ checked: pages.length, failed: [] })
    await kora.pass(3_000)

    const rows = await kora.client.probes.list()
    expect(rows.map(({ status, suspectSinceMs }) => [status, suspectSinceMs])).toEqual(
      pages.map(() => ['healthy', null]),
    )
    expect(rows.map(({ latencyMs }) => latencyMs ?? Infinity).filter((ms) => ms >= 8_000)).toEqual([])
    const stalls = await kora.client.system.audit({ seam: 'daemon.stalled' })
    const longest = Math.max(...stalls.map(({ details }) => Number(details['for_ms'])))
    expect(longest).toBeGreaterThanOrEqual(stallMs - 1_000)
    expect(longest).toBeLessThan(2 * stallMs)
    for (const seam of untrue) expect(await kora.client.system.audit({ seam })).toEqual([])
    expect((await kora.client.incidents.list({})).items).toEqual([])
    expect((await kora.client.alerts.list({})).items).toEqual([])
    expect(kora.shown).toEqual([])
    expect(kora.slackTexts()).toEqual([])
  })
})
