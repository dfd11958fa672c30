import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectivityVerdict, type ReachResult, type TargetResult } from './connectivity.ts'
import { type ProbeStatus, probeStatuses } from './observation.ts'

const sinceMs = 1_000
const observedAtMs = 2_000

function probe(host: string, status: ProbeStatus, atMs = observedAtMs): ReachResult {
  return { hosts: [host], status, observedAtMs: atMs }
}

const up: TargetResult = { reachable: true, atMs: observedAtMs }
const down: TargetResult = { reachable: false, atMs: observedAtMs }

function verdict(results: readonly ReachResult[], targets: readonly TargetResult[] = [], targetsConfigured = 0) {
  return connectivityVerdict({ results, targets, targetsConfigured, sinceMs })
}

describe('connectivityVerdict without targets', () => {
  it.each([
    { name: 'nothing was looked at', results: [], is: 'undecided' },
    { name: 'two hosts fail', results: [probe('a', 'unreachable'), probe('b', 'unreachable')], is: 'undecided' },
    {
      name: 'three probes of one host fail',
      results: [probe('a', 'unreachable'), probe('a', 'unreachable'), probe('a', 'unreachable')],
      is: 'undecided',
    },
    {
      name: 'three hosts fail',
      results: [probe('a', 'unreachable'), probe('b', 'unreachable'), probe('c', 'unreachable')],
      is: 'not_watching',
    },
    {
      name: 'one probe with three hosts fails',
      results: [{ hosts: ['a', 'b', 'c'], status: 'unreachable', observedAtMs } as const],
      is: 'not_watching',
    },
    {
      name: 'three hosts fail and one answers with trouble',
      results: [
        probe('a', 'unreachable'),
        probe('b', 'unreachable'),
        probe('c', 'unreachable'),
        probe('d', 'unhealthy'),
      ],
      is: 'watching',
    },
    {
      name: 'three hosts fail and one answered before the cycle',
      results: [
        probe('a', 'unreachable'),
        probe('b', 'unreachable'),
        probe('c', 'unreachable'),
        probe('d', 'healthy', 999),
      ],
      is: 'not_watching',
    },
    {
      name: 'one of three failures lies before the cycle',
      results: [probe('a', 'unreachable'), probe('b', 'unreachable'), probe('c', 'unreachable', 999)],
      is: 'undecided',
    },
    {
      name: 'a probe without credentials is no host that failed',
      results: [probe('a', 'unreachable'), probe('b', 'unreachable'), probe('c', 'not_configured')],
      is: 'undecided',
    },
    {
      name: 'probes already marked as cut off go on counting',
      results: [probe('a', 'not_watching'), probe('b', 'not_watching'), probe('c', 'unreachable')],
      is: 'not_watching',
    },
  ])('$name: $is', ({ results, is }) => {
    expect(verdict(results)).toBe(is)
  })

  it.each(probeStatuses)('a probe that is %s shows whether something answered', (status) => {
    const failing = ['a', 'b', 'c'].map((host) => probe(host, 'unreachable'))
    const answered = ['healthy', 'degraded', 'unhealthy'].includes(status)
    expect(verdict([...failing, probe('d', status)])).toBe(answered ? 'watching' : 'not_watching')
  })
})

describe('connectivityVerdict with targets', () => {
  const two = [probe('a', 'unreachable'), probe('b', 'unreachable')]

  it.each([
    { name: 'two hosts and every target fail', results: two, targets: [down, down], configured: 2, is: 'not_watching' },
    { name: 'two hosts fail, one target answers', results: two, targets: [down, up], configured: 2, is: 'watching' },
    { name: 'one target is not looked at yet', results: two, targets: [down], configured: 2, is: 'undecided' },
    {
      name: 'a target was looked at before the cycle',
      results: two,
      targets: [down, { reachable: false, atMs: 999 }],
      configured: 2,
      is: 'undecided',
    },
    {
      name: 'a target answered before the cycle',
      results: two,
      targets: [{ reachable: true, atMs: 999 }],
      configured: 1,
      is: 'undecided',
    },
    {
      name: 'one host and every target fail',
      results: [probe('a', 'unreachable')],
      targets: [down],
      configured: 1,
      is: 'undecided',
    },
    {
      name: 'a probe answers though every target fails',
      results: [...two, probe('c', 'healthy')],
      targets: [down],
      configured: 1,
      is: 'watching',
    },
  ])('$name: $is', ({ results, targets, configured, is }) => {
    expect(verdict(results, targets, configured)).toBe(is)
  })
})

it('never says "not watching" while anything answered, whatever the order', () => {
  const result = fc.record({
    hosts: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 2 }),
    status: fc.constantFrom(...probeStatuses),
    observedAtMs: fc.constantFrom(999, 1_000, 2_000),
  })
  fc.assert(
    fc.property(fc.array(result), fc.integer({ min: 0, max: 2 }), (results, targetsConfigured) => {
      const targets = Array.from({ length: targetsConfigured }, () => down)
      const said = verdict(results, targets, targetsConfigured)
      expect(verdict(results.toReversed(), targets, targetsConfigured)).toBe(said)
      const now = results.filter((one) => one.observedAtMs >= sinceMs)
      const answered = now.some((one) => ['healthy', 'degraded', 'unhealthy'].includes(one.status))
      expect(said === 'watching').toBe(answered)
    }),
  )
})
