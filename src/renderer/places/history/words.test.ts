import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fileName, headline, indexingWords, progressShare, progressWords, spanWords } from './words.ts'

beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'))
afterAll(() => void vi.unstubAllEnvs())

const nowMs = Date.UTC(2026, 4, 12, 12, 14, 4)
const at = (hour: number, minute = 0, second = 0) => Date.UTC(2026, 4, 12, hour, minute, second)

describe('spanWords', () => {
  it('says the day once when it is one, the year when it is not this one, seconds when there are any', () => {
    expect(spanWords(at(6), at(18), nowMs)).toBe('12 May 08:00 to 20:00')
    expect(spanWords(at(-12), at(12, 14), nowMs)).toBe('11 May 14:00 to 12 May 14:14')
    expect(spanWords(at(6, 0, 10), at(6, 1), nowMs)).toBe('12 May 08:00:10 to 08:01')
    expect(spanWords(Date.UTC(2025, 11, 31, 22), Date.UTC(2026, 0, 1), nowMs)).toBe('31 Dec 2025 23:00 to 1 Jan 01:00')
  })

  it('follows the clock through its change', () => {
    // 29 March 2026: 02:00 does not exist in Berlin.
    expect(spanWords(Date.UTC(2026, 2, 29, 0, 30), Date.UTC(2026, 2, 29, 1, 30), nowMs)).toBe('29 Mar 01:30 to 03:30')
  })
})

describe('headline', () => {
  const shown = { fromMs: at(6), endMs: nowMs, live: true, total: 1_204, narrowed: false, fileName: null }

  it('says what is shown, and how much', () => {
    expect(headline(shown, nowMs)).toBe('12 May 08:00 to 14:14, 1\u2009204 records')
    expect(headline({ ...shown, total: null }, nowMs)).toBe('12 May 08:00 to 14:14')
    expect(headline({ ...shown, live: false }, nowMs)).toBe('12 May 08:00 to 14:14:04, 1\u2009204 records')
  })

  it('says how much of it matches', () => {
    const counts = [0, 1, 2].map((total) => headline({ ...shown, total, narrowed: true }, nowMs).split(', ')[1])
    expect(counts).toEqual(['nothing matches', '1 record matches', '2 records match'])
  })

  it('says whose records they are when it is a file’s', () => {
    expect(headline({ ...shown, fileName: 'kora-2026-05-11.db' }, nowMs)).toMatch(/^kora-2026-05-11\.db: 12 May/)
  })
})

it('speaks of the index only while it is far behind', () => {
  expect([indexingWords(430, 0), indexingWords(430, 200)]).toEqual([null, null])
  expect(indexingWords(430, 570)).toBe('Indexing older records, 43 % done: 430 of 1\u2009000 can be found')
})

it('names a file by its last part, on any machine', () => {
  const names = ['/home/a/kora.db', 'C:\\Users\\a\\kora.db', '\\\\nas\\k\\kora.db', 'kora.db', '/'].map(fileName)
  expect(names).toEqual(['kora.db', 'kora.db', 'kora.db', 'kora.db', '/'])
})

describe('progress of opening', () => {
  it('counts in bytes, in records, or not at all', () => {
    const progress = { kind: 'progress', done: 12_300_000, of: 36_200_000 } as const
    expect(progressWords({ ...progress, step: 'copying' })).toBe('Step 1 of 4: copying the file, 12.3 MB of 36.2 MB')
    expect(progressWords({ kind: 'progress', step: 'checking', done: 0, of: null })).toBe(
      'Step 2 of 4: checking the copy',
    )
    expect(progressWords({ kind: 'progress', step: 'indexing', done: 500, of: 12_000 })).toBe(
      'Step 4 of 4: indexing its records, 500 of 12\u2009000',
    )
    expect([
      progressShare({ ...progress, step: 'copying' }),
      progressShare({ ...progress, step: 'checking', of: null }),
    ]).toEqual([12.3 / 36.2, null])
  })
})
