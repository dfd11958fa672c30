import { describe, expect, test } from 'vitest'
import { aLedgerRow, anUnpricedRow } from '../../test/fakes/records.ts'
import {
  cacheShares,
  cellOf,
  type Counters,
  escalationRate,
  escalationText,
  exportDocument,
  publishedWindow,
  readExport,
  routeNote,
  routeOf,
  tallies,
} from './costTelemetry.ts'
import { type LedgerRow, routes } from './ledger.ts'

const cells = (...rows: Partial<LedgerRow>[]) => rows.map((row) => cellOf(aLedgerRow(row)))
const zeros: Counters = {
  calls_count: 0,
  input_tokens_total: 0,
  output_tokens_total: 0,
  cache_read_tokens_total: 0,
  cache_creation_tokens_total: 0,
  cost_estimate_usd_total: 0,
  escalation_count: 0,
  model_breakdown: {},
  escalation_reason_breakdown: {},
}
const avoided = { model: 'short_circuit', costNanoUsd: 0, poolChargeNanoUsd: 0, savedNanoUsd: 5_000_000 } as const

describe('the published window', () => {
  test('cost 48: nine routes in their order, zeros and empty maps from the first read on', () => {
    const window = publishedWindow([])
    expect(Object.keys(window)).toEqual([...routes])
    for (const route of routes) expect(window[route]).toEqual(zeros)
  })

  test('cost 50: a label nobody knows counts under unknown, and is kept', () => {
    for (const label of ['nope', null, undefined, 42, '', 'SLACK_DM', ['slack_dm']]) {
      expect(routeOf(label)).toBe('unknown')
    }
    for (const route of routes) expect([routeOf(route), routeNote(route)]).toEqual([route, null])
    expect(publishedWindow(cells({ route: routeOf('nope') })).unknown.calls_count).toBe(1)
    expect(['nope', null, undefined, 42, { a: 1 }].map(routeNote)).toEqual([
      'route:nope',
      null,
      null,
      'route:42',
      'route:{"a":1}',
    ])
    expect(routeNote('x'.repeat(500))).toHaveLength(80)
  })

  test('cost 51: a call without a price counts, its cost does not', () => {
    const window = publishedWindow([cellOf(anUnpricedRow()), ...cells({ costNanoUsd: 100_000 })])
    expect(window.probe_investigation).toMatchObject({ calls_count: 2, cost_estimate_usd_total: 0.0001 })
  })

  test('cost 52: escalations without a reason, and a reason without an escalation', () => {
    const noReasons = [null, '', 42].map((reason) => ({ escalated: true, reason: reason as string | null }))
    expect(publishedWindow(cells(...noReasons)).probe_investigation).toMatchObject({
      escalation_count: 3,
      escalation_reason_breakdown: {},
    })
    expect(publishedWindow(cells({ escalated: false, reason: 'default_haiku' })).probe_investigation).toMatchObject({
      escalation_count: 0,
      escalation_reason_breakdown: {},
    })
  })

  test('reasoning 8: the second look counts under its bare reason, both calls under the route', () => {
    const window = publishedWindow(
      cells(
        { route: 'slack_dm', reason: 'default_haiku' },
        { route: 'slack_dm', model: 'strong', escalated: true, reason: 'escalated_post_haiku:low_confidence_marker' },
      ),
    )
    expect(window.slack_dm).toMatchObject({
      calls_count: 2,
      escalation_count: 1,
      model_breakdown: { 'claude-haiku-4-5': 1, strong: 1 },
      escalation_reason_breakdown: { low_confidence_marker: 1 },
    })
  })

  test('tokens and cost add up; cost is rounded on reading alone', () => {
    const row = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4, costNanoUsd: 400 }
    expect(publishedWindow(cells(row)).probe_investigation).toMatchObject({
      input_tokens_total: 1,
      output_tokens_total: 2,
      cache_read_tokens_total: 3,
      cache_creation_tokens_total: 4,
      cost_estimate_usd_total: 0,
    })
    expect(publishedWindow(cells(row, row, row)).probe_investigation.cost_estimate_usd_total).toBe(0.000001)
  })

  test('replies without a call are counted, under their own model; a model without a name is not', () => {
    const window = publishedWindow(cells(avoided, avoided, { model: '' }))
    expect(window.probe_investigation).toMatchObject({ calls_count: 3, model_breakdown: { short_circuit: 2 } })
  })

  test('a model may be called like anything', () => {
    const { model_breakdown } = publishedWindow(cells({ model: '__proto__' })).probe_investigation
    expect(JSON.stringify(model_breakdown)).toBe('{"__proto__":1}')
  })
})

