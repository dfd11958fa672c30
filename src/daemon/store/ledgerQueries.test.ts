import { beforeEach, describe, expect, test } from 'vitest'
import {
  aCorrection,
  aLedgerRow,
  anUnpricedRow,
  aReconciliation,
  periodMs,
  startMs,
} from '../../../test/fakes/records.ts'
import { seqAt } from './ledgerSeq.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { LedgerFilter } from '../../contract/spend.ts'
import { type LedgerRow, noUsage } from '../../domain/ledger.ts'
import type { Store } from './Store.ts'
import type { StoreReader } from './StoreReader.ts'

const minute = 60_000
const hour = 3_600_000
const day = 86_400_000
const cheapModel = 'claude-haiku-4-5'
const strongModel = 'claude-opus-4-7'

let store: Store
let reader: StoreReader

beforeEach(async () => {
  store = (await openTestStore()).store
  reader = store.reader
})

const ids = (id: string) => ({ id, requestId: id, reportId: id })
function call(id: string, afterMs: number, changes: Partial<LedgerRow> = {}): void {
  store.ledger.append(aLedgerRow({ ...ids(id), atMs: startMs + afterMs, ...changes }))
}
function unpriced(id: string, afterMs: number, changes: Partial<LedgerRow> = {}): void {
  store.ledger.append(anUnpricedRow({ ...ids(id), atMs: startMs + afterMs, ...changes }))
}
function avoided(id: string, afterMs: number): void {
  const free = { ...noUsage, model: 'short_circuit', costNanoUsd: 0, poolChargeNanoUsd: 0, savedNanoUsd: 3_000_000 }
  call(id, afterMs, free)
}

describe('a page of the ledger', () => {
  const page = async (filter: LedgerFilter, beforeSeq: number | null = null, limit = 9) => {
    const { rows, nextBeforeSeq } = await reader.ledgerPage(filter, beforeSeq, limit)
    return { ids: rows.map(({ id }) => id), nextBeforeSeq }
  }

  test('holds whole rows with the price they got later', async () => {
    unpriced('a', 0)
    call('b', 1, { reason: 'opus_prefix', escalated: true })
    store.ledger.correct(aCorrection({ requestId: 'a' }))
    expect((await reader.ledgerPage({}, null, 9)).rows).toEqual([
      {
        ...aLedgerRow({ ...ids('b'), atMs: startMs + 1, reason: 'opus_prefix', escalated: true }),
        seq: seqAt(startMs + 1),
        correctedCostNanoUsd: null,
        poolDeltaNanoUsd: 0,
        correctedAtMs: null,
      },
      {
        ...anUnpricedRow({ ...ids('a') }),
        seq: seqAt(startMs),
        correctedCostNanoUsd: 4_000_000,
        poolDeltaNanoUsd: aCorrection().poolDeltaNanoUsd,
        correctedAtMs: aCorrection().atMs,
      },
    ])
  })

  test('is followed by the next one until the end, newest first', async () => {
    // The clock was set back in between; two calls fall into one millisecond.
    for (const [index, at] of [10, 20, 30, 5, 20].entries()) call(String(index + 1), at)
    const seq = (at: number) => seqAt(startMs + at)
    expect(await page({}, null, 2)).toEqual({ ids: ['3', '5'], nextBeforeSeq: seq(20) + 1 })
    expect(await page({}, seq(20) + 1, 2)).toEqual({ ids: ['2', '1'], nextBeforeSeq: seq(10) })
    expect(await page({}, seq(10), 2)).toEqual({ ids: ['4'], nextBeforeSeq: null })
    expect(await page({}, seq(5), 2)).toEqual({ ids: [], nextBeforeSeq: null })
    expect(await page({}, null, 5)).toEqual({ ids: ['3', '5', '2', '1', '4'], nextBeforeSeq: null })
    expect((await page({ fromMs: startMs + 10, toMs: startMs + 30 })).ids).toEqual(['5', '2', '1'])
    expect((await page({ toMs: startMs + 10 })).ids).toEqual(['4'])
    expect((await page({ fromMs: startMs + 31 })).ids).toEqual([])
  })

  test('lets through what was asked for, and its totals agree', async () => {
    call('plain', 0)
    call('chat', 1, { route: 'slack_dm' })
    call('strong', 2, { model: strongModel, escalated: true, reason: 'decision_language', costNanoUsd: 20_000_000 })
    unpriced('unpriced', 3)
    unpriced('corrected', 0, { escalated: true })
    avoided('avoided', 5)
    store.ledger.correct(aCorrection({ requestId: 'corrected' }))
    const cases: [LedgerFilter, string[], cost: number, unpriced: number][] = [
      [{}, ['avoided', 'unpriced', 'strong', 'chat', 'corrected', 'plain'], 33_000_000, 1],
      [{ route: 'slack_dm' }, ['chat'], 4_500_000, 0],
      [{ model: strongModel }, ['strong'], 20_000_000, 0],
      [{ only: 'unpriced' }, ['unpriced'], 0, 1],
      [{ only: 'escalated' }, ['strong', 'corrected'], 24_000_000, 0],
      [{ only: 'avoided' }, ['avoided'], 0, 0],
      [{ only: 'corrected' }, ['corrected'], 4_000_000, 0],
      [{ only: 'corrected', fromMs: startMs + 1 }, [], 0, 0],
      [{ only: 'unpriced', toMs: startMs + 3 }, [], 0, 0],
      [{ only: 'escalated', model: strongModel, route: 'probe_investigation' }, ['strong'], 20_000_000, 0],
      [{ fromMs: startMs + 1, toMs: startMs + 3 }, ['strong', 'chat'], 24_500_000, 0],
      [{ model: "it's" }, [], 0, 0],
    ]
    for (const [filter, expected, costNanoUsd, without] of cases) {
      expect([filter, (await page(filter)).ids]).toEqual([filter, expected])
      const totals = { rows: expected.length, costNanoUsd, unpriced: without }
      expect([filter, await reader.ledgerTotals(filter)]).toEqual([filter, totals])
    }
  })
})

