import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SettingsPatch } from '../../../src/contract/settings.ts'
import type { LedgerRow } from '../../../src/domain/ledger.ts'
import type { AnthropicAnswer, AnthropicRequest } from '../../../src/simulator/services/anthropic.ts'
import { simulated } from '../../fakes/acceptance.ts'
import { aRequest, createCostWorld } from '../../fakes/costWorld.ts'
import { createMemoryLogger } from '../../fakes/memoryLogger.ts'
import { aLedgerRow, startMs } from '../../fakes/records.ts'
import { openTestStore } from '../../fakes/testStore.ts'
import { watchFetch } from '../../fakes/watchedFetch.ts'

const usd = 1_000_000_000
const haiku = 'claude-haiku-4-5-20251001'
const opus = 'claude-opus-4-7'

async function world(options: { settings?: SettingsPatch; spentUsd?: number } = {}) {
  const opened = await openTestStore()
  const simulator = await simulated()
  const logger = createMemoryLogger()
  const build = () =>
    createCostWorld({
      store: opened.store,
      clock: opened.clock,
      logger,
      baseUrl: simulator.urls.anthropic,
      overlayFile: join(opened.folder, 'prices.json'),
    })
  const cost = build()
  if (options.settings) cost.settings.update(options.settings)
  if (options.spentUsd !== undefined) spend(opened.store, options.spentUsd)
  cost.start()
  return { ...opened, ...cost, simulator, logger, build }
}

/** An earlier call of this period that cost so much. */
function spend(store: Awaited<ReturnType<typeof openTestStore>>['store'], amountUsd: number): void {
  const cost = Math.round(amountUsd * usd)
  const id = `earlier-${amountUsd}`
  store.ledger.append(
    aLedgerRow({
      id,
      requestId: id,
      reportId: id,
      atMs: startMs - 3_600_000,
      costNanoUsd: cost,
      poolChargeNanoUsd: cost,
    }),
  )
}

/** A scripted model: what each of the two answers, and what each uses. */
function script(cheap: string, strong: AnthropicAnswer | string = 'It stands.') {
  return (request: AnthropicRequest): AnthropicAnswer => {
    const own = (answer: AnthropicAnswer | string) => (typeof answer === 'string' ? { text: answer } : answer)
    return request.model.includes('haiku')
      ? { ...own(cheap), usage: { input_tokens: 1_000, output_tokens: 200 } }
      : { usage: { input_tokens: 1_300, output_tokens: 300 }, ...own(strong) }
  }
}

function rows(store: Awaited<ReturnType<typeof openTestStore>>['store'], subject = 'slack_dm:D1:17.5'): LedgerRow[] {
  return store.ledger.bySubject(subject)
}