describe('tallies', () => {
  const { total, byRoute, byModel } = tallies(
    cells(
      { route: 'slack_dm', reason: 'cost_clamp:warn_75', clampedSignal: 'opus_prefix' },
      { route: 'slack_dm', model: 'strong', costNanoUsd: 9_000_000, escalated: true, reason: 'decision_language' },
      { route: 'slack_dm', escalated: true, reason: 'escalated_post_haiku:low_confidence_marker' },
      { route: 'tool_loop_iteration', escalated: true, reason: 'tool_loop_iteration' },
      { ...avoided, route: 'slack_dm' },
      { route: 'slack_dm', costNanoUsd: null },
    ),
  )
  const ofRoute = (route: string) => byRoute.find((tally) => tally.route === route)

  test('everything in all, escalations by rule and avoided calls beside the earned ones', () => {
    expect(total).toEqual({
      calls: 6,
      inputTokens: 12_000,
      outputTokens: 3_000,
      cacheReadTokens: 0,
      cacheCreationTokens: 0,
      costNanoUsd: 9_000_000 + 3 * 4_500_000,
      unpriced: 1,
      escalations: 2,
      escalationsByRule: 1,
      clamped: 1,
      avoided: 1,
      savedNanoUsd: 5_000_000,
    })
  })

  test('every route in its order, with its signals', () => {
    expect(byRoute.map(({ route }) => route)).toEqual([...routes])
    expect(ofRoute('slack_dm')).toMatchObject({
      calls: 5,
      escalations: 2,
      escalationsByRule: 0,
      reasons: { decision_language: 1, low_confidence_marker: 1 },
      clampedSignals: { opus_prefix: 1 },
    })
    expect(ofRoute('tool_loop_iteration')).toMatchObject({ escalations: 0, escalationsByRule: 1, reasons: {} })
    expect(ofRoute('mcp_tool')).toMatchObject({ calls: 0, costNanoUsd: 0, reasons: {}, clampedSignals: {} })
  })

  test('every model, dearest first', () => {
    expect(byModel.map(({ model, calls }) => [model, calls])).toEqual([
      ['claude-haiku-4-5', 4],
      ['strong', 1],
      ['short_circuit', 1],
    ])
  })
})

describe('shares', () => {
  const counts = { calls: 12, escalations: 0, escalationsByRule: 0, avoided: 0 }

  test('cost 62: none of twelve is 0.0 %, not a missing router', () => {
    expect(escalationRate(counts)).toBe(0)
    expect(escalationText(counts)).toBe('0.0%')
  })

  test('what the router never decided is no part of it', () => {
    expect(escalationText({ calls: 20, escalations: 1, escalationsByRule: 4, avoided: 8 })).toBe('12.5%')
    expect(escalationRate({ ...counts, escalationsByRule: 12 })).toBeNull()
    expect(escalationText({ ...counts, calls: 0 })).toBe('—')
  })

  test('cost 63: three classes that never overlap', () => {
    expect(cacheShares({ inputTokens: 100, cacheReadTokens: 800, cacheCreationTokens: 100 })).toEqual({
      reads: 80,
      writes: 10,
      uncached: 10,
    })
    expect(cacheShares({ inputTokens: 0, cacheReadTokens: 0, cacheCreationTokens: 0 })).toBeNull()
  })
})

describe('the exported file', () => {
  test('sorted keys, two spaces, a final newline; it reads back', () => {
    const empty = publishedWindow([])
    const windows = { process_lifetime: empty, rolling_24h: publishedWindow(cells({})), monthly: empty }
    const text = exportDocument({ windows, writtenAtMs: Date.UTC(2026, 4, 11, 14, 0, 0, 999) })
    expect(text.split('\n').slice(0, 5)).toEqual([
      '{',
      '  "schema_version": 1,',
      '  "windows": {',
      '    "monthly": {',
      '      "alert_investigation": {',
    ])
    expect(text.endsWith('  "written_at": "2026-05-11T14:00:00Z"\n}\n')).toBe(true)
    expect(readExport(text)).toEqual({ schema_version: 1, written_at: '2026-05-11T14:00:00Z', windows })
  })

  test.each(['', '{', 'null', '[]', '"text"', '42', '{"a":1} x', '\u0000'])('cost 58: %j is none', (text) => {
    expect(readExport(text)).toBeNull()
  })
})
