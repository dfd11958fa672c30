import { expect, it } from 'vitest'
import { aBudget } from '../../../test/fakes/spendViews.ts'
import { costState } from '../../domain/costState.ts'
import { publishedWindow } from '../../domain/costTelemetry.ts'
import { noUsage, routes } from '../../domain/ledger.ts'
import { createPublishedApi } from './publishedApi.ts'

it('computes only what is asked for, at the moment it is asked', () => {
  let reads = 0
  const api = createPublishedApi({
    costTelemetry: () => ({ reads: ++reads }),
    costState() {
      throw new Error('not asked for')
    },
  })
  expect(reads).toBe(0)
  expect([api('/api/cost_telemetry'), api('/api/cost_telemetry?tenant_id=other#x')]).toEqual([
    { status: 200, body: { reads: 1 } },
    { status: 200, body: { reads: 2 } },
  ])
  expect(() => api('/api/cost-state')).toThrow('not asked for')
})

it.each(['', '/', '/api', '/api/', '/api/cost_telemetry/', '/api/cost_state', '/x?/api/cost-state', '/api/__proto__'])(
  'publishes nothing at "%s"',
  (path) => {
    const api = createPublishedApi({ costTelemetry: () => ({}), costState: () => ({}) })
    expect(api(path)).toBeNull()
  },
)

/** Every key of a body, however deep. */
function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...keysOf(inner)])
}

it('publishes no key that looks like a credential', () => {
  const nowMs = Date.UTC(2026, 4, 11)
  const axis = { limit: 50, remaining: 49, resetAtMs: nowMs }
  const sums = { ...noUsage, calls: 2, costNanoUsd: 1, poolNanoUsd: 1, unpriced: 0, savedNanoUsd: 0 }
  const cells = routes.map((route) => {
    return { route, model: 'claude-opus-4-7', escalated: true, reason: 'opus_prefix', clampedSignal: '', ...sums }
  })
  const window = publishedWindow(cells)
  const api = createPublishedApi({
    costTelemetry: () => ({ process_lifetime: window, rolling_24h: window, monthly: window }),
    costState: () =>
      costState({
        budget: aBudget(),
        nowMs,
        thresholds: { warnPct: 75, downshiftPct: 90, stopPct: 100 },
        strongModel: 'claude-opus-4-7',
        reconciliations: [
          {
            id: '01',
            atMs: nowMs,
            periodMs: Date.UTC(2026, 4, 1),
            source: 'operator',
            localNanoUsd: 50e9,
            reportedNanoUsd: 52e9,
            diffPct: 0.0385,
            tolerance: 0.1,
            withinTolerance: true,
            adjustmentNanoUsd: 0,
            breakerReTripped: false,
          },
        ],
        pulse: { capturedAtMs: nowMs, requests: axis, tokens: axis },
      }),
  })
  for (const path of ['/api/cost_telemetry', '/api/cost-state']) {
    const keys = keysOf(api(path)?.body)
    expect(keys.length).toBeGreaterThan(20)
    expect(keys.filter((key) => /\b(token|secret|api_key|password|bearer|authorization)\b/i.test(key))).toEqual([])
    // The same with words as people read them, in `rate_limit_token` too.
    const looks = /(?<![a-z])(token|secret|api[_-]?key|password|bearer|authorization)(?![a-z])/i
    expect(keys.filter((key) => looks.test(key))).toEqual([])
  }
})
