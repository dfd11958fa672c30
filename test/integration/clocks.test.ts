import { describe, expect, it } from 'vitest'
import { pageProbe, requestsTo, setPage, simulated } from '../fakes/acceptance.ts'
import { createFakeClock } from '../fakes/fakeClock.ts'
import { startTestDaemon, type TestDaemon } from '../fakes/testDaemon.ts'

const [second, minute, hour] = [1_000, 60_000, 3_600_000]

/** Nothing that only a clock did is trouble of anybody. */
async function expectQuiet(kora: TestDaemon): Promise<void> {
  for (const seam of [
    'alert.raised',
    'incident.transitioned',
    'watch.interrupted',
    'notification.dispatched',
  ] as const) {
    expect(await kora.client.system.audit({ seam })).toEqual([])
  }
  expect(kora.shown).toEqual([])
  expect(requestsTo(kora.simulator, 'slack')).toBe(0)
  expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
}

describe('row 31: somebody sets the wall clock', () => {
  it.each([
    ['forward and back', [8, -16, 8]],
    ['back and forward', [-8, 16, -8]],
  ])('%s by 8 h: checks keep their pace, a period begins once, nobody is told of anything', async (_, jumps) => {
    const simulator = await simulated()
    // Eight hours later another billing period has begun.
    const clock = createFakeClock(Date.UTC(2026, 4, 31, 20))
    const kora = await startTestDaemon({ simulator, clock, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(minute)
    const checkedAtMs: number[] = []
    let checked = requestsTo(simulator, 'site')
    for (const hours of jumps) {
      clock.setWall(clock.nowMs() + hours * hour)
      for (let passed = 0; passed < 6 * minute; passed += second) {
        await kora.pass(second)
        for (; checked < requestsTo(simulator, 'site'); checked++) checkedAtMs.push(clock.monotonicMs())
      }
    }
    const intervals = checkedAtMs.slice(1).map((atMs, index) => atMs - (checkedAtMs[index] ?? Number.NaN))
    expect(checkedAtMs).toHaveLength(18)
    expect(intervals.filter((ms) => Math.abs(ms - minute) > second)).toEqual([])
    const [opened, ...more] = await kora.client.system.audit({ seam: 'budget.period_opened' })
    expect(opened?.details).toMatchObject({ from: '2026-05-01T00:00:00Z', to: '2026-06-01T00:00:00Z' })
    expect(more).toEqual([])
    await expectQuiet(kora)
  })

  it('back by 8 h while a message waits for its next try: it is tried when it would have been', async () => {
    const simulator = await simulated()
    const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site')] })
    await kora.pass(minute)
    simulator.setFault('slack', { kind: 'rate_limit', retryAfterSeconds: 30, times: 1, on: 'chat.postMessage' })
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(11 * second)
    kora.clock.setWall(kora.clock.nowMs() - 8 * hour)
    await kora.pass(31 * second)
    const slack = (await kora.client.system.deliveries({})).filter(({ channel }) => channel === 'slack')
    expect(slack.map(({ kind, attempt, outcome }) => `${kind} ${attempt}: ${outcome}`).toSorted()).toEqual([
      'alert 1: failed',
      'alert 2: sent',
      'diagnosis 1: sent',
    ])
  })
})

describe('row 33: the machine sleeps for 8 h', () => {
  it('every probe is checked once within 5 s, and nobody is told of anything', async () => {
    const simulator = await simulated()
    const names = ['one', 'two', 'three', 'four', 'five', 'six']
    const kora = await startTestDaemon({ simulator, probes: names.map((name) => pageProbe(simulator, name)) })
    await kora.pass(minute)
    simulator.clearRequests()
    kora.clock.sleep(8 * hour)
    await kora.pass(5 * second)
    expect(simulator.requests.map(({ path }) => path).toSorted()).toEqual(names.map((name) => `/${name}`).toSorted())
    await kora.pass(11 * minute)
    await expectQuiet(kora)
  })
})