describe('Which model, and whether any', () => {
  it('reasoning 1: paused, any rung: no call, with the reason beside the code', async () => {
    const { gateway, operational, simulator } = await world()
    operational.pause('operator', 'test')
    expect(await gateway.call(aRequest('any alerts'))).toEqual({
      kind: 'refused',
      code: 'operational_state_paused',
      why: 'operator',
    })
    expect(simulator.requests).toHaveLength(0)
  })

  it('reasoning 2, cost 3.8: at the hard stop no call is made and nothing is charged', async () => {
    const { gateway, operational, simulator, store } = await world({ spentUsd: 200 })
    expect(operational.reasons).toEqual(['cost'])
    expect(await gateway.call(aRequest('any alerts'))).toMatchObject({ code: 'operational_state_paused', why: 'cost' })
    // Without the pause that goes with it the rung itself refuses.
    operational.resume('cost', 'test')
    expect(await gateway.call(aRequest('any alerts'))).toEqual({
      kind: 'refused',
      code: 'cost_ladder_halted',
      why: 'hard_stop',
    })
    expect(simulator.requests).toHaveLength(0)
    expect(rows(store)).toEqual([])
  })

  it.each([
    ['any alerts', 0, haiku, 'default_haiku', false, null],
    ['should i ship this?', 0, opus, 'decision_language', true, null],
    ['should i ship this?', 150, haiku, 'cost_clamp:warn_75', false, 'decision_language'],
    ['/opus should I', 180, haiku, 'cost_clamp:downshift_90', false, 'opus_prefix'],
    ['/opus look', 0, opus, 'opus_prefix', true, null],
    ['can you check the logs?', 0, haiku, 'default_haiku', false, null],
  ])('cost 36-40, reasoning 3-7: %j with $%d spent', async (text, spentUsd, model, reason, escalated, clamped) => {
    const { gateway, simulator, store } = await world({ spentUsd })
    simulator.state.anthropic.reply = { text: 'All is well with every service that is being watched here today.' }
    expect((await gateway.call(aRequest(text))).kind).toBe('answered')
    expect(rows(store)).toMatchObject([{ model, reason, escalated, clampedSignal: clamped }])
    const [asked] = simulator.requests.map(({ body }) => body as { messages: { content: string }[] })
    expect(asked?.messages.map(({ content }) => content)).toEqual([text.replace('/opus ', '')])
  })

  it('cost 40: the force switch is obeyed at normal and loses to the budget', async () => {
    const forced = { settings: { routing: { forceStrong: true } } }
    const clamped = await world({ ...forced, spentUsd: 180 })
    await clamped.gateway.call(aRequest('hey'))
    expect(rows(clamped.store)).toMatchObject([
      { model: haiku, reason: 'cost_clamp:downshift_90', escalated: false, clampedSignal: 'force_opus_env' },
    ])
    expect(clamped.store.audit.list({ seam: 'opus_override.applied', limit: 10 })).toEqual([])
    const { gateway, store } = await world(forced)
    await gateway.call(aRequest('hey'))
    expect(rows(store)).toMatchObject([{ model: opus, reason: 'force_opus_env', escalated: true }])
    expect(store.audit.list({ seam: 'opus_override.applied', limit: 10 })).toMatchObject([
      { details: { override_source: 'force_env', route: 'slack_dm', pre_call_decision_reason: 'force_opus_env' } },
    ])
  })

  it('cost 39: a second iteration goes to the strong model by rule, under its own route with its parent', async () => {
    const { gateway, store } = await world()
    await gateway.call(aRequest('/opus x', { iteration: 2, route: 'tool_loop_iteration', parentRoute: 'slack_dm' }))
    expect(rows(store)).toMatchObject([
      {
        model: opus,
        reason: 'tool_loop_iteration',
        route: 'tool_loop_iteration',
        parentRoute: 'slack_dm',
        iteration: 2,
      },
    ])
  })

  it('an unreadable ledger allows the cheap model alone, and says so', async () => {
    const { store, build } = await world()
    const unreadable = vi.spyOn(store.ledger, 'periodCells').mockImplementation(() => {
      throw new Error('no such page')
    })
    const broken = build()
    broken.prices.start()
    broken.budget.start()
    expect(broken.budget.state()).toMatchObject({ kind: 'unknown' })
    expect(broken.problems.list().map(({ code }) => code)).toContain('budget_unknown')
    await broken.gateway.call(aRequest('should i ship this?'))
    expect(rows(store)).toMatchObject([
      { model: haiku, reason: 'cost_clamp:unknown', clampedSignal: 'decision_language' },
    ])
    // A minute later it can be read again.
    unreadable.mockRestore()
    broken.budget.tick()
    expect(broken.budget.rung()).toBe('normal')
    expect(broken.problems.list()).toEqual([])
  })
})

