import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../src/simulator/faults.ts'
import type { AnthropicAnswer } from '../../../src/simulator/services/anthropic.ts'
import {
  checkAndConfirm,
  onlyIncident,
  pageProbe,
  requestsTo,
  setPage,
  simulated,
  until,
} from '../../fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

const mild = { severity: 'warning' }

async function watching(names: readonly string[], config: Record<string, unknown> = mild) {
  const simulator = await simulated()
  const probes = names.map((name) => ({ ...pageProbe(simulator, name, config), intervalMs: 3_600_000 }))
  // The scripted answers are short, and a second look at them is not what is tried here.
  const kora = await startTestDaemon({ simulator, probes, env: { KORA_DISABLE_POST_CALL_ESCALATION: 'true' } })
  await kora.pass(12_000)
  simulator.clearRequests()
  return { simulator, kora }
}

async function failures(kora: TestDaemon) {
  const incident = await onlyIncident(kora)
  const { investigations } = await kora.client.incidents.get({ id: incident.id })
  return investigations.map((one) => one.failure)
}

describe('failure reasons of probes 8.3, verbatim', () => {
  it.each<[string, Fault | null, AnthropicAnswer | null, string]>([
    ['HTTP 500', { kind: 'status', status: 500 }, null, 'sdk_5xx'],
    ['overloaded', { kind: 'status', status: 529 }, null, 'sdk_5xx'],
    ['wrong key', { kind: 'status', status: 401 }, null, 'sdk_auth'],
    ['rate limit', { kind: 'rate_limit', retryAfterSeconds: 600 }, null, 'sdk_rate_limited'],
    ['bad request', { kind: 'status', status: 400 }, null, 'sdk_4xx_400'],
    ['reset', { kind: 'reset' }, null, 'sdk_transport'],
    ['nonsense', null, { message: { usage: undefined } }, 'sdk_unknown_UnreadableReply'],
    ['blank text', null, { text: ' \n ' }, 'empty_response_text'],
    ['refusal', null, { content: [], stopReason: 'refusal' }, 'empty_response_text'],
  ])('%s', async (_name, fault, reply, reason) => {
    const { simulator, kora } = await watching(['a', 'b'])
    simulator.setFault('anthropic', fault)
    simulator.state.anthropic.reply = reply
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    // The pauses between tries are on the fake clock, the tries themselves on real sockets.
    await kora.clock.advance(1_000)
    while ((await failures(kora))[0] === null) await kora.clock.advance(500)
    await kora.pass(1_000)
    expect(await failures(kora)).toEqual([reason])
    expect(kora.slackTexts()).toEqual([expect.stringContaining(`unable to investigate — engine returned: ${reason}`)])
    const [done] = await kora.client.system.audit({ seam: 'probe.investigation_completed' })
    expect(done?.details).toMatchObject({ reasoning_error: reason, dm_status: 'engine_unavailable_fallback' })
    // What was answered is billed, whether or not it could be used; what got lost on the way may have been.
    const answered = reason === 'empty_response_text'
    const lost = reason === 'sdk_transport' || reason === 'sdk_unknown_UnreadableReply'
    expect(done?.details['model_used']).toBe(answered || lost ? 'claude-haiku-4-5-20251001' : null)
    const rows = await kora.read((store) => store.ledger.sum(0))
    expect(rows.calls > 0).toBe(answered || lost)
    expect(rows.costNanoUsd > 0).toBe(answered)
    expect(rows.unpriced).toBe(lost ? rows.calls : 0)
    expect(rows.poolChargeNanoUsd > 0).toBe(answered || lost)
  })

  it('a model that hangs: sdk_timeout, and the fallback is out within 60 s', async () => {
    const { simulator, kora } = await watching(['a', 'b'])
    simulator.setFault('anthropic', { kind: 'hang' })
    setPage(simulator, 'a', 500)
    const begunMs = kora.clock.nowMs()
    await kora.client.probes.check({ id: 'a' })
    await simulator.received('anthropic', 1)
    await kora.clock.advance(60_000)
    await until(() => kora.slackTexts().length > 0)
    expect(kora.slackTexts()[0]).toMatch(/engine returned: sdk_timeout$/)
    await kora.daemon.drain()
    const [sent] = (await kora.client.system.deliveries({})).filter((row) => row.channel === 'slack')
    expect((sent?.startedAtMs ?? 0) - begunMs).toBeLessThanOrEqual(60_000)
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
  })

  it('a critical is told before its hanging investigation', async () => {
    const { simulator, kora } = await watching(['a', 'b'], {})
    simulator.setFault('anthropic', { kind: 'hang' })
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    await kora.clock.advance(11_000)
    await until(() => kora.slackTexts().length > 0)
    expect(kora.slackTexts()).toEqual([expect.stringMatching(/^🚨 Probe alert · a\n/)])
    expect(kora.shown.map((message) => message.title)).toEqual(['a: critical'])
    await simulator.received('anthropic', 1)
    await kora.clock.advance(60_000)
    await until(() => kora.slackTexts().length > 1)
    expect(kora.slackTexts()[1]).toBe('I was unable to investigate — engine returned: sdk_timeout')
  })
})

