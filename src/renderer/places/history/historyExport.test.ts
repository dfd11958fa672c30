import { describe, expect, it } from 'vitest'
import type { HistoryItem } from '../../../contract/history.ts'
import type { CockpitClient } from '../../client/types.ts'
import { historyFormats, historySource } from './historyExport.ts'
import { logLine, rawText } from './record.ts'

const audit: HistoryItem = {
  id: 1,
  atMs: Date.UTC(2026, 4, 12, 14, 2, 10, 123),
  kind: 'wake',
  seam: 'probe.wake_requested',
  known: true,
  tone: 'trouble',
  text: '=Woke up for fly',
  aside: 'second, bad check',
  severity: 'critical',
  costNanoUsd: 11_300_000,
  origin: 'cron',
  sessionId: 'probe:fly:service_unhealthy',
  correlationId: 'inc_1',
  route: '/investigations/inc_1',
  record: {
    emitted_at: '2026-05-12T14:02:10.123000Z',
    seam: 'probe.wake_requested',
    details: { probe: 'fly', title: 'HTTP 401' },
    caller_session_id: 'probe:fly:service_unhealthy',
    source: 'cron',
    seq: 12_340,
    hash: 'ab',
  },
}
const gap: HistoryItem = {
  ...audit,
  kind: 'gap',
  seam: 'daemon.not_running',
  origin: null,
  sessionId: null,
  correlationId: null,
  costNanoUsd: null,
  aside: null,
  text: 'The machine was asleep for 4 h',
  record: { from_ms: 1, to_ms: 2, reason: 'asleep' },
}

const shape = (extension: string) => {
  const found = historyFormats.find((format) => format.shape.extension === extension)
  if (!found) throw new Error(`there is no format ${extension}`)
  return found.shape
}

describe('a line of JSON', () => {
  it('audit 3: is an audit row in its published shape, and no key more', () => {
    expect(JSON.parse(shape('jsonl').row(audit))).toEqual({
      emitted_at: '2026-05-12T14:02:10.123000Z',
      seam: 'probe.wake_requested',
      details: { probe: 'fly', title: 'HTTP 401' },
      caller_session_id: 'probe:fly:service_unhealthy',
      source: 'cron',
    })
  })

  it('is any other record under the same keys', () => {
    expect(JSON.parse(shape('jsonl').row(gap))).toEqual({
      emitted_at: '2026-05-12T14:02:10.123000Z',
      seam: 'daemon.not_running',
      details: { from_ms: 1, to_ms: 2, reason: 'asleep' },
      caller_session_id: null,
      source: null,
    })
    expect(logLine({ ...gap, sessionId: 's', record: undefined })).toMatchObject({
      details: {},
      caller_session_id: 's',
    })
  })

  it('takes rows of other versions as they are', () => {
    const odd = { ...audit, record: { ...audit.record, details: null, caller_session_id: 7, source: undefined } }
    expect(logLine(odd)).toMatchObject({ details: {}, caller_session_id: null, source: null })
  })
})

describe('a line of a table', () => {
  it('has its columns, and lets nobody else write a formula', () => {
    expect(shape('csv').head).toBe('time,kind,seam,source,session,correlation,text,aside,cost_usd,details\r\n')
    expect(shape('csv').row(audit)).toBe(
      `2026-05-12T14:02:10.123Z,wake,probe.wake_requested,cron,probe:fly:service_unhealthy,inc_1,'=Woke up for fly,"second, bad check",0.0113,"{""probe"":""fly"",""title"":""HTTP 401""}"\r\n`,
    )
    expect(shape('csv').row(gap)).toContain(',,,,The machine was asleep for 4 h,,,')
  })
})

it('counts between the ends of the strip, and reads pages of five hundred with their records', async () => {
  const asked: unknown[] = []
  const history = {
    density: (input: unknown) => {
      asked.push(input)
      return Promise.resolve({ total: 2 })
    },
    query: (input: unknown) => {
      asked.push(input)
      return Promise.resolve({ items: [audit], next: null })
    },
  }
  const client = { history } as unknown as CockpitClient
  const source = historySource(
    client,
    { fromMs: 5, kinds: ['wake'], file: 'his_1' },
    { fromMs: 5, toMs: 9, buckets: 3 },
  )
  const { signal } = new AbortController()
  expect(await source.count(signal)).toBe(2)
  expect(await source.page(77, source.pageRows, signal)).toEqual({ rows: [audit], next: null })
  expect(asked).toEqual([
    { fromMs: 5, toMs: 9, buckets: 1, kinds: ['wake'], file: 'his_1' },
    { fromMs: 5, kinds: ['wake'], file: 'his_1', before: 77, limit: 500, records: true },
  ])
})

it('shows a stored record so that nothing in it hides, and it reads back the same', () => {
  const hostile = { text: 'a\u202eb\u200bc\u0007\u2028d\u009f', '\u{e0001}': '<script>' }
  const text = rawText(hostile)
  expect(text).toContain('a\\u202eb\\u200bc\\u0007\\u2028d\\u009f')
  expect(/[\p{Cf}\p{Zl}]/u.test(text)).toBe(false)
  expect(JSON.parse(text)).toEqual(hostile)
})
