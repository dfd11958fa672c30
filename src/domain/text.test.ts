import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clip } from './text.ts'

describe('clip', () => {
  it.each([
    ['short', 10, 'short'],
    ['exactly ten', 11, 'exactly ten'],
    ['exactly ten', 10, 'exactly t…'],
    ['ab🚨', 4, 'ab🚨'],
    ['ab🚨cd', 4, 'ab…'],
    ['anything', 1, '…'],
    ['', 0, ''],
  ])('%j to %i is %j', (text, most, clipped) => {
    expect(clip(text, most)).toBe(clipped)
  })

  it('never exceeds its limit and never leaves half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, most) => {
        const clipped = clip(text, most)
        expect(clipped.length).toBeLessThanOrEqual(most)
        expect(clipped.isWellFormed()).toBe(true)
      }),
    )
  })
})