describe('limits', () => {
  it('at most 3 at once; the others follow', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'well']
    const { simulator, kora } = await watching(names)
    simulator.setFault('anthropic', { kind: 'hang', times: 3 })
    for (const name of names.slice(0, 5)) setPage(simulator, name, 500)
    await kora.client.probes.checkAll()
    await simulator.received('anthropic', 3)
    await kora.clock.advance(5_000)
    expect(requestsTo(simulator, 'anthropic')).toBe(3)
    await kora.clock.advance(60_000)
    await simulator.received('anthropic', 5)
    await kora.daemon.drain()
    await kora.pass(5_000)
    expect(kora.slackTexts()).toHaveLength(5)
  })

  it('an incident is investigated three times by itself, then its repeats are told without', async () => {
    const { simulator, kora } = await watching(['a', 'b'])
    await kora.client.settings.update({ watching: { debounceSeconds: 0, goodChecksToClose: 1 } })
    for (let round = 0; round < 5; round++) {
      setPage(simulator, 'a', 500)
      await kora.client.probes.check({ id: 'a' })
      await kora.pass(1_000)
      setPage(simulator, 'a', 200)
      await kora.client.probes.check({ id: 'a' })
      await kora.pass(1_000)
    }
    expect(requestsTo(simulator, 'anthropic')).toBe(3)
    const alerts = kora.slackTexts().filter((text) => text.includes('Probe alert'))
    expect(alerts).toHaveLength(5)
    expect(alerts.filter((text) => text.endsWith('engine returned: incident_cap_reached'))).toHaveLength(2)
  })
})

