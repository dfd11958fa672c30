import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  aCorrection,
  aLedgerRow,
  anUnpricedRow,
  aReconciliation,
  aReservation,
  periodMs,
  startMs,
} from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { LedgerRow } from '../../domain/ledger.ts'
import type { BillingPeriod } from './LedgerRepository.ts'

const account = 'api_key'
const hour = 3_600_000
const next = (name: string, changes: Partial<LedgerRow> = {}) =>
  aLedgerRow({ id: name, requestId: name, reportId: name, ...changes })
const broken = expect.objectContaining({ code: 'bad_input' })

test('a row comes back as it was written', async () => {
  const { ledger } = (await openTestStore()).store
  const row = aLedgerRow({
    escalated: true,
    reason: 'decision_language',
    clampedSignal: 'opus_prefix',
    parentRoute: 'slack_dm',
    rung: 'warn_75',
    cacheCreationTokens: 9,
    cacheCreation1hTokens: 4,
    savedNanoUsd: 7,
    note: 'usage_negative:input_tokens',
  })
  expect(ledger.append(row)).toBe('inserted')
  expect(ledger.bySubject('investigation:inv_1')).toEqual([row])
  expect(ledger.row(row.requestId)).toEqual(row)
  expect(ledger.row('other')).toBeNull()
})

test('the same request twice is one row and one charge', async () => {
  const { ledger } = (await openTestStore()).store
  expect(ledger.append(aLedgerRow())).toBe('inserted')
  expect(ledger.append(aLedgerRow({ id: 'other', reportId: 'other', costNanoUsd: 9 }))).toBe('duplicate')
  expect(ledger.sum(0)).toEqual({ costNanoUsd: 4_500_000, poolChargeNanoUsd: 4_500_000, unpriced: 0, calls: 1 })
})

test('the same report of the same source twice is one row; of another source it is its own', async () => {
  const { ledger } = (await openTestStore()).store
  ledger.append(aLedgerRow())
  expect(ledger.append(aLedgerRow({ id: 'b', requestId: 'b' }))).toBe('duplicate')
  expect(ledger.append(aLedgerRow({ id: 'c', requestId: 'c', sourceId: 'import' }))).toBe('inserted')
})

test('a clock that stands still loses no call', async () => {
  const { store } = await openTestStore()
  const { ledger } = store
  store.transaction(() => {
    for (let no = 0; no < 1_030; no++) {
      expect(ledger.append(aLedgerRow({ requestId: `r${no}`, reportId: `r${no}` }))).toBe('inserted')
    }
  })
  expect(ledger.sum(0).calls).toBe(1_030)
  expect(ledger.sum(startMs).calls).toBe(1_030)
})

test('a report that came under another request id first is known all the same', async () => {
  const { ledger } = (await openTestStore()).store
  expect(ledger.append(aLedgerRow({ requestId: 'a', reportId: 'report', sourceId: 'import' }))).toBe('inserted')
  expect(ledger.append(aLedgerRow({ requestId: 'report', reportId: 'report', sourceId: 'import' }))).toBe('duplicate')
  expect(ledger.append(aLedgerRow({ requestId: 'b', reportId: 'report', sourceId: 'import' }))).toBe('duplicate')
  expect(ledger.append(aLedgerRow({ requestId: 'report', reportId: 'report', sourceId: 'other' }))).toBe('inserted')
  expect(ledger.sum(0).calls).toBe(2)
})

test('sums tell what was priced, what was charged and what has no price', async () => {
  const { ledger } = (await openTestStore()).store
  ledger.append(aLedgerRow())
  const unpriced = { id: 'b', requestId: 'b', reportId: 'b', atMs: startMs + 1, poolChargeNanoUsd: 75_000_000 }
  ledger.append(anUnpricedRow(unpriced))
  expect(ledger.sum(startMs)).toEqual({ costNanoUsd: 4_500_000, poolChargeNanoUsd: 79_500_000, unpriced: 1, calls: 2 })
  expect(ledger.sum(startMs + 1)).toEqual({ costNanoUsd: 0, poolChargeNanoUsd: 75_000_000, unpriced: 1, calls: 1 })
  expect(ledger.sum(startMs + 2)).toEqual({ costNanoUsd: 0, poolChargeNanoUsd: 0, unpriced: 0, calls: 0 })
})