describe('the series', () => {
  const series = (fromMs: number, toMs: number, points: number) =>
    reader.spendSeries({ fromMs: startMs + fromMs, toMs: startMs + toMs, points, cheapModel })

  test('the narrowest width that gives no more points than asked for', async () => {
    const widths: [span: number, points: number, bucketMs: number, found: number][] = [
      [hour, 720, 5_000, 720],
      [hour, 719, 15_000, 240],
      [6 * hour, 360, minute, 360],
      [day, 288, 5 * minute, 288],
      [day, 120, 15 * minute, 96],
      [7 * day, 672, 15 * minute, 672],
      [7 * day, 400, 30 * minute, 336],
      [30 * day, 720, hour, 720],
      [30 * day, 130, 6 * hour, 121],
      [90 * day, 120, day, 91],
      [365 * day, 120, 4 * day, 93],
      [1, 1, 5_000, 1],
    ]
    for (const [span, points, bucketMs, found] of widths) {
      const result = await series(-span, 0, points)
      expect([span, points, result.bucketMs, result.points.length]).toEqual([span, points, bucketMs, found])
      const first = result.points[0]?.atMs ?? 0
      expect(first % bucketMs).toBe(0)
      expect(first).toBeLessThanOrEqual(startMs - span)
      expect(result.points.every((point, index) => point.atMs === first + index * bucketMs)).toBe(true)
      expect(first + found * bucketMs).toBeGreaterThanOrEqual(startMs)
    }
    await expect(series(0, 0, 10)).rejects.toMatchObject({ code: 'bad_input' })
  })

  test('sums of real calls: cheap and strong apart, later prices where their call was made', async () => {
    const tokens = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheCreationTokens: 4 }
    call('a', 0, tokens)
    call('b', 4_999, { model: strongModel, costNanoUsd: 20_000_000, ...tokens })
    unpriced('c', 5_000, tokens)
    unpriced('d', 5_001, tokens)
    avoided('e', 5_002)
    store.ledger.correct(aCorrection({ requestId: 'd', callAtMs: startMs + 5_001, atMs: startMs + day }))
    call('before', -1)
    call('after', 15_000)
    const { points } = await series(0, 15_000, 10)
    const none = {
      inputTokens: 0,
      outputTokens: 0,
      cacheTokens: 0,
      cheapNanoUsd: 0,
      strongNanoUsd: 0,
      calls: 0,
      unpriced: 0,
      covered: 0,
    }
    const two = { ...none, inputTokens: 2, outputTokens: 4, cacheTokens: 14, calls: 2 }
    expect(points).toEqual([
      { ...two, atMs: startMs, cheapNanoUsd: 4_500_000, strongNanoUsd: 20_000_000 },
      { ...two, atMs: startMs + 5_000, strongNanoUsd: 4_000_000, unpriced: 1 },
      { ...none, atMs: startMs + 10_000 },
    ])
  })

  test('every width adds up to the same', async () => {
    for (let index = 0; index < 200; index++) {
      const at = (index * 7_654_321) % (2 * day)
      if (index % 10 === 0) unpriced(String(index), at)
      else if (index % 10 === 1) avoided(String(index), at)
      // Some were charged to another period than their time lies in.
      else call(String(index), at, index % 3 === 0 ? { model: strongModel, periodMs: 0 } : {})
    }
    for (const row of store.ledger.unpriced(0, 10)) {
      store.ledger.correct(aCorrection({ id: row.id, requestId: row.requestId, callAtMs: row.atMs }))
    }
    const sum = async (points: number) => {
      const result = await series(-14 * hour, 2 * day + 10 * hour, points)
      const total = (field: 'calls' | 'inputTokens' | 'cheapNanoUsd' | 'strongNanoUsd' | 'unpriced') =>
        result.points.reduce((all, point) => all + point[field], 0)
      return {
        bucketMs: result.bucketMs,
        sums: [total('calls'), total('inputTokens'), total('cheapNanoUsd'), total('strongNanoUsd'), total('unpriced')],
      }
    }
    const narrow = await sum(20_000)
    const widths = await Promise.all([4_320, 300, 150, 100, 20, 3].map(sum))
    expect([narrow, ...widths].map(({ bucketMs }) => bucketMs)).toEqual([
      15_000,
      minute,
      15 * minute,
      30 * minute,
      hour,
      6 * hour,
      day,
    ])
    for (const { sums } of widths) expect(sums).toEqual(narrow.sums)
    expect(narrow.sums[0]).toBe(180)
    expect(narrow.sums[4]).toBe(10)
  })

  test('how much of each bucket Kora was running, and why it was not', async () => {
    const spans: [number, number, 'suspend' | 'crash' | null][] = [
      [0, 45_000, 'suspend'],
      [60_000, 90_000, 'crash'],
      [150_000, 200_000, null],
    ]
    for (const [fromMs, toMs, endedBy] of spans) {
      const id = store.spans.begin('boot', startMs + fromMs)
      if (endedBy) store.spans.end(id, startMs + toMs, endedBy)
      else store.spans.extend(id, startMs + toMs)
    }
    const { bucketMs, points, gaps } = await series(-minute, 200_000, 5)
    expect(bucketMs).toBe(minute)
    // Of the minute that is not over, all there was.
    expect(points.map(({ covered }) => covered)).toEqual([0, 0.75, 0.5, 0.5, 1])
    expect(gaps).toEqual([
      { fromMs: startMs + 45_000, toMs: startMs + 60_000, reason: 'asleep' },
      { fromMs: startMs + 90_000, toMs: startMs + 150_000, reason: 'crashed' },
    ])
    // A stretch that ends within a bucket of the past: the whole bucket counts.
    expect((await series(0, 61_000, 2)).points.map(({ covered }) => covered)).toEqual([0.75, 0.5])
    expect((await series(0, 50_000, 1)).gaps).toEqual([
      { fromMs: startMs + 45_000, toMs: startMs + 50_000, reason: 'asleep' },
    ])
  })
})

