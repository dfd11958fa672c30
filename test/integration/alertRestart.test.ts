import { describe, expect, it } from 'vitest'
import { simulated } from '../fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon } from '../fakes/testDaemon.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'

const minute = 60_000

/** Everything that stands in the operator's conversation, oldest first. */
function said({ state }: Simulator) {
  return Object.values(state.slack.channels).flatMap(({ messages }) => messages)
}

/** A daemon that has told, on both channels, that 80 % of the model budget is used. */
async function toldOfTheBudget(): Promise<TestDaemon> {
  const kora = await startTestDaemon({ simulator: await simulated() })
  // Nobody looks into it: what is told twice or not at all shall be the alert itself.
  await kora.client.settings.update({ alerts: { investigate: false } })
  await kora.pass(minute)
  await kora.client.spend.reconcile({ reportedUsd: '160' })
  await kora.pass(5_000)
  return kora
}

describe('row 38: a restart while an alert of the daemon itself is active', () => {
  it('tells nothing again, and its end once, in the thread of the first message', async () => {
    const first = await toldOfTheBudget()
    const [root, ...more] = said(first.simulator)
    expect(root?.text).toContain('80 % of the model budget is used')
    expect(more).toEqual([])
    const before = await first.client.alerts.list({})
    expect(before.items).toMatchObject([
      { alertId: 'cost_ladder_warned', resolvedAtMs: null, toldVia: ['native', 'slack'] },
    ])
    await first.stop()

    const second = await first.again()
    // Longer than the cooldown of its category, so that silence is not owed to that.
    await second.pass(40 * minute)
    expect(said(second.simulator)).toHaveLength(1)
    expect(second.shown).toEqual([])
    const after = await second.client.alerts.list({})
    expect(after.items.map(({ id, toldAtMs }) => [id, toldAtMs])).toEqual(
      before.items.map(({ id, toldAtMs }) => [id, toldAtMs]),
    )

    await second.client.settings.update({ budget: { poolUsd: 400 } })
    await second.pass(10 * minute)
    const [, over, ...others] = said(second.simulator)
    expect(over?.text).toContain('✅ Over after')
    expect(over?.thread_ts).toBe(root?.ts)
    expect(others).toEqual([])
    const { items } = await second.client.alerts.list({})
    expect(items).toMatchObject([{ id: before.items[0]?.id, resolvedAtMs: expect.any(Number) }])
    // The notification is replaced, not joined by another one.
    expect(second.shown.map(({ tag }) => tag)).toEqual(first.shown.map(({ tag }) => tag))
  })

  it('over while Kora was stopped: its end is told at the next start, in the same thread', async () => {
    const first = await toldOfTheBudget()
    const [root] = said(first.simulator)
    await first.stop()
    const second = await first.again({ KORA_CREDIT_POOL_USD: '400' })
    await second.pass(minute)
    const [, over, ...others] = said(second.simulator)
    expect(over?.text).toContain('✅ Over after')
    expect(over?.thread_ts).toBe(root?.ts)
    expect(others).toEqual([])
  })

  it('worse while Kora was stopped: that is told, once', async () => {
    const first = await toldOfTheBudget()
    await first.stop()
    const second = await first.again({ KORA_CREDIT_POOL_USD: '170' })
    await second.pass(40 * minute)
    const [, worse, ...others] = said(second.simulator)
    expect(worse?.text).toContain('94 % of the model budget is used')
    expect(worse?.thread_ts).toBeUndefined()
    expect(others).toEqual([])
  })

  it('raised, recorded and not yet told when the process ended: told by the next one, once', async () => {
    const simulator = await simulated()
    const first = await startTestDaemon({ simulator })
    await first.client.settings.update({ alerts: { investigate: false } })
    await first.pass(minute)
    simulator.setFault('slack', { kind: 'status', status: 503 })
    await first.client.spend.reconcile({ reportedUsd: '160' })
    await first.pass(500)
    await first.stop()
    expect(said(simulator)).toEqual([])
    simulator.setFault('slack', null)
    const second = await first.again()
    await second.pass(40 * minute)
    expect(said(simulator).map(({ text }) => text)).toEqual([
      expect.stringContaining('80 % of the model budget is used'),
    ])
    expect([...first.shown, ...second.shown].filter(({ title }) => title.includes('80 %'))).toHaveLength(1)
  })
})