test('nanodollars of a large pool stay exact', async () => {
  const { ledger } = (await openTestStore()).store
  const cost = 4_503_599_627_370_495
  ledger.append(aLedgerRow({ costNanoUsd: cost, poolChargeNanoUsd: cost }))
  ledger.append(aLedgerRow({ id: 'b', requestId: 'b', reportId: 'b', costNanoUsd: cost, poolChargeNanoUsd: cost }))
  expect(ledger.sum(0).costNanoUsd).toBe(9_007_199_254_740_990)
})

test.each<Partial<LedgerRow>>([
  { costNanoUsd: -1 },
  { costNanoUsd: 0.5 },
  { costNanoUsd: Number.NaN },
  { costNanoUsd: Number.POSITIVE_INFINITY },
  { poolChargeNanoUsd: -1 },
  { inputTokens: -1 },
  { cacheCreation1hTokens: -1 },
  { savedNanoUsd: -1 },
  { atMs: 0.5 },
  { periodMs: Number.NaN },
])('money, tokens and times are whole, money and tokens not negative: %j', async (change) => {
  const { ledger } = (await openTestStore()).store
  expect(() => ledger.append(aLedgerRow(change))).toThrow(broken)
  expect(ledger.sum(0).calls).toBe(0)
  expect(ledger.periodCells(periodMs, account)).toEqual([])
  ledger.reserve(aReservation())
  expect(() => ledger.settle(aReservation().id, aLedgerRow(change))).toThrow(broken)
  expect(ledger.reservations()).toHaveLength(1)
})

test('the earliest call is known, and nothing before it', async () => {
  const { ledger } = (await openTestStore()).store
  expect(ledger.firstAtMs()).toBeNull()
  ledger.append(aLedgerRow())
  ledger.append(next('b', { atMs: startMs - 5 }))
  expect(ledger.firstAtMs()).toBe(startMs - 5)
})

