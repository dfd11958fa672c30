import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  barsPath,
  bucketAt,
  type Density,
  densityRows,
  densitySentence,
  gapBoxes,
  scaleWords,
  shareOf,
  stretchSpan,
  stretchWords,
} from './density.ts'

beforeAll(() => void vi.stubEnv('TZ', 'UTC'))
afterAll(() => void vi.unstubAllEnvs())

const minute = 60_000
const fromMs = Date.UTC(2026, 4, 12, 8)
const nowMs = fromMs + 60 * minute
const density: Density = {
  fromMs,
  bucketMs: 10 * minute,
  counts: [0, 4, 1, 400, 0, 0],
  total: 405,
  gaps: [{ fromMs: fromMs + 45 * minute, toMs: fromMs + 90 * minute, reason: 'asleep' }],
}

describe('geometry', () => {
  it('draws no bar for nothing, and one that can be seen for a single record', () => {
    expect(barsPath(density, 60, 40)).toBe('M10 40V38H19V40ZM20 40V38H29V40ZM30 40V0H39V40Z')
    expect(barsPath({ ...density, counts: [0, 0] }, 60, 40)).toBe('')
    // Bars of less than four pixels touch, and none is thinner than one.
    expect(barsPath({ ...density, counts: [1, 1, 1, 1] }, 2, 10)).toBe(
      'M0 10V0H1V10ZM1 10V0H2V10ZM1 10V0H2V10ZM2 10V0H3V10Z',
    )
  })

  it('finds the bar under a pointer, and keeps to the strip', () => {
    expect([-1, 0, 0.49, 0.5, 1, 7].map((share) => bucketAt(density, share))).toEqual([0, 0, 2, 3, 5, 5])
  })

  it('finds a moment in the strip, or says that it is outside', () => {
    expect(
      [fromMs - 1, fromMs, fromMs + 30 * minute, fromMs + 61 * minute].map((atMs) => shareOf(density, atMs)),
    ).toEqual([null, 0, 0.5, null])
  })

  it('cuts gaps at the edges of the strip', () => {
    expect(gapBoxes(density)).toEqual([{ left: 0.75, right: 1, words: 'asleep' }])
    expect(gapBoxes({ ...density, gaps: [{ fromMs: 0, toMs: fromMs, reason: 'crashed' }] })).toEqual([])
  })

  it('knows the time that bars stand for', () => {
    expect(stretchSpan(density, { first: 1, last: 3 })).toEqual({
      fromMs: fromMs + 10 * minute,
      toMs: fromMs + 40 * minute,
    })
  })
})

describe('words', () => {
  it('say what is pointed at, and why nothing was watched', () => {
    expect(stretchWords(density, { first: 1, last: 1 }, nowMs)).toBe('12 May 08:10 to 08:20: 4 records')
    expect(stretchWords(density, { first: 1, last: 3 }, nowMs)).toBe('12 May 08:10 to 08:40: 405 records')
    expect(stretchWords(density, { first: 4, last: 4 }, nowMs)).toBe(
      '12 May 08:40 to 08:50: no records, asleep 12 May 08:45 to 09:30',
    )
    const twice = { ...density, gaps: [...density.gaps, { fromMs, toMs: fromMs + minute, reason: 'crashed' as const }] }
    expect(stretchWords(twice, { first: 0, last: 5 }, nowMs)).toBe('12 May 08:00 to 09:00: 405 records, 2 gaps')
  })

  it('say the scale and the whole', () => {
    expect(scaleWords(density)).toBe('A bar is 10 min, the highest 400 records')
    expect(scaleWords({ ...density, counts: [0], total: 0 })).toBe('A bar is 10 min')
    expect(densitySentence(density, nowMs)).toBe(
      'Records from 12 May 08:00 to 09:00: 405 in all, most 400 on 12 May 08:30 to 08:40; 1 gap.',
    )
    expect(densitySentence({ ...density, counts: [0, 0], total: 0, gaps: [] }, nowMs)).toBe(
      'Records from 12 May 08:00 to 08:20: none; no gaps.',
    )
  })

  it('list bars and gaps in the order of time', () => {
    expect(densityRows(density, nowMs).map(({ span, what }) => `${span}: ${what}`)).toEqual([
      '12 May 08:10 to 08:20: 4 records',
      '12 May 08:20 to 08:30: 1 record',
      '12 May 08:30 to 08:40: 400 records',
      '12 May 08:45 to 09:30: asleep',
    ])
  })
})
