import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { checkAndConfirm, onlyIncident, pageProbe, setPage, simulated } from '../../fakes/acceptance.ts'
import { createFakeClock } from '../../fakes/fakeClock.ts'
import { startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const

/** Seven pages, the first few of them critical, and one that is always well. */
async function watchingSeven(criticals = 0, env: Record<string, string | undefined> = {}) {
  const simulator = await simulated()
  const probes = names.map((name, index) => ({
    ...pageProbe(simulator, name, { severity: index < criticals ? 'critical' : 'warning' }),
    intervalMs: 3_600_000,
  }))
  // Without a model the notifications are the alerts and their fallbacks, under the same tags.
  const all = [...probes, pageProbe(simulator, 'well')]
  const kora = await startTestDaemon({ simulator, probes: all, env })
  await kora.pass(12_000)
  return { simulator, kora }
}

/** What stands on the screen: later words of a tag replace earlier ones, and what is replaced is gone. */
function standing(kora: TestDaemon) {
  const screen = new Map<string, { title: string; text: string; silent: boolean }>()
  for (const { id, tag, title, text, silent, replaces } of kora.shown) {
    for (const gone of replaces ?? []) screen.delete(gone)
    screen.set(tag ?? id, { title, text, silent })
  }
  return [...screen.values()]
}

describe('cockpit 7: more than five in a minute', () => {
  it('seven warnings at once: one summary that lists seven', async () => {
    const { simulator, kora } = await watchingSeven()
    for (const name of names) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await kora.pass(10_000)
    const screen = standing(kora)
    expect(screen.map((one) => one.title)).toEqual(['7 things in the last minute'])
    const lines = screen[0]?.text.split('\n') ?? []
    expect(lines.map((line) => line.slice(0, 2)).toSorted()).toEqual(names.map((name) => `${name}:`))
    expect(screen[0]?.silent).toBe(true)
  })

  it('seven warnings over a minute: the first are shown, then one summary takes their place', async () => {
    const { simulator, kora } = await watchingSeven()
    const seen: number[] = []
    for (const name of names) {
      setPage(simulator, name, 500)
      await kora.client.probes.check({ id: name })
      await kora.pass(6_000)
      seen.push(standing(kora).length)
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 1, 1])
    expect(standing(kora)[0]?.title).toBe('7 things in the last minute')
    expect(standing(kora)[0]?.text.split('\n')).toHaveLength(7)
  })

  it('two of them critical: two individual notifications and a summary of five', async () => {
    const { simulator, kora } = await watchingSeven(2)
    for (const name of names) setPage(simulator, name, 500)
    for (const name of ['a', 'b']) await kora.client.probes.check({ id: name })
    await kora.pass(10_500)
    await kora.client.probes.checkAll()
    await kora.pass(8_000)
    const screen = standing(kora)
    expect(screen).toHaveLength(3)
    expect(screen.filter((one) => one.title.startsWith('a:') || one.title.startsWith('b:'))).toHaveLength(2)
    const summary = screen.find((one) => one.title.endsWith('in the last minute'))
    expect(summary?.title).toBe('5 things in the last minute')
    expect(kora.shown.slice(0, 2).map((message) => [message.title, message.silent])).toEqual([
      ['a: critical', false],
      ['b: critical', false],
    ])
  })

  it('five warnings are shown one by one, and updated in place by their findings', async () => {
    const { simulator, kora } = await watchingSeven()
    simulator.state.anthropic.reply = 'Found it.\nDo this.'
    for (const name of names.slice(0, 5)) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await kora.pass(10_000)
    const screen = standing(kora)
    expect(screen).toHaveLength(5)
    expect(screen.every((one) => one.text === 'Found it.\nDo this.')).toBe(true)
  })

  it('what a summary told is told well again', async () => {
    const { simulator, kora } = await watchingSeven()
    for (const name of names) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await kora.pass(90_000)
    setPage(simulator, 'a', 200)
    await kora.client.probes.check({ id: 'a' })
    await kora.pass(3_000)
    expect(kora.shown.at(-1)?.title).toBe('a is well again')
  })

  it('every message in a summary keeps its record: what became of it, and that nothing is waiting', async () => {
    const { simulator, kora } = await watchingSeven()
    for (const name of names) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await kora.pass(10_000)
    await kora.read((store) => {
      expect(store.outbox.unsettled()).toEqual([])
      for (const incident of store.incidents.listOpen()) {
        const natives = store.outbox.byIncident(incident.id).filter((row) => row.channel === 'native')
        expect(natives.length).toBeGreaterThan(0)
        expect(natives.every((row) => row.state === 'superseded')).toBe(true)
      }
    })
    expect(kora.logger.messages('error')).toEqual([])
  })
})

