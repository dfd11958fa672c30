import { describe, expect, it } from 'vitest'
import { LatencyWindow } from './LatencyWindow.ts'

const minute = 60_000
const now = 100 * 3_600_000

describe('LatencyWindow', () => {
  it('has 60 gaps and no percentile for what it never saw', () => {
    const { spark, p95Ms } = new LatencyWindow().summary('fly', now)
    expect(spark).toEqual(Array.from({ length: 60 }, () => null))
    expect(p95Ms).toBeNull()
  })

  it('means per minute, oldest first; an unmeasured check is a gap, not a zero', () => {
    const window = new LatencyWindow()
    window.add('fly', now - 30 * minute - 1_000, 100)
    window.add('fly', now - 30 * minute, 200)
    window.add('fly', now - 10 * minute, null)
    window.add('fly', now, 0)
    const { spark } = window.summary('fly', now)
    expect(spark[29]).toBe(150)
    expect(spark[49]).toBeNull()
    expect(spark[59]).toBe(0)
    expect(spark.filter((value) => value !== null)).toHaveLength(2)
  })

  it('says nothing about a tail of fewer than five', () => {
    const window = new LatencyWindow()
    for (let index = 0; index < 4; index++) window.add('fly', now - index, 10)
    for (let index = 0; index < 4; index++) window.add('doppler', now + index, 10)
    window.add('doppler', now + 4, 90)
    expect(window.summary('fly', now).p95Ms).toBeNull()
    expect(window.summary('doppler', now + 4).p95Ms).toBe(90)
  })

  it('forgets what is older than an hour, and a probe when told', () => {
    const window = new LatencyWindow()
    window.add('fly', now - 61 * minute, 1)
    window.add('fly', now, 2)
    expect(window.summary('fly', now).spark.filter((value) => value !== null)).toEqual([2])
    window.forget('fly')
    expect(window.summary('fly', now).spark.every((value) => value === null)).toBe(true)
  })

  it('drops a sample older than what is there: a clock that was set back', () => {
    const window = new LatencyWindow()
    window.add('fly', now, 5)
    window.add('fly', now - minute, 500)
    expect(window.summary('fly', now).spark.filter((value) => value !== null)).toEqual([5])
  })

  it('holds an hour of checks every 5 s, and the newest 1,024 of anything quicker', () => {
    const window = new LatencyWindow()
    for (let index = 0; index < 720; index++) window.add('fly', now - (719 - index) * 5_000, index)
    expect(window.summary('fly', now).spark.every((value) => value !== null)).toBe(true)
    expect(window.summary('fly', now).p95Ms).toBe(683)
    for (let index = 0; index < 5_000; index++) window.add('quick', now - (4_999 - index) * 100, index)
    expect(window.summary('quick', now).p95Ms).toBe(3_976 + Math.ceil(0.95 * 1_024) - 1)
  })

  it('puts what was stored before what arrived meanwhile, without doubling it', () => {
    const window = new LatencyWindow()
    window.add('fly', now - 2 * minute, 20)
    window.load('fly', [
      { atMs: now - 3 * minute, latencyMs: 10 },
      { atMs: now - 2 * minute, latencyMs: 999 },
      { atMs: now - minute, latencyMs: 999 },
    ])
    expect(window.summary('fly', now).spark.slice(55)).toEqual([null, 10, 20, null, null])
  })
})
