import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rungOf } from './ladder.ts'
import { reconcile } from './reconciliation.ts'

const usd = (amount: number): number => Math.round(amount * 1e9)
const compare = (local: number, reported: number, tolerance = 0.1) =>
  reconcile({ localNanoUsd: usd(local), reportedNanoUsd: usd(reported), tolerance })

it('cost 22: a small difference is within tolerance and changes nothing', () => {
  const result = compare(50, 52)
  expect(result).toMatchObject({ diffNanoUsd: usd(2), withinTolerance: true, adjustmentNanoUsd: 0 })
  expect(result.diffPct).toBeCloseTo(0.0385, 4)
  expect(result.breakerReTripped).toBe(false)
})

it('cost 23: a large one raises what is spent, and with it the rung', () => {
  expect(compare(50, 80)).toEqual({
    diffNanoUsd: usd(30),
    diffPct: 0.375,
    withinTolerance: false,
    adjustmentNanoUsd: usd(30),
    breakerReTripped: true,
  })
  const thresholds = { warnPct: 75, downshiftPct: 90, stopPct: 100 }
  expect(rungOf({ spentNanoUsd: usd(50) + usd(30), poolNanoUsd: usd(100), thresholds })).toBe('warn_75')
})

it('cost 24: what the provider reports below our figure never lowers it', () => {
  expect(compare(80, 30)).toEqual({
    diffNanoUsd: -usd(50),
    diffPct: 0.625,
    withinTolerance: false,
    adjustmentNanoUsd: 0,
    breakerReTripped: false,
  })
})

it('metrics 31: 0.27 % is recorded, 15.89 % adjusts by 15.10', () => {
  const small = compare(79.9, 80.12, 0.05)
  expect((small.diffPct * 100).toFixed(2)).toBe('0.27')
  expect(small).toMatchObject({ withinTolerance: true, adjustmentNanoUsd: 0 })
  const large = compare(79.9, 95, 0.05)
  expect((large.diffPct * 100).toFixed(2)).toBe('15.89')
  expect(large).toMatchObject({ withinTolerance: false, adjustmentNanoUsd: usd(15.1), breakerReTripped: true })
})

it('metrics 32: an over-estimate is shown and stays', () => {
  expect(compare(79.9, 70, 0.05)).toMatchObject({ diffNanoUsd: -usd(9.9), adjustmentNanoUsd: 0 })
})

it('counts the tolerance itself as within', () => {
  expect(compare(90, 100, 0.1).withinTolerance).toBe(true)
  expect(reconcile({ localNanoUsd: usd(90) - 1, reportedNanoUsd: usd(100), tolerance: 0.1 }).withinTolerance).toBe(
    false,
  )
})

it('measures amounts below a cent against a cent', () => {
  expect(compare(0, 0).diffPct).toBe(0)
  expect(compare(0, 0.001)).toMatchObject({ diffPct: 0.1, withinTolerance: true })
})

it('never lowers what is spent, and never raises it past what is reported', () => {
  const figure = fc.integer({ min: 0, max: 1e15 })
  fc.assert(
    fc.property(figure, figure, fc.double({ min: 0, max: 1, noNaN: true }), (local, reported, tolerance) => {
      const { adjustmentNanoUsd, withinTolerance } = reconcile({
        localNanoUsd: local,
        reportedNanoUsd: reported,
        tolerance,
      })
      const raised = !withinTolerance && reported > local
      expect(local + adjustmentNanoUsd).toBe(raised ? reported : local)
    }),
  )
})

it.each([
  [{ reportedNanoUsd: -1 }, 'reportedNanoUsd'],
  [{ reportedNanoUsd: Number.NaN }, 'reportedNanoUsd'],
  [{ reportedNanoUsd: Number.POSITIVE_INFINITY }, 'reportedNanoUsd'],
  [{ reportedNanoUsd: 0.5 }, 'reportedNanoUsd'],
  [{ localNanoUsd: -1 }, 'localNanoUsd'],
  [{ tolerance: -0.01 }, 'tolerance'],
  [{ tolerance: 1.01 }, 'tolerance'],
  [{ tolerance: Number.NaN }, 'tolerance'],
])('refuses %o', (wrong, field) => {
  expect(() => reconcile({ localNanoUsd: 1, reportedNanoUsd: 1, tolerance: 0.1, ...wrong })).toThrow(
    expect.objectContaining({ code: 'bad_input', data: { field } }),
  )
})