describe('one notification per subject', () => {
  it('an older warning never covers the critical that overtook it', async () => {
    const simulator = await simulated()
    const probe = { ...pageProbe(simulator, 'site', { latencyLimitMs: 1 }), intervalMs: 3_600_000 }
    const kora = await startTestDaemon({ simulator, probes: [probe] })
    await kora.client.settings.update({ notifications: { quietHours: allDay } })
    // In quiet hours the warning waits; its critical does not.
    const page = simulator.state.site['/site']
    if (page) page.delayMs = 5
    await kora.pass(12_000)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(3_000)
    expect((await onlyIncident(kora)).severity).toBe('warning')
    setPage(simulator, 'site', 500)
    await checkAndConfirm(kora, 'site')
    await kora.client.settings.update({ notifications: { quietHours: { ...allDay, enabled: false } } })
    await kora.pass(5_000)
    expect(kora.shown[0]?.title).toBe('site: critical')
    expect(kora.shown.map((message) => message.title)).not.toContain('site: warning')
  })
})

const allDay = { enabled: true, from: '08:00', to: '08:00' }

describe('quiet hours', () => {
  const timeOfDay = (ms: number): string => {
    const at = new Date(ms)
    return `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`
  }

  it('hold all but criticals; after their end the rest is shown, collapsed', async () => {
    const { simulator, kora } = await watchingSeven(1)
    const nowMs = kora.clock.nowMs()
    const quietHours = { enabled: true, from: timeOfDay(nowMs - 3_600_000), to: timeOfDay(nowMs + 600_000) }
    await kora.client.settings.update({ notifications: { quietHours } })
    for (const name of names) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await kora.pass(60_000)
    expect(new Set(kora.shown.map((message) => message.tag))).toHaveProperty('size', 1)
    expect(kora.shown[0]?.title).toBe('a: critical')
    expect(kora.slackTexts().length).toBeGreaterThan(6)
    await kora.pass(600_000)
    const later = standing(kora).filter((one) => !one.title.startsWith('a:'))
    expect(later.map((one) => one.title)).toEqual(['6 things in the last minute'])
  })

  it('a few are shown one by one, each with its latest words', async () => {
    const { simulator, kora } = await watchingSeven()
    simulator.state.anthropic.reply = 'Found it.'
    const nowMs = kora.clock.nowMs()
    const quietHours = { enabled: true, from: timeOfDay(nowMs - 3_600_000), to: timeOfDay(nowMs + 300_000) }
    await kora.client.settings.update({ notifications: { quietHours } })
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    await kora.pass(200_000)
    expect(kora.shown).toEqual([])
    await kora.pass(200_000)
    expect(kora.shown.map((message) => [message.title, message.text])).toEqual([
      ['a: a failing: HTTP 500', 'Found it.'],
    ])
  })

  it('end when the clock on the wall says so, in the night in which it is put forward', async () => {
    vi.stubEnv('TZ', 'Europe/Berlin')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const simulator = await simulated()
    const probe = { ...pageProbe(simulator, 'site', { severity: 'warning' }), intervalMs: 3_600_000 }
    // 01:55; five minutes later the clock reads 03:00.
    const clock = createFakeClock(Date.parse('2026-03-29T00:55:00Z'))
    const kora = await startTestDaemon({ simulator, probes: [probe], clock })
    await kora.client.settings.update({
      notifications: { quietHours: { enabled: true, from: '22:00', to: '03:10' } },
    })
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(890_000)
    expect(kora.shown).toEqual([])
    await kora.pass(20_000)
    expect(kora.shown.map((message) => message.title)).toEqual(['site: site failing: HTTP 500'])
  })

  it('trouble that is over when they end is one line', async () => {
    const { simulator, kora } = await watchingSeven()
    await kora.client.settings.update({ notifications: { quietHours: allDay } })
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    await kora.pass(10_000)
    setPage(simulator, 'a', 200)
    await kora.client.probes.check({ id: 'a' })
    await kora.pass(10_000)
    await kora.client.settings.update({ notifications: { quietHours: { ...allDay, enabled: false } } })
    await kora.pass(5_000)
    expect(kora.shown.map((message) => message.title)).toEqual(['a is well again'])
    expect(kora.shown[0]?.text).toContain('had trouble for')
  })
})

describe('a surface that cannot show anything', () => {
  it('is recorded with its reason, Slack is not disturbed, and Now still lists the incident', async () => {
    const simulator = await simulated()
    const probe = pageProbe(simulator, 'site', { severity: 'warning' })
    const kora = await startTestDaemon({ simulator, probes: [probe], notifierRefuses: 'no_surface' })
    await kora.pass(12_000)
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(5_000)
    const natives = (await kora.client.system.deliveries({})).filter((row) => row.channel === 'native')
    expect(natives.length).toBeGreaterThan(0)
    expect(natives.every((row) => row.outcome === 'failed' && row.reason === 'no_surface')).toBe(true)
    expect(kora.slackTexts()).toHaveLength(1)
    expect((await onlyIncident(kora)).toldVia).toBe('slack')
  })
})
