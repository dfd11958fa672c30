import { expect, it } from 'vitest'
import { freshness } from './freshness.ts'

const nowMs = 1_000_000

it.each([
  [null, 'unknown'],
  [0, 'fresh'],
  [450_000, 'fresh'],
  [450_001, 'ageing'],
  [900_000, 'ageing'],
  [900_001, 'stale'],
  [-5_000, 'fresh'],
] as const)('a reading of %s ms ago, expected every 300,000 ms, is %s', (ageMs, is) => {
  expect(freshness(ageMs === null ? null : nowMs - ageMs, 300_000, nowMs)).toBe(is)
})
