import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatDuration, utcSeconds } from './time.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

it.each([
  [-5_000, '0 s'],
  [0, '0 s'],
  [499, '0 s'],
  [40_000, '40 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [minute, '1 min'],
  [12 * minute + 59_000, '12 min'],
  [59 * minute + 59_499, '59 min'],
  [hour, '1 h'],
  [3 * hour + 5 * minute, '3 h 5 min'],
  [day - 1, '1 d'],
  [day, '1 d'],
  [2 * day + 4 * hour, '2 d 4 h'],
  [2 * day + 59 * minute, '2 d'],
  [400 * day, '400 d'],
])('%i ms read %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

it('always reads as one or two whole figures', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 * day }), (ms) => {
      expect(formatDuration(ms)).toMatch(/^(\d+ s|\d+ min|\d+ h( \d+ min)?|\d+ d( \d+ h)?)$/)
    }),
  )
})

it('writes any moment as UTC, to the second', () => {
  expect(utcSeconds(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05Z')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
      expect(utcSeconds(ms)).toBe(`${new Date(ms).toISOString().slice(0, 19)}Z`)
    }),
  )
})
