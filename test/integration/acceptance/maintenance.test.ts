import { describe, expect, it } from 'vitest'
import type { Settings } from '../../../src/contract/settings.ts'
import { onlyIncident, pageProbe, requestsTo, setPage, simulated } from '../../fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

type Window = Settings['maintenance']['windows'][number]

async function watching(): Promise<TestDaemon> {
  const simulator = await simulated()
  const kora = await startTestDaemon({
    simulator,
    probes: [pageProbe(simulator, 'site'), pageProbe(simulator, 'other')],
  })
  await kora.pass(12_000)
  return kora
}

/** Planned work from now on, for an hour unless told otherwise. */
async function plan(kora: TestDaemon, change: Partial<Window> = {}): Promise<void> {
  const fromMs = kora.clock.nowMs()
  const window: Window = {
    id: 'mw_1',
    title: 'Upgrade',
    enabled: true,
    scope: { kind: 'services', probeIds: ['site'] },
    schedule: { kind: 'once', fromMs, toMs: fromMs + 3_600_000 },
    ...change,
  }
  await kora.client.settings.update({ maintenance: { windows: [window] } })
  await kora.pass(1_000)
}

async function fail(kora: TestDaemon, name: string): Promise<void> {
  setPage(kora.simulator, name, 500)
  await kora.client.probes.check({ id: name })
  await kora.pass(12_000)
}

const changes = async (kora: TestDaemon) =>
  (await kora.client.system.audit({ seam: 'maintenance.changed', limit: 10 })).map(({ details }) => details['change'])

describe('planned work', () => {
  it('a covered service is watched and recorded, not told and not looked into; another one is', async () => {
    const kora = await watching()
    await plan(kora)
    await fail(kora, 'site')
    expect([kora.slackTexts(), kora.shown, requestsTo(kora.simulator, 'anthropic')]).toEqual([[], [], 0])
    expect((await onlyIncident(kora)).severity).toBe('critical')
    await fail(kora, 'other')
    expect(kora.slackTexts()[0]).toMatch(/^🚨 Probe alert · other/)
    expect(await changes(kora)).toEqual(['began'])
  })

  it('what is still wrong when it ends is told then', async () => {
    const kora = await watching()
    await plan(kora)
    await fail(kora, 'site')
    await kora.pass(3_600_000)
    expect(kora.slackTexts()[0]).toMatch(/^🚨 Probe alert · site/)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(1)
    expect(await changes(kora)).toEqual(['ended', 'began'])
  })

  it('what came and went within it is on record and never told', async () => {
    const kora = await watching()
    await plan(kora)
    await fail(kora, 'site')
    setPage(kora.simulator, 'site', 200)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(3_600_000)
    expect([kora.slackTexts(), kora.shown]).toEqual([[], []])
    expect((await onlyIncident(kora)).state).toBe('resolved')
  })

  it('taken back early, what it held is told at once', async () => {
    const kora = await watching()
    await plan(kora)
    await fail(kora, 'site')
    await kora.client.settings.update({ maintenance: { windows: [] } })
    await kora.pass(6_000)
    expect(kora.slackTexts()[0]).toMatch(/^🚨 Probe alert · site/)
  })

  it('covering everything, it holds back what Kora says about itself too', async () => {
    const kora = await watching()
    await plan(kora, { scope: { kind: 'everything' } })
    await kora.client.spend.reconcile({ reportedUsd: '160' })
    await fail(kora, 'site')
    expect(kora.slackTexts()).toEqual([])
    const { items } = await kora.client.alerts.list({ state: 'active' })
    expect(items.find(({ alertId }) => alertId === 'cost_ladder_warned')?.hold?.by).toBe('maintenance')
    await kora.pass(3_600_000)
    expect(kora.slackTexts().filter((text) => text.startsWith('🟡'))).toHaveLength(1)
  })

  it('a clock that jumps over its end ends it, and one set back begins it again', async () => {
    const kora = await watching()
    await plan(kora)
    const { toMs } = { toMs: kora.clock.nowMs() + 3_600_000 }
    kora.clock.setWall(toMs + 60_000)
    await kora.pass(61_000)
    expect(await changes(kora)).toEqual(['ended', 'began'])
    kora.clock.setWall(toMs - 1_800_000)
    await kora.pass(61_000)
    // Nothing is planned any more at that moment's timer; the next look, here a change of settings, sees it.
    await kora.client.settings.update({ watching: { concurrency: 10 } })
    // Newest first by the clock: the end was recorded when it was ahead.
    expect(await changes(kora)).toEqual(['ended', 'began', 'began'])
  })

  it('a schedule that cannot be is refused with its reason, and nothing is stored', async () => {
    const kora = await watching()
    const wrong = { kind: 'cron', expression: '61 * * * *', minutes: 30, timeZone: 'UTC' } as const
    await expect(plan(kora, { schedule: wrong })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    const { settings } = await kora.client.settings.get()
    expect(settings.maintenance.windows).toEqual([])
  })
})