describe('A second look', () => {
  it('cost 47, reasoning 8: two calls, each at its own price, one escalation', async () => {
    const { responder, simulator, store, telemetry } = await world()
    simulator.state.anthropic.reply = script("I don't know, maybe.", 'Ship it.')
    const answer = await responder.respond(aRequest('what is the state of the deploy'))
    expect(answer).toMatchObject({ kind: 'answered', text: 'Ship it.', warnings: [] })
    expect(rows(store)).toMatchObject([
      { model: haiku, costNanoUsd: 2_000_000, escalated: false, route: 'slack_dm' },
      {
        model: opus,
        costNanoUsd: 14_000_000,
        escalated: true,
        route: 'slack_dm',
        reason: 'escalated_post_haiku:low_confidence_marker',
      },
    ])
    const cells = telemetry.cells('monthly')
    expect(cells.reduce((sum, cell) => sum + cell.calls, 0)).toBe(2)
    expect(cells.reduce((sum, cell) => sum + cell.costNanoUsd, 0)).toBe(16_000_000)
    const [, second] = simulator.requests.map((request) => request.body as { messages: { role: string }[] })
    expect(second?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
  })

  it('reasoning 10, cost 7: not above the first mark; the signal that lost is kept', async () => {
    const { responder, simulator, store } = await world({ spentUsd: 150 })
    simulator.state.anthropic.reply = script("I don't know, maybe.")
    expect(await responder.respond(aRequest('what is up'))).toMatchObject({ text: "I don't know, maybe." })
    expect(rows(store)).toMatchObject([{ model: haiku, clampedSignal: 'low_confidence_marker' }])
  })

  it('not when the strong model would not fit the pool any more', async () => {
    const { responder, simulator, store } = await world({ settings: { budget: { poolUsd: 0.02 } } })
    simulator.state.anthropic.reply = script("I don't know, maybe.")
    expect(await responder.respond(aRequest('what is up'))).toMatchObject({ kind: 'answered' })
    expect(rows(store)).toMatchObject([{ model: haiku, clampedSignal: 'low_confidence_marker' }])
  })

  it('reasoning 11: a strong call that fails leaves the cheap answer, with a warning', async () => {
    const { responder, simulator, store } = await world()
    simulator.state.anthropic.reply = script("I don't know, maybe.", {
      error: { type: 'invalid_request_error', message: 'no', status: 400 },
    })
    const answer = await responder.respond(aRequest('what is up'))
    expect(answer).toMatchObject({ text: "I don't know, maybe.", warnings: ['escalation_failed:sdk_4xx_400'] })
    expect(rows(store)).toHaveLength(1)
    expect(store.ledger.reservations()).toEqual([])
  })
})

describe('Whatever becomes of the answer', () => {
  it.each([
    ['negative', { input_tokens: -5, output_tokens: 100 }, 500_000, 'usage_negative:input_tokens'],
    ['no number', { input_tokens: 'many', output_tokens: 100 }, 500_000, 'usage_unreadable:input_tokens'],
  ])('a %s counter counts as none, and the row says so', async (_what, usage, cost, note) => {
    const { gateway, simulator, store } = await world()
    simulator.state.anthropic.reply = { text: 'well', usage }
    await gateway.call(aRequest('hello'))
    expect(rows(store)).toMatchObject([{ inputTokens: 0, outputTokens: 100, costNanoUsd: cost, note }])
  })

  it('an absurd counter is not believed: the amount set aside is charged and the price unknown', async () => {
    const { gateway, simulator, store, budget } = await world()
    simulator.state.anthropic.reply = { text: 'well', usage: { input_tokens: 1e15, output_tokens: 5 } }
    await gateway.call(aRequest('hello'))
    const [row] = rows(store)
    expect(row).toMatchObject({ costNanoUsd: null, poolBasis: 'reserved', note: 'usage_implausible:input_tokens' })
    expect(row?.poolChargeNanoUsd).toBeGreaterThan(0)
    expect(row?.poolChargeNanoUsd).toBeLessThan(usd)
    expect(budget.state()).toMatchObject({ spentNanoUsd: row?.poolChargeNanoUsd, unpricedCalls: 1, reservedNanoUsd: 0 })
  })

  it('a refusal by the provider costs nothing and frees what was set aside', async () => {
    const { gateway, simulator, store, budget } = await world()
    simulator.setFault('anthropic', { kind: 'status', status: 400 })
    expect(await gateway.call(aRequest('hello'))).toEqual({ kind: 'failed', code: 'sdk_4xx_400', row: null })
    expect(rows(store)).toEqual([])
    expect(budget.state()).toMatchObject({ spentNanoUsd: 0, reservedNanoUsd: 0 })
  })

  it('a reply lost on the way is charged at the amount set aside, every try of it', async () => {
    const { gateway, simulator, store, budget } = await world()
    simulator.setFault('anthropic', { kind: 'reply_lost', times: 1 })
    simulator.state.anthropic.reply = { text: 'well', usage: { input_tokens: 10, output_tokens: 10 } }
    const outcome = await gateway.call(aRequest('hello'))
    expect(outcome.kind).toBe('answered')
    const [lost, answered] = rows(store)
    expect(lost).toMatchObject({ costNanoUsd: null, poolBasis: 'reserved', note: 'reply_lost' })
    expect(answered).toMatchObject({ costNanoUsd: 60_000, note: null })
    const spent = (lost?.poolChargeNanoUsd ?? 0) + 60_000
    expect(budget.state()).toMatchObject({ spentNanoUsd: spent, unpricedCalls: 1 })
  })

  it('a reply given up half-way is charged at what the provider had stated, as its meter says', async () => {
    const { gateway, simulator, store } = await world()
    simulator.state.anthropic.reply = { text: 'a long answer '.repeat(40), holdAfter: 'half' }
    const giveUp = new AbortController()
    // Given up as soon as the second statement of the usage was read.
    onTestFinished(watchFetch({ digested: (text) => text.includes('message_delta') && giveUp.abort() }))
    const waiting = gateway.call(aRequest('hello', { signal: giveUp.signal }))
    expect(await waiting).toMatchObject({ kind: 'failed' })
    const { meter } = simulator.state.anthropic
    expect(rows(store)).toMatchObject([
      { inputTokens: meter.inputTokens, outputTokens: meter.outputTokens, note: 'half_streamed' },
    ])
  })

  it('cost 68: the same request id twice is one event and one charge', async () => {
    const { gateway, simulator, store, budget, telemetry } = await world()
    simulator.state.anthropic.reply = { text: 'well', headers: { 'request-id': 'req_same' } }
    await gateway.call(aRequest('hello'))
    const before = budget.state()
    await gateway.call(aRequest('hello'))
    expect(rows(store)).toHaveLength(1)
    expect(budget.state()).toEqual(before)
    expect(telemetry.cells('monthly').reduce((sum, cell) => sum + cell.calls, 0)).toBe(1)
  })

  it('a call cut off by the end of the process is settled at the amount set aside, once', async () => {
    const first = await world()
    const reservation = first.costs.reserve({
      provider: 'anthropic',
      model: haiku,
      route: 'probe_investigation',
      parentRoute: null,
      iteration: 1,
      escalated: false,
      reason: 'default_haiku',
      clampedSignal: null,
      rung: 'normal',
      subject: 'investigation:inv_1',
      amountNanoUsd: 9_000_000,
    })
    const second = first.build()
    second.start()
    const third = first.build()
    third.start()
    expect(first.store.ledger.reservations()).toEqual([])
    expect(rows(first.store, 'investigation:inv_1')).toMatchObject([
      {
        costNanoUsd: null,
        poolChargeNanoUsd: 9_000_000,
        poolBasis: 'reserved',
        requestId: `reservation:${reservation.id}`,
        note: 'settled_after_crash',
      },
    ])
    for (const one of [second, third]) expect(one.budget.state()).toMatchObject({ spentNanoUsd: 9_000_000 })
  })
})

describe('The pool', () => {
  it('20 calls at once at 99 % of the pool: none passes it', async () => {
    const { gateway, simulator, budget } = await world({ spentUsd: 198, settings: { budget: { poolUsd: 200 } } })
    // Dear enough that two fit and twenty do not.
    simulator.state.anthropic.reply = ({ maxTokens }) => ({
      text: 'well',
      usage: { input_tokens: 100_000, output_tokens: maxTokens },
    })
    const text = 'x'.repeat(100_000)
    const ask = () => gateway.call(aRequest('', { messages: [{ role: 'user', content: text }], maxTokens: 100_000 }))
    const outcomes = await Promise.all(Array.from({ length: 20 }, ask))
    const state = budget.state()
    expect(state).toMatchObject({ kind: 'known', overdraftNanoUsd: 0, reservedNanoUsd: 0 })
    const refused = outcomes.filter((outcome) => outcome.kind === 'refused')
    expect(refused.length).toBeGreaterThan(10)
    for (const one of refused) expect(one).toMatchObject({ code: 'cost_ladder_halted', why: 'pool' })
    expect(outcomes.filter(({ kind }) => kind === 'answered').length).toBe(20 - refused.length)
  })

  it('a daily cap and the critical share refuse with their reason', async () => {
    const { gateway, settings } = await world({ spentUsd: 100 })
    settings.update({ budget: { dailyCapUsd: 50 } })
    expect(await gateway.call(aRequest('hi'))).toMatchObject({ code: 'cost_ladder_halted', why: 'daily_cap' })
    settings.update({ budget: { dailyCapUsd: null, criticalSharePct: 50 } })
    expect(await gateway.call(aRequest('hi'))).toMatchObject({ code: 'cost_ladder_halted', why: 'critical_share' })
    expect((await gateway.call(aRequest('hi', { critical: true }))).kind).toBe('answered')
  })

  it('records each mark once and pauses at the last, and a restart does not repeat it', async () => {
    const { store, budget, build, operational } = await world({ spentUsd: 140 })
    const marks = () => store.audit.list({ seam: 'budget.rung_changed', limit: 10 }).map(({ details }) => details['to'])
    expect(marks()).toEqual([])
    for (const [at, amountUsd] of [10, 30, 20].entries()) {
      budget.charged(budget.periodMs, startMs + at, { nanoUsd: amountUsd * usd, unpriced: 0 })
    }
    expect(operational.reasons).toEqual(['cost'])
    expect(marks()).toEqual(['hard_stop_100', 'downshift_90', 'warn_75'])
    spend(store, 60)
    build().start()
    expect(marks()).toHaveLength(3)
  })

  it('a larger pool ends the pause for cost and nothing else', async () => {
    const { settings, operational, budget } = await world({ spentUsd: 200 })
    operational.pause('operator', 'test')
    settings.update({ budget: { poolUsd: 400 } })
    expect(operational.reasons).toEqual(['operator'])
    expect(budget.rung()).toBe('normal')
    operational.resume('operator', 'test')
    expect(operational.primary).toBe('ready')
  })
})

describe('Billing periods', () => {
  it('cost 27: a new period begins at zero, the pause for cost ends, work resumes slowly, pool and pulse stay', async () => {
    const { budget, clock, operational, store } = await world({ spentUsd: 210 })
    expect(operational.primary).toBe('paused')
    clock.setWall(Date.UTC(2026, 5, 1, 0, 0, 30))
    budget.tick()
    expect(operational.primary).toBe('ready')
    expect(budget.state()).toMatchObject({
      spentNanoUsd: 0,
      poolNanoUsd: 200 * usd,
      periodStartMs: Date.UTC(2026, 5, 1),
      rampUntilMs: Date.UTC(2026, 5, 1, 1, 0, 30),
    })
    expect(budget.rampWaitMs()).toBe(0)
    budget.claimed()
    expect(budget.rampWaitMs()).toBe(30_000)
    // Idempotent: the next minute and the next start change nothing.
    budget.tick()
    expect(store.audit.list({ seam: 'budget.period_opened', limit: 10 })).toHaveLength(1)
    expect(store.ledger.sum(0).calls).toBe(1)
  })

  it('cost 28: other reasons for a pause stay', async () => {
    const { budget, clock, operational } = await world({ spentUsd: 210 })
    operational.pause('operator', 'test')
    clock.setWall(Date.UTC(2026, 5, 1))
    budget.tick()
    expect(operational.reasons).toEqual(['operator'])
    expect(operational.primary).toBe('paused')
  })

  it('a rollover while a call is under way: it is charged to the new period, and no row changes', async () => {
    const { gateway, simulator, clock, budget, store } = await world({ spentUsd: 100 })
    const earlier = store.ledger.sum(0)
    simulator.state.anthropic.reply = () => {
      clock.setWall(Date.UTC(2026, 5, 1, 0, 0, 1))
      return { text: 'well', usage: { input_tokens: 1_000, output_tokens: 100 } }
    }
    clock.setWall(Date.UTC(2026, 4, 31, 23, 59, 59))
    await gateway.call(aRequest('hello'))
    expect(rows(store)).toMatchObject([{ periodMs: Date.UTC(2026, 5, 1), costNanoUsd: 1_500_000 }])
    expect(budget.state()).toMatchObject({ spentNanoUsd: 1_500_000, reservedNanoUsd: 0 })
    expect(store.ledger.sum(0).poolChargeNanoUsd).toBe(earlier.poolChargeNanoUsd + 1_500_000)
  })

  it('two periods of sleep open one period', async () => {
    const { budget, clock, store } = await world({ spentUsd: 100 })
    clock.sleep(70 * 86_400_000)
    budget.tick()
    expect(budget.state()).toMatchObject({ periodStartMs: Date.UTC(2026, 6, 1), spentNanoUsd: 0 })
    expect(store.audit.list({ seam: 'budget.period_opened', limit: 10 })).toHaveLength(1)
  })

  it('a clock set back a month keeps the period and what was spent in it', async () => {
    const { budget, clock, gateway, store, simulator, build } = await world({ spentUsd: 100 })
    simulator.state.anthropic.reply = { text: 'well', usage: { input_tokens: 1_000, output_tokens: 100 } }
    clock.setWall(Date.UTC(2026, 3, 11))
    budget.tick()
    await gateway.call(aRequest('hello'))
    const expected = { clockBehind: true, spentNanoUsd: 100 * usd + 1_500_000, periodStartMs: Date.UTC(2026, 4, 1) }
    expect(budget.state()).toMatchObject(expected)
    const again = build()
    again.start()
    expect(again.budget.state()).toMatchObject(expected)
    expect(store.audit.list({ seam: 'budget.period_opened', limit: 10 })).toEqual([])
  })
})

describe('Reconciliation', () => {
  it.each([
    [50, 52, 0.0385, true, 50, false],
    [50, 80, 0.375, false, 80, true],
    [80, 30, 0.625, false, 80, false],
  ])('cost 22-24: local %d, reported %d', async (local, reported, diffPct, within, spent, reTripped) => {
    const { budget, store } = await world({ spentUsd: local, settings: { budget: { poolUsd: 100 } } })
    const row = budget.reconcile(reported * usd, 'operator', null)
    expect(row).toMatchObject({ withinTolerance: within, breakerReTripped: reTripped, localNanoUsd: local * usd })
    expect(row.diffPct).toBeCloseTo(diffPct, 4)
    expect(budget.state()).toMatchObject({ spentNanoUsd: spent * usd, lastReconciliation: { id: row.id } })
    expect(store.ledger.reconciliations(null)).toEqual([row])
  })

  it('cost 23: the rung follows at once, and a restart knows it', async () => {
    const { budget, build } = await world({ spentUsd: 50, settings: { budget: { poolUsd: 100 } } })
    budget.reconcile(80 * usd, 'operator', null)
    expect(budget.rung()).toBe('warn_75')
    const again = build()
    again.start()
    expect(again.budget.state()).toMatchObject({ spentNanoUsd: 80 * usd, rung: 'warn_75' })
  })

  it('9, 25: within the tolerance the higher figure decides the rung although spent stays', async () => {
    const { budget } = await world({ spentUsd: 90, settings: { budget: { poolUsd: 100 } } })
    budget.reconcile(99 * usd, 'operator', null)
    expect(budget.state()).toMatchObject({ spentNanoUsd: 90 * usd, hiddenNanoUsd: 9 * usd, rung: 'downshift_90' })
    budget.charged(budget.periodMs, startMs, { nanoUsd: usd, unpriced: 0 })
    expect(budget.rung()).toBe('hard_stop_100')
  })
})

describe('A reply that needed no call', () => {
  it('cost 9, 31: is counted at $0 with what it saved by estimate, once, and charges nothing', async () => {
    const { costs, telemetry, budget, store } = await world()
    const free = {
      route: 'slack_dm',
      requestId: 'phrase_1',
      subject: 'slack_dm:D1:18.1',
      savedNanoUsd: 12_000_000,
    } as const
    costs.avoided(free)
    costs.avoided(free)
    expect(telemetry.cells('monthly')).toMatchObject([
      { route: 'slack_dm', model: 'short_circuit', calls: 1, costNanoUsd: 0, unpriced: 0, savedNanoUsd: 12_000_000 },
    ])
    expect(budget.state()).toMatchObject({ spentNanoUsd: 0, unpricedCalls: 0 })
    const [month] = await store.reader.months()
    expect(month).toMatchObject({ calls: 0, avoided: 1, savedNanoUsd: 12_000_000, spentNanoUsd: 0 })
  })
})

describe('Prices found later', () => {
  it('cost 7: an unknown model is charged by its stand-in, and re-priced beside the row', async () => {
    const { gateway, simulator, store, prices, costs, budget, telemetry, folder, settings } = await world()
    const { writeFile } = await import('node:fs/promises')
    settings.update({ model: { id: 'claude-haiku-9' } })
    simulator.state.anthropic.reply = { text: 'well', usage: { input_tokens: 5_000, output_tokens: 0 } }
    await gateway.call(aRequest('hello'))
    const [before] = rows(store)
    expect(before).toMatchObject({ costNanoUsd: null, poolChargeNanoUsd: 5_000_000, poolBasis: 'fallback' })
    expect(budget.state()).toMatchObject({ unpricedCalls: 1, spentNanoUsd: 5_000_000 })
    await writeFile(
      join(folder, 'prices.json'),
      JSON.stringify({
        rows: [
          {
            provider: 'anthropic',
            model: 'claude-haiku-9',
            aliases: [],
            effectiveFrom: '2026-01-01',
            effectiveTo: null,
            usdPerMillion: { input: 0.5, output: 2, cacheRead: 0.05, cacheWrite5m: 0.625, cacheWrite1h: 1 },
            sourceUrl: 'https://example.com/prices',
            checkedAt: '2026-05-01',
          },
        ],
      }),
    )
    expect(prices.look()).toBe(true)
    expect(costs.reprice(true)).toBe(1)
    expect(costs.reprice(true)).toBe(0)
    expect(rows(store)).toEqual([before])
    expect(store.ledger.corrections(10)).toMatchObject([{ costNanoUsd: 2_500_000, poolDeltaNanoUsd: -2_500_000 }])
    expect(budget.state()).toMatchObject({ unpricedCalls: 0, spentNanoUsd: 2_500_000 })
    expect(telemetry.cells('rolling_24h')).toMatchObject([{ costNanoUsd: 2_500_000, unpriced: 0 }])
  })
})
