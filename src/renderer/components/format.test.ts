import { describe, expect, it } from 'vitest'
import {
  countOf,
  formatAge,
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatExact,
  formatInterval,
  formatLatency,
  formatMoment,
  formatStamp,
  formatUntil,
  sentenceCase,
} from './format.ts'

const utc = { timeZone: 'UTC' }
/** Thursday. */
const now = Date.UTC(2026, 4, 14, 14, 2, 31)
const s = 1_000
const min = 60 * s
const h = 60 * min
const d = 24 * h

describe('ages', () => {
  it.each([
    [0, '0 s'],
    [12 * s, '12 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [4 * min + 59 * s, '4 min'],
    [h, '1 h'],
    [23 * h + 59 * min, '23 h'],
    [2 * d, 'Tue 14:02'],
    [61 * d, '14 Mar 14:02'],
    [365 * d, '14 May 2025 14:02'],
  ])('reads %i ms as %s', (age, text) => {
    expect(formatAge(now - age, now, utc)).toBe(text)
  })

  it('never reads a future time as a negative age', () => {
    expect(formatAge(now + 3 * s, now, utc)).toBe('0 s')
  })

  it('says ago only while it is an age', () => {
    expect(formatAgo(now - 3 * h, now, utc)).toBe('3 h ago')
    expect(formatAgo(now - 2 * d, now, utc)).toBe('on Tue 14:02')
  })

  it('counts down to what is due', () => {
    expect(formatUntil(now, now, utc)).toBe('now')
    expect(formatUntil(now + 1, now, utc)).toBe('in 1 s')
    expect(formatUntil(now + 90 * s, now, utc)).toBe('in 2 min')
    expect(formatUntil(now + 5 * h, now, utc)).toBe('in 5 h')
    expect(formatUntil(now + 2 * d, now, utc)).toBe('Sat 14:02')
  })
})

describe('stamps', () => {
  it('shortens with distance', () => {
    expect(formatStamp(now - h, now, utc)).toBe('13:02')
    expect(formatStamp(now - d, now, utc)).toBe('Wed')
    expect(formatStamp(now - 30 * d, now, utc)).toBe('14 Apr')
  })

  it('names the day of a moment only where it is another one', () => {
    expect(formatMoment(now + h, now, utc)).toBe('15:02')
    expect(formatMoment(now - d, now, utc)).toBe('Wed 14:02')
    expect(formatMoment(now + 30 * d, now, utc)).toBe('13 Jun 14:02')
  })

  it('follows the zone, not UTC', () => {
    expect(formatClock(now, { timeZone: 'Asia/Tokyo' })).toBe('23:02')
    expect(formatClock(Date.UTC(2026, 4, 14, 0, 0), utc)).toBe('00:00')
  })

  it('names the month in three letters whatever the ICU version', () => {
    expect(formatDay(Date.UTC(2026, 8, 3), now, utc)).toBe('3 Sep')
  })

  it('gives local and UTC, and the UTC day when it differs', () => {
    expect(formatExact(now, { timeZone: 'Europe/Paris' })).toBe('Thu 14 May 2026, 16:02:31 (14:02:31 UTC)')
    expect(formatExact(Date.UTC(2026, 4, 14, 20, 0), { timeZone: 'Asia/Tokyo' })).toBe(
      'Fri 15 May 2026, 05:00:00 (14 May 2026, 20:00:00 UTC)',
    )
  })
})

describe('spans', () => {
  it.each([
    [0, '0 ms'],
    [212, '212 ms'],
    [1_840, '1.8 s'],
    [41 * s, '41 s'],
    [12 * min + 30 * s, '12 min'],
    [3 * h, '3 h'],
    [3 * h + 12 * min, '3 h 12 min'],
    [4 * d + 3 * h, '4 d 3 h'],
    [2 * d, '2 d'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it('prints an interval as it was set', () => {
    expect([30 * s, 90 * s, 5 * min, h, 24 * h].map(formatInterval)).toEqual(['30 s', '90 s', '5 min', '1 h', '24 h'])
  })
})

describe('figures', () => {
  it('keeps the unit with the latency and never invents one', () => {
    expect([null, 58, 999, 1_840, 12_400].map(formatLatency)).toEqual(['–', '58 ms', '999 ms', '1.84 s', '12.4 s'])
  })

  it('scales bytes', () => {
    expect([0, 999, 1_000, 38_100_000, 250_000_000, 1_300_000_000].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '38.1 MB',
      '250 MB',
      '1.3 GB',
    ])
  })

  it('puts thin spaces between thousands', () => {
    expect([null, 0, 999, 1_204, 12_000, 1_234_567].map(formatCount)).toEqual([
      '–',
      '0',
      '999',
      '1\u2009204',
      '12\u2009000',
      '1\u2009234\u2009567',
    ])
  })

  it('counts in words', () => {
    expect([countOf(0, 'service'), countOf(1, 'service'), countOf(2, 'reply', 'replies')]).toEqual([
      'no services',
      '1 service',
      '2 replies',
    ])
    expect(sentenceCase('not configured')).toBe('Not configured')
  })
})
