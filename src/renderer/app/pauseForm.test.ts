import { expect, it } from 'vitest'
import { blankPause, minutesProblem, type PauseForm, pauseAsked, pauseEndMs } from './pauseForm.ts'

const now = Date.UTC(2026, 4, 12, 14)
const asked = (change: Partial<PauseForm>) => pauseAsked({ ...blankPause, ...change }, now, 'UTC')

it('asks for an hour of the mildest kind unless told otherwise', () => {
  expect(asked({})).toEqual({ forMs: 3_600_000, level: 1, criticals: false, reason: '' })
  expect(asked({ length: 'resume', level: '3', criticals: true, reason: '  moving the shop ' })).toEqual({
    forMs: null,
    level: 3,
    criticals: true,
    reason: 'moving the shop',
  })
})

it.each<[PauseForm['length'], number | null | undefined]>([
  ['half', now + 1_800_000],
  ['four', now + 14_400_000],
  ['morning', Date.UTC(2026, 4, 13, 7)],
  ['resume', null],
  ['other', now + 90 * 60_000],
])('%s ends when it says', (length, endMs) => {
  expect(pauseEndMs({ ...blankPause, length }, now, 'UTC')).toBe(endMs)
})

it('asks for nothing while the minutes are none, or too many', () => {
  expect(asked({ length: 'other', minutes: null })).toBeNull()
  expect(asked({ length: 'other', minutes: 43_201 })).toBeNull()
  expect(minutesProblem({ ...blankPause, length: 'other', minutes: 0 })).toMatch(/30 days/)
  expect(minutesProblem({ ...blankPause, length: 'hour', minutes: 0 })).toBeNull()
})
