import { describe, expect, it } from 'vitest'
import { routes } from '../../../src/domain/ledger.ts'
import { checkAndConfirm, requestsTo, simulated, stopMachine, tokens } from '../../fakes/acceptance.ts'
import { flyProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

async function watching(env: Record<string, string> = {}): Promise<TestDaemon> {
  const simulator = await simulated()
  simulator.state.anthropic.reply = {
    text: 'The production machine of the app was stopped; start it again from the dashboard or with the command line.',
    usage: { input_tokens: 2_000, output_tokens: 500 },
  }
  const token = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
  return startTestDaemon({ simulator, probes: [flyProbe(simulator)], env: { ...token, ...env } })
}

async function breakFly(kora: TestDaemon): Promise<void> {
  await kora.pass(1_000)
  stopMachine(kora.simulator)
  kora.simulator.setFault('fly', { kind: 'status', status: 401 })
  await checkAndConfirm(kora, 'fly')
}

async function budgetOf(kora: TestDaemon) {
  const { budget } = await kora.client.spend.state()
  if (budget.kind === 'unknown') throw new Error(budget.reason)
  return budget
}

describe('Spending of a whole daemon', () => {
  it('cost 48: before the first call every window has all nine routes with zeros', async () => {
    const kora = await watching()
    for (const window of ['process_lifetime', 'rolling_24h', 'today', 'monthly'] as const) {
      const { byRoute, byModel, total } = await kora.client.spend.window({ window })
      expect(byRoute.map(({ route }) => route)).toEqual([...routes])
      expect(byRoute.every(({ calls, reasons }) => calls === 0 && Object.keys(reasons).length === 0)).toBe(true)
      expect(byModel).toEqual([])
      expect(total.calls).toBe(0)
    }
    const published = kora.daemon.published.costTelemetry() as Record<string, Record<string, unknown>>
    expect(Object.keys(published)).toEqual(['process_lifetime', 'rolling_24h', 'monthly'])
    for (const window of Object.values(published)) expect(Object.keys(window)).toEqual([...routes])
    expect(published['monthly']?.['unknown']).toEqual({
      calls_count: 0,
      input_tokens_total: 0,
      output_tokens_total: 0,
      cache_read_tokens_total: 0,
      cache_creation_tokens_total: 0,
      cost_estimate_usd_total: 0,
      escalation_count: 0,
      escalation_reason_breakdown: {},
      model_breakdown: {},
    })
    expect(await budgetOf(kora)).toMatchObject({ rung: 'normal', spentNanoUsd: 0, poolNanoUsd: 200_000_000_000 })
  })

  it('cost 2, reasoning 31: an investigation is one call of its route, in every window, and leads back to its incident', async () => {
    const kora = await watching()
    await breakFly(kora)
    for (const window of ['process_lifetime', 'rolling_24h', 'today', 'monthly'] as const) {
      const { byRoute, byModel } = await kora.client.spend.window({ window })
      expect(byRoute.filter(({ calls }) => calls > 0)).toMatchObject([
        { route: 'probe_investigation', calls: 1, costNanoUsd: 4_500_000, inputTokens: 2_000, outputTokens: 500 },
      ])
      expect(byModel).toMatchObject([{ model: 'claude-haiku-4-5-20251001', calls: 1 }])
    }
    const { rows } = await kora.client.spend.ledger({})
    const { items } = await kora.client.incidents.list({})
    expect(rows).toMatchObject([{ costNanoUsd: 4_500_000, openRoute: `/investigations/${items[0]?.id}`, note: null }])
    expect(items[0]).toMatchObject({ costNanoUsd: 4_500_000 })
    expect(await budgetOf(kora)).toMatchObject({ spentNanoUsd: 4_500_000, reservedNanoUsd: 0 })
  })

  it('a restart knows the same spent; only the life of the process begins anew', async () => {
    const kora = await watching()
    await breakFly(kora)
    const before = await budgetOf(kora)
    await kora.stop()
    const next = await kora.again()
    expect((await budgetOf(next)).spentNanoUsd).toBe(before.spentNanoUsd)
    expect((await next.client.spend.window({ window: 'rolling_24h' })).total.calls).toBe(1)
    expect((await next.client.spend.window({ window: 'process_lifetime' })).total.calls).toBe(0)
  })

  it('reasoning 19: a reply that Slack does not take is paid for all the same', async () => {
    const kora = await watching()
    kora.simulator.setFault('slack', { kind: 'status', status: 500 })
    await breakFly(kora)
    expect((await budgetOf(kora)).spentNanoUsd).toBe(4_500_000)
  })

  it('cost 3.8: with the budget used up the operator is told the fact with the code, and the model is not asked', async () => {
    const kora = await watching({ KORA_CREDIT_POOL_USD: '0.0001' })
    await breakFly(kora)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(0)
    expect(kora.slackTexts().join('\n')).toContain('cost_ladder_halted')
    expect((await budgetOf(kora)).spentNanoUsd).toBe(0)
    const { items } = await kora.client.incidents.list({})
    expect(items[0]).toMatchObject({ costNanoUsd: 0 })
  })

  it('cost 3.8: a call that uses up the budget pauses Kora for cost; the next is not made and says so', async () => {
    const kora = await watching({ KORA_CREDIT_POOL_USD: '0.02' })
    kora.simulator.state.anthropic.reply = {
      text: 'The production machine of the app was stopped; start it again from the dashboard or by hand, please.',
      usage: { input_tokens: 2_000, output_tokens: 20_000 },
    }
    await breakFly(kora)
    expect(await budgetOf(kora)).toMatchObject({ rung: 'hard_stop_100', pausedForCost: true })
    const asked = requestsTo(kora.simulator, 'anthropic')
    const { items } = await kora.client.incidents.list({})
    await kora.client.incidents.reinvestigate({ id: items[0]?.id ?? '' })
    await kora.pass(2_000)
    expect(requestsTo(kora.simulator, 'anthropic')).toBe(asked)
    expect(kora.slackTexts().join('\n')).toContain('operational_state_paused')
    expect(kora.shown.map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/^The model budget is used up \(\d+ %\)$/),
    )
    // A larger pool ends it at once.
    await kora.stop()
    const next = await kora.again({ KORA_CREDIT_POOL_USD: '50' })
    expect(await budgetOf(next)).toMatchObject({ rung: 'normal', pausedForCost: false })
  })

  it('cost 9, 30: an hour that would empty the pool within a day is told once, natively', async () => {
    const kora = await watching({ KORA_CREDIT_POOL_USD: '2' })
    kora.simulator.state.anthropic.reply = {
      text: 'The production machine of the app was stopped; start it again from the dashboard or by hand, please.',
      usage: { input_tokens: 2_000, output_tokens: 60_000 },
    }
    // Half an hour of history is what the guard wants before it speaks.
    await kora.pass(1_900_000)
    await breakFly(kora)
    await kora.pass(180_000)
    const { spike } = await kora.client.spend.state()
    expect(spike).toMatchObject({ hourNanoUsd: 302_000_000 })
    const told = kora.shown.filter(({ title }) => title === 'Model calls cost unusually much')
    expect(told.map(({ text }) => text)).toEqual([
      '~$0.30 in the last hour: the pool is empty in about 3 h at that pace.',
    ])
  })

  it('the cost report of the provider is a reconciliation like the operator’s own figure', async () => {
    const kora = await watching({ KORA_ANTHROPIC_ADMIN_KEY: 'sk-ant-admin-test-000000' })
    kora.simulator.state.costReport.dailyCents['2026-05-02'] = '1234.5'
    const row = await kora.client.spend.fetchReported()
    expect(row).toMatchObject({
      source: 'usage_api',
      reportedNanoUsd: 12_345_000_000,
      adjustmentNanoUsd: 12_345_000_000,
    })
    expect((await budgetOf(kora)).spentNanoUsd).toBe(12_345_000_000)
    const own = await kora.client.spend.reconcile({ reportedUsd: '12.40' })
    expect(own).toMatchObject({ source: 'operator', withinTolerance: true, adjustmentNanoUsd: 0 })
    for (const wrong of ['abc', '-5', '1e3', 'NaN', '12,40']) {
      await expect(kora.client.spend.reconcile({ reportedUsd: wrong })).rejects.toMatchObject({ code: 'bad_input' })
    }
    expect((await kora.client.spend.corrections()).reconciliations).toHaveLength(2)
  })
})