describe('restart while investigating', () => {
  it('is begun once more, at most: two calls, one message', async () => {
    const { simulator, kora: first } = await watching(['a', 'b'])
    simulator.setFault('anthropic', { kind: 'hang', times: 1 })
    setPage(simulator, 'a', 500)
    await first.client.probes.check({ id: 'a' })
    await simulator.received('anthropic', 1)
    await first.stop()
    simulator.state.anthropic.reply = 'Second thought.'
    const second = await first.again()
    await second.pass(5_000)
    expect(second.slackTexts()).toEqual(['⚠️ Probe alert · a\nSecond thought.'])
    expect(requestsTo(simulator, 'anthropic')).toBe(2)
    const incident = await onlyIncident(second)
    const { investigations } = await second.client.incidents.get({ id: incident.id })
    expect(investigations.map((one) => one.state)).toEqual(['finished'])
  })

  it('cut off twice: told with the reason, and nobody calls a third time', async () => {
    const { simulator, kora: first } = await watching(['a', 'b'])
    simulator.setFault('anthropic', { kind: 'hang' })
    setPage(simulator, 'a', 500)
    await first.client.probes.check({ id: 'a' })
    await simulator.received('anthropic', 1)
    await first.stop()
    const second = await first.again()
    await second.clock.advance(2_000)
    await simulator.received('anthropic', 2)
    await second.stop()
    const third = await second.again()
    await third.pass(5_000)
    expect(third.slackTexts()).toEqual([expect.stringMatching(/engine returned: engine_exception:Interrupted$/)])
    expect(requestsTo(simulator, 'anthropic')).toBe(2)
  })

  it('well again meanwhile: nothing is asked, one line says so', async () => {
    const { simulator, kora: first } = await watching(['a', 'b'])
    simulator.setFault('anthropic', { kind: 'hang' })
    setPage(simulator, 'a', 500)
    await first.client.probes.check({ id: 'a' })
    await simulator.received('anthropic', 1)
    await first.stop()
    setPage(simulator, 'a', 200)
    const second = await first.again()
    await second.pass(5_000)
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
    expect(second.slackTexts()).toEqual([expect.stringMatching(/^✅ a had trouble for/)])
  })
})

describe('the operator asks again', () => {
  it('the answer goes into the thread of what was told, and every call is in the ledger', async () => {
    const { simulator, kora } = await watching(['a', 'b'])
    simulator.state.anthropic.reply = 'First.'
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    await kora.pass(1_000)
    const { id } = await onlyIncident(kora)
    simulator.state.anthropic.reply = 'Second.'
    await kora.client.incidents.reinvestigate({ id })
    await kora.pass(1_000)
    const [root, again] = Object.values(simulator.state.slack.channels)[0]?.messages ?? []
    expect([root?.text, again?.text]).toEqual(['⚠️ Probe alert · a\nFirst.', 'Second.'])
    expect(again?.thread_ts).toBe(root?.ts)
    const { investigations, reinvestigateNanoUsd } = await kora.client.incidents.get({ id })
    expect(investigations.map((one) => [one.requestedBy, one.finding])).toEqual([
      ['operator', 'Second.'],
      ['wake', 'First.'],
    ])
    expect(reinvestigateNanoUsd).toBeGreaterThan(0)
    const calls = await kora.read((store) =>
      investigations.flatMap((one) => store.ledger.bySubject(`investigation:${one.id}`)),
    )
    expect(calls).toHaveLength(2)
  })

  it('is refused while one runs, and for an incident nobody was woken by', async () => {
    const { simulator, kora } = await watching(['a', 'b'])
    simulator.setFault('anthropic', { kind: 'hang' })
    setPage(simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    await simulator.received('anthropic', 1)
    const { id } = await onlyIncident(kora)
    await expect(kora.client.incidents.reinvestigate({ id })).rejects.toMatchObject({ code: 'conflict' })
    await expect(kora.client.incidents.reinvestigate({ id: 'inc_none' })).rejects.toMatchObject({ code: 'not_found' })
    await kora.stop()
  })

  it('does not use up what the incident is investigated by itself', async () => {
    const { simulator, kora } = await watching(['a', 'b'], {})
    setPage(simulator, 'a', 500)
    await checkAndConfirm(kora, 'a')
    const { id } = await onlyIncident(kora)
    for (let press = 0; press < 3; press++) {
      await kora.client.incidents.reinvestigate({ id })
      await kora.pass(1_000)
    }
    expect(requestsTo(simulator, 'anthropic')).toBe(4)
    await kora.client.settings.update({ watching: { debounceSeconds: 0 } })
    setPage(simulator, 'a', 200)
    await kora.client.probes.check({ id: 'a' })
    setPage(simulator, 'a', 500)
    await checkAndConfirm(kora, 'a')
    expect(requestsTo(simulator, 'anthropic')).toBe(5)
  })
})
