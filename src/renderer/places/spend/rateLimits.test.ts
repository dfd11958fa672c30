import { expect, it } from 'vitest'
import { limitJudgement } from './rateLimits.ts'

it.each([
  [1_000, 1_000, 'well'],
  [1_000, 250, 'well'],
  [1_000, 249, 'attention'],
  [1_000, 100, 'attention'],
  [1_000, 99, 'trouble'],
  [0, 0, 'trouble'],
] as const)('of %i, %i left is %s', (limit, remaining, tone) => {
  expect(limitJudgement({ limit, remaining }).tone).toBe(tone)
})
