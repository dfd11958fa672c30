import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { aLedgerRow, startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'

test('a row comes back as it was written', async () => {
  const { ledger } = (await openTestStore()).store
  const row = aLedgerRow({ escalated: true, reason: 'decision_language', parentRoute: 'slack_dm', rung: 'warn_75' })
  expect(ledger.append(row)).toBe('inserted')
  expect(ledger.bySubject('investigation:inv_1')).toEqual([row])
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

test('the same row id under another request is a mistake, not a duplicate', async () => {
  const { ledger } = (await openTestStore()).store
  ledger.append(aLedgerRow())
  expect(() => ledger.append(aLedgerRow({ requestId: 'b', reportId: 'b' }))).toThrow(
    expect.objectContaining({ code: 'conflict' }),
  )
})

test('sums tell what was priced, what was charged and what has no price', async () => {
  const { ledger } = (await openTestStore()).store
  const unpriced = {
    costNanoUsd: null,
    poolChargeNanoUsd: 75_000_000,
    priceBasis: 'unknown',
    poolBasis: 'fallback',
  } as const
  ledger.append(aLedgerRow())
  ledger.append(aLedgerRow({ id: 'b', requestId: 'b', reportId: 'b', atMs: startMs + 1, ...unpriced }))
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

test.each([{ costNanoUsd: -1 }, { costNanoUsd: 0.5 }, { poolChargeNanoUsd: -1 }, { inputTokens: -1 }])(
  'money and tokens are whole and not negative: %j',
  async (change) => {
    const { ledger } = (await openTestStore()).store
    expect(() => ledger.append(aLedgerRow(change))).toThrow(expect.objectContaining({ code: 'bad_input' }))
    expect(ledger.sum(0).calls).toBe(0)
  },
)

test('the tables refuse every way to change or remove a row', async () => {
  const { store, file } = await openTestStore()
  store.ledger.append(aLedgerRow())
  const other = new Database(file)
  other.pragma('recursive_triggers = ON')
  const refused = /ledger rows are never/
  expect(() => other.exec('UPDATE ledger SET cost_nano_usd = 0')).toThrow(refused)
  expect(() => other.exec('DELETE FROM ledger')).toThrow(refused)
  expect(() => other.exec('INSERT OR REPLACE INTO ledger SELECT * FROM ledger')).toThrow(refused)
  expect(() => other.exec(`UPDATE OR REPLACE ledger SET id = 'x'`)).toThrow(refused)
  other.close()
  expect(store.ledger.bySubject('investigation:inv_1')).toEqual([aLedgerRow()])
})