describe('cells', () => {
  const sums = {
    inputTokens: 2_000,
    outputTokens: 500,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    costNanoUsd: 4_500_000,
    poolNanoUsd: 4_500_000,
    unpriced: 0,
    savedNanoUsd: 0,
  }
  const key = {
    route: 'probe_investigation',
    model: 'claude-haiku-4-5',
    escalated: false,
    reason: '',
    clampedSignal: '',
  } as const

  test('one for all that calls share: route, model, escalation, reason, lost signal', async () => {
    const { ledger } = (await openTestStore()).store
    ledger.append(aLedgerRow())
    ledger.append(next('b', { atMs: startMs + 1 }))
    ledger.append(next('c', { route: 'slack_dm' }))
    ledger.append(next('d', { model: 'claude-opus-4-7', escalated: true, reason: 'opus_prefix' }))
    ledger.append(next('e', { reason: 'cost_clamp:warn_75', clampedSignal: 'opus_prefix' }))
    const cells = ledger.periodCells(periodMs, account)
    expect(cells).toHaveLength(4)
    expect(cells).toEqual(
      expect.arrayContaining([
        { ...key, ...sums, calls: 2, inputTokens: 4_000, outputTokens: 1_000, costNanoUsd: 9e6, poolNanoUsd: 9e6 },
        { ...key, ...sums, calls: 1, route: 'slack_dm' },
        { ...key, ...sums, calls: 1, model: 'claude-opus-4-7', escalated: true, reason: 'opus_prefix' },
        { ...key, ...sums, calls: 1, reason: 'cost_clamp:warn_75', clampedSignal: 'opus_prefix' },
      ]),
    )
    expect(ledger.cellsSince(0, account)).toEqual(cells)
  })

  test('a duplicate changes no sum', async () => {
    const { ledger } = (await openTestStore()).store
    ledger.append(aLedgerRow())
    ledger.append(aLedgerRow({ id: 'other', reportId: 'other', costNanoUsd: 9 }))
    ledger.reserve(aReservation())
    expect(ledger.settle(aReservation().id, aLedgerRow())).toBe('duplicate')
    expect(ledger.periodCells(periodMs, account)).toEqual([{ ...key, ...sums, calls: 1 }])
  })

  test('to the millisecond, whether the hour is cut or not', async () => {
    const { ledger } = (await openTestStore()).store
    const times = [-hour, -1, 0, 1, hour - 1, hour]
    for (const [index, at] of times.entries()) ledger.append(next(String(index), { atMs: startMs + at }))
    for (const since of [-hour - 1, -hour, -1, 0, 1, 2, hour - 1, hour, hour + 1]) {
      const calls = times.filter((at) => at >= since).length
      const [cell] = ledger.cellsSince(startMs + since, account)
      expect([since, cell?.calls ?? 0]).toEqual([since, calls])
      expect(ledger.chargedSince(startMs + since, account)).toBe(calls * 4_500_000)
    }
  })

  test('of one account and one period alone', async () => {
    const { ledger } = (await openTestStore()).store
    ledger.append(aLedgerRow())
    ledger.append(next('b', { account: 'subscription', poolChargeNanoUsd: 7 }))
    ledger.append(next('c', { periodMs: Date.UTC(2026, 3, 1), poolChargeNanoUsd: 8 }))
    expect(ledger.periodCells(periodMs, account)).toEqual([{ ...key, ...sums, calls: 1 }])
    expect(ledger.periodCells(Date.UTC(2026, 3, 1), account)).toMatchObject([{ calls: 1, poolNanoUsd: 8 }])
    expect(ledger.periodCells(0, account)).toEqual([])
    expect(ledger.chargedSince(startMs, 'subscription')).toBe(7)
    // Its time counts for a span, whatever period it was charged to.
    expect(ledger.cellsSince(startMs, account)).toMatchObject([{ calls: 2 }])
    expect(ledger.chargedSince(startMs, account)).toBe(4_500_008)
  })

  test('a step that is undone leaves no sum behind', async () => {
    const { store } = await openTestStore()
    const failing = () =>
      store.transaction(() => {
        store.ledger.append(aLedgerRow())
        throw new Error('stop')
      })
    expect(failing).toThrow('stop')
    expect(store.ledger.periodCells(periodMs, account)).toEqual([])
    expect(store.ledger.append(aLedgerRow())).toBe('inserted')
    expect(store.ledger.periodCells(periodMs, account)).toMatchObject([{ calls: 1 }])
  })
})

describe('money set aside', () => {
  test('comes back as it was written until it is given back', async () => {
    const { ledger } = (await openTestStore()).store
    const first = aReservation({
      parentRoute: 'slack_dm',
      escalated: true,
      clampedSignal: 'opus_prefix',
      subject: null,
    })
    ledger.reserve(aReservation({ id: 'z' }))
    ledger.reserve(first)
    expect(ledger.reservations()).toEqual([first, aReservation({ id: 'z' })])
    expect(ledger.release('z')).toBe(true)
    expect(ledger.release('z')).toBe(false)
    expect(ledger.reservations()).toEqual([first])
    expect(() => ledger.reserve(first)).toThrow(expect.objectContaining({ code: 'conflict' }))
    for (const amountNanoUsd of [-1, 0.5, Number.NaN]) {
      expect(() => ledger.reserve(aReservation({ id: 'b', amountNanoUsd }))).toThrow(broken)
    }
  })

  test('becomes the row of its call, both or neither', async () => {
    const { ledger } = (await openTestStore()).store
    ledger.reserve(aReservation())
    expect(() => ledger.settle(aReservation().id, aLedgerRow({ inputTokens: -1 }))).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    )
    expect(ledger.reservations()).toHaveLength(1)
    expect(ledger.settle(aReservation().id, aLedgerRow())).toBe('inserted')
    expect(ledger.reservations()).toEqual([])
    expect(ledger.row(aLedgerRow().requestId)).toEqual(aLedgerRow())
  })

  test('goes even when the call is known already, or was never set aside', async () => {
    const { ledger } = (await openTestStore()).store
    ledger.append(aLedgerRow())
    ledger.reserve(aReservation())
    expect(ledger.settle(aReservation().id, aLedgerRow({ id: 'other' }))).toBe('duplicate')
    expect(ledger.reservations()).toEqual([])
    expect(ledger.settle('none', next('b'))).toBe('inserted')
    expect(ledger.sum(0).calls).toBe(2)
  })
})

