import { describe, expect, it } from 'vitest'
import type { Seam } from '../../../src/domain/audit.ts'
import { onlyIncident, pageProbe, requestsTo, setPage, simulated } from '../../fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

async function watching(severity: 'critical' | 'warning' = 'critical') {
  const simulator = await simulated()
  const kora = await startTestDaemon({ simulator, probes: [pageProbe(simulator, 'site', { severity })] })
  await kora.pass(12_000)
  return kora
}

const pause = (kora: TestDaemon, change: Partial<Parameters<TestDaemon['client']['operational']['pause']>[0]> = {}) =>
  kora.client.operational.pause({ forMs: null, ...change })

async function breakSite(kora: TestDaemon): Promise<void> {
  setPage(kora.simulator, 'site', 500)
  await kora.client.probes.check({ id: 'site' })
  await kora.pass(12_000)
}

const rows = (kora: TestDaemon, seam: Seam) => kora.client.system.audit({ seam, limit: 20 })

describe('a pause', () => {
  it('nothing is asked and nothing is told while it lasts; watching goes on, and the rest follows', async () => {
    const kora = await watching()
    expect(await pause(kora, { reason: 'deploying' })).toMatchObject({
      primary: 'paused',
      reasons: ['operator'],
      permission: 'none',
      stopLevel: 1,
      trigger: 'deploying',
      actor: 'operator',
    })
    await breakSite(kora)
    expect([kora.slackTexts(), kora.shown, requestsTo(kora.simulator, 'anthropic')]).toEqual([[], [], 0])
    expect((await onlyIncident(kora)).severity).toBe('critical')
    expect(await kora.client.operational.get()).toMatchObject({ waiting: { messages: 2, investigations: 1 } })
    const { alerts, operational_state: state } = (await kora.client.state.current()) as {
      alerts: { active_count: number }
      operational_state: { paused: boolean; pause_reason: string }
    }
    expect([state.paused, state.pause_reason, alerts.active_count]).toEqual([true, 'operator', 2])
    await expect(kora.client.incidents.reinvestigate({ id: (await onlyIncident(kora)).id })).rejects.toMatchObject({
      code: 'operational_state_paused',
    })
    kora.simulator.clearRequests()
    await kora.client.operational.resume({})
    await kora.pass(15_000)
    // Looked at again first (ruling 18), then told.
    expect(requestsTo(kora.simulator, 'site')).toBeGreaterThanOrEqual(1)
    expect(kora.slackTexts()[0]).toMatch(/^🚨 Probe alert · site/)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(1)
    expect(
      (await rows(kora, 'operational_state.changed')).map(({ details }) => [details['from'], details['to']]),
    ).toEqual([
      ['paused', 'ready'],
      ['ready', 'paused'],
    ])
  })

  it('what is well again when it ends is said in one line', async () => {
    const kora = await watching()
    await pause(kora)
    await breakSite(kora)
    setPage(kora.simulator, 'site', 200)
    await kora.client.operational.resume({})
    await kora.pass(10_000)
    expect(kora.slackTexts()).toEqual([expect.stringMatching(/^✅ site had trouble for .* and is well again/)])
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
  })

  it('with criticals let through, those are told and looked into, and a warning waits', async () => {
    const simulator = await simulated()
    const probes = [pageProbe(simulator, 'site'), pageProbe(simulator, 'mild', { severity: 'warning' })]
    const kora = await startTestDaemon({ simulator, probes })
    await kora.pass(12_000)
    await pause(kora, { criticals: true })
    for (const name of ['site', 'mild']) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await kora.pass(15_000)
    expect(kora.slackTexts()[0]).toMatch(/^🚨 Probe alert · site/)
    expect(kora.slackTexts().some((text) => text.includes('mild'))).toBe(false)
    // A pause calls no model, whatever it lets through.
    expect(requestsTo(simulator, 'anthropic')).toBe(0)
  })

  it('ends by itself when its time is over, also when that passed in a sleep', async () => {
    const kora = await watching()
    const { untilMs } = await pause(kora, { forMs: 3_600_000 })
    expect(untilMs).toBe(kora.clock.nowMs() + 3_600_000)
    kora.clock.sleep(7_200_000)
    kora.daemon.resumed()
    await kora.pass(1_000)
    expect(await kora.client.operational.get()).toMatchObject({ primary: 'ready', untilMs: null })
  })

  it('outlives the process, with its end and its reason', async () => {
    const kora = await watching()
    const before = await pause(kora, { forMs: 3_600_000, reason: 'moving' })
    await kora.stop()
    const next = await kora.again()
    await next.pass(1_000)
    expect(await next.client.operational.get()).toMatchObject({
      primary: 'paused',
      trigger: 'moving',
      untilMs: before.untilMs,
    })
    await next.pass(3_606_000)
    expect(await next.client.operational.get()).toMatchObject({ primary: 'ready' })
  })

  it('a second pause takes the place of the first; a pause of the third level calls off what runs', async () => {
    const kora = await watching('warning')
    kora.simulator.setFault('anthropic', { kind: 'hang' })
    setPage(kora.simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.simulator.received('anthropic', 1)
    expect(await kora.client.operational.get()).toMatchObject({ primary: 'active' })
    await pause(kora, { forMs: 60_000 })
    expect(await pause(kora, { level: 3 })).toMatchObject({ stopLevel: 3, untilMs: null })
    await kora.pass(1_000)
    const { id } = await onlyIncident(kora)
    expect((await kora.client.incidents.get({ id })).investigations).toMatchObject([{ state: 'pending' }])
    kora.simulator.setFault('anthropic', null)
    await kora.client.operational.resume({})
    await kora.pass(10_000)
    expect((await kora.client.incidents.get({ id })).investigations).toMatchObject([{ state: 'finished' }])
  })

  it('a test the operator asks for is sent all the same', async () => {
    const kora = await watching()
    await pause(kora)
    expect(await kora.client.settings.testChannel({ channel: 'slack' })).toMatchObject({ outcome: 'sent' })
  })
})

describe('a stop', () => {
  it('daemon 11: with the id of another process it is refused; with this one’s it is passed to the host', async () => {
    const kora = await watching()
    const { sessionId } = await kora.client.system.info()
    const ask = (id: string) => kora.client.operational.shutDown({ sessionId: id, reason: 'update' })
    await expect(ask('0'.repeat(32))).rejects.toMatchObject({ code: 'conflict' })
    await kora.pass(1_000)
    expect(kora.stopsAsked).toEqual([])
    await ask(sessionId)
    await kora.pass(1_000)
    expect(kora.stopsAsked).toEqual(['update'])
  })
})