describe('months', () => {
  test('every period there is, newest first, with what it came to', async () => {
    const june = Date.UTC(2026, 5, 1)
    const july = Date.UTC(2026, 6, 1)
    call('a', 0)
    unpriced('b', 0)
    unpriced('c', 0)
    avoided('d', 0)
    call('e', 30 * day, { periodMs: june })
    store.ledger.correct(aCorrection({ requestId: 'b' }))
    store.ledger.reconcile(aReconciliation({ adjustmentNanoUsd: 1_000, reportedNanoUsd: 7 }))
    store.ledger.reconcile(aReconciliation({ id: 'later', adjustmentNanoUsd: 500, reportedNanoUsd: 9 }))
    store.ledger.openPeriod({
      startMs: july,
      endMs: Date.UTC(2026, 7, 1),
      openedAtMs: july,
      clearedCostPause: false,
      rampUntilMs: null,
    })
    const empty = { adjustmentNanoUsd: 0, reportedNanoUsd: null, unpriced: 0, avoided: 0, savedNanoUsd: 0 }
    expect(await reader.months()).toEqual([
      { ...empty, periodMs: july, spentNanoUsd: 0, calls: 0 },
      { ...empty, periodMs: june, spentNanoUsd: 4_500_000, calls: 1 },
      {
        periodMs,
        spentNanoUsd: 4_500_000 + 4_000_000 + 5_000_000 + 1_500,
        adjustmentNanoUsd: 1_500,
        reportedNanoUsd: 9,
        calls: 3,
        unpriced: 1,
        avoided: 1,
        savedNanoUsd: 3_000_000,
      },
    ])
  })

  test('none on an empty store', async () => {
    expect(await reader.months()).toEqual([])
    expect(await reader.ledgerPage({ fromMs: 0 }, null, 9)).toEqual({ rows: [], nextBeforeSeq: null })
    expect(await reader.ledgerTotals({})).toEqual({ rows: 0, costNanoUsd: 0, unpriced: 0 })
  })
})