describe('later prices', () => {
  test('are counted where the call counts, once, and leave its row as it is', async () => {
    const { ledger } = (await openTestStore()).store
    const row = anUnpricedRow({ atMs: startMs + 10, reason: 'default_haiku' })
    const correction = aCorrection({ callAtMs: row.atMs })
    ledger.append(row)
    expect(ledger.periodCells(periodMs, account)).toMatchObject([{ unpriced: 1, costNanoUsd: 0, poolNanoUsd: 5e6 }])
    expect(ledger.correct(correction)).toBe('inserted')
    expect(ledger.correct({ ...correction, id: 'again', costNanoUsd: 1 })).toBe('duplicate')
    expect(ledger.corrections(9)).toEqual([correction])
    const corrected = { calls: 1, unpriced: 0, costNanoUsd: 4e6, poolNanoUsd: 4e6, reason: 'default_haiku' }
    expect(ledger.periodCells(periodMs, account)).toMatchObject([corrected])
    // Whole hour and cut hour alike, however long after the call the price was found.
    for (const since of [-1, 0, 1, 10]) {
      expect(ledger.cellsSince(startMs + since, account)).toMatchObject([corrected])
      expect(ledger.chargedSince(startMs + since, account)).toBe(4e6)
    }
    expect(ledger.cellsSince(startMs + 11, account)).toEqual([])
    expect(ledger.chargedSince(startMs + 11, account)).toBe(0)
    expect(ledger.row(row.requestId)).toEqual(row)
  })

  test('rows without one are listed, oldest first, until they get it', async () => {
    const { ledger } = (await openTestStore()).store
    for (const id of ['a', 'b', 'c']) ledger.append(anUnpricedRow({ id, requestId: id, reportId: id }))
    ledger.append(next('priced'))
    ledger.correct(aCorrection({ requestId: 'b' }))
    expect(ledger.unpriced(0, 9).map(({ id }) => id)).toEqual(['a', 'c'])
    expect(ledger.unpriced(0, 1).map(({ id }) => id)).toEqual(['a'])
  })

  test('newest first, as many as asked for', async () => {
    const { ledger } = (await openTestStore()).store
    for (const id of ['a', 'b', 'c']) {
      ledger.append(anUnpricedRow({ id, requestId: id, reportId: id }))
      ledger.correct(aCorrection({ id, requestId: id }))
    }
    expect(ledger.corrections(2).map(({ id }) => id)).toEqual(['c', 'b'])
  })

  test.each([
    ['for a call nobody knows', { requestId: 'none' }, 'not_found'],
    ['for a call that had a price', { requestId: 'priced' }, 'bad_input'],
    ['that names another time', { callAtMs: startMs + 1 }, 'bad_input'],
    ['that names another period', { periodMs: 0 }, 'bad_input'],
    ['that names another route', { route: 'slack_dm' }, 'bad_input'],
    ['that names another model', { model: 'claude-opus-4-7' }, 'bad_input'],
    ['that gives back more than was charged', { poolDeltaNanoUsd: -5_000_001 }, 'bad_input'],
    ['below zero', { costNanoUsd: -1 }, 'bad_input'],
    ['that is no number', { poolDeltaNanoUsd: Number.NaN }, 'bad_input'],
    ['that is not whole', { poolDeltaNanoUsd: 0.5 }, 'bad_input'],
  ] as const)('%s are refused', async (_name, change, code) => {
    const { ledger } = (await openTestStore()).store
    ledger.append(anUnpricedRow())
    ledger.append(next('priced', { model: 'claude-haiku-9' }))
    const before = ledger.cellsSince(0, account)
    expect(() => ledger.correct(aCorrection(change))).toThrow(expect.objectContaining({ code }))
    expect(ledger.corrections(9)).toEqual([])
    expect(ledger.cellsSince(0, account)).toEqual(before)
  })
})

describe('reconciliations', () => {
  test('are rows of their own, newest first, of a period or of all', async () => {
    const { ledger } = (await openTestStore()).store
    const first = aReconciliation()
    const raised = aReconciliation({
      id: 'b',
      reportedNanoUsd: 80_000_000_000,
      diffPct: 0.375,
      withinTolerance: false,
      adjustmentNanoUsd: 30_000_000_000,
      breakerReTripped: true,
    })
    const other = aReconciliation({ id: 'c', source: 'usage_api', periodMs: Date.UTC(2026, 5, 1) })
    for (const one of [first, raised, other]) ledger.reconcile(one)
    expect(ledger.reconciliations(periodMs)).toEqual([raised, first])
    expect(ledger.reconciliations(null)).toEqual([other, raised, first])
    expect(ledger.adjustments(periodMs)).toBe(30_000_000_000)
    expect(ledger.adjustments(other.periodMs)).toBe(0)
    expect(() => ledger.reconcile(first)).toThrow(expect.objectContaining({ code: 'conflict' }))
  })

  test.each([{ reportedNanoUsd: -1 }, { localNanoUsd: 0.5 }, { adjustmentNanoUsd: -1 }, { diffPct: Number.NaN }])(
    'with broken figures are refused: %j',
    async (change) => {
      const { ledger } = (await openTestStore()).store
      expect(() => ledger.reconcile(aReconciliation(change))).toThrow(broken)
      expect(ledger.reconciliations(null)).toEqual([])
    },
  )
})

test('a billing period opens once, and the newest is the current one', async () => {
  const { ledger } = (await openTestStore()).store
  const may: BillingPeriod = {
    startMs: periodMs,
    endMs: Date.UTC(2026, 5, 1),
    openedAtMs: startMs,
    clearedCostPause: false,
    rampUntilMs: null,
  }
  const june = { ...may, startMs: may.endMs, endMs: Date.UTC(2026, 6, 1), clearedCostPause: true, rampUntilMs: 9 }
  expect(ledger.period()).toBeNull()
  expect(ledger.openPeriod(june)).toBe('opened')
  expect(ledger.openPeriod(may)).toBe('opened')
  expect(ledger.openPeriod({ ...june, rampUntilMs: null })).toBe('known')
  expect(ledger.period()).toEqual(june)
  expect(() => ledger.openPeriod({ ...may, startMs: may.endMs })).toThrow(broken)
})

test('the tables refuse every way to change or remove a row', async () => {
  const { store, file } = await openTestStore()
  const row = anUnpricedRow()
  store.ledger.append(row)
  store.ledger.correct(aCorrection())
  store.ledger.reconcile(aReconciliation())
  const other = new Database(file)
  other.pragma('recursive_triggers = ON')
  other.pragma('foreign_keys = OFF')
  for (const table of ['ledger', 'ledger_corrections', 'reconciliations']) {
    const refused = /are never (changed|removed)/
    expect(() => other.exec(`UPDATE ${table} SET at_ms = 0`)).toThrow(refused)
    expect(() => other.exec(`DELETE FROM ${table}`)).toThrow(refused)
    expect(() => other.exec(`INSERT OR REPLACE INTO ${table} SELECT * FROM ${table}`)).toThrow(refused)
    expect(() => other.exec(`UPDATE OR REPLACE ${table} SET id = 'x'`)).toThrow(refused)
  }
  other.close()
  expect(store.ledger.bySubject('investigation:inv_1')).toEqual([row])
  expect(store.ledger.corrections(9)).toEqual([aCorrection()])
  expect(store.ledger.reconciliations(null)).toEqual([aReconciliation()])
})
