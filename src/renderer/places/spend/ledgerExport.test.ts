import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../../contract/spend.ts'
import type { CockpitClient } from '../../client/types.ts'
import { ledgerFormats, ledgerSource } from './ledgerExport.ts'

function entry(seq: number, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    seq,
    id: `id${seq}`,
    atMs: Date.UTC(2026, 4, 12),
    route: 'slack_dm',
    parentRoute: null,
    iteration: 1,
    model: 'claude-haiku-4-5',
    inputTokens: 10,
    outputTokens: 5,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    costNanoUsd: 35_000,
    poolChargeNanoUsd: 35_000,
    priceVersion: 'v',
    priceBasis: 'table',
    poolBasis: 'table',
    escalated: false,
    reason: 'default_haiku',
    clampedSignal: null,
    rung: 'normal',
    requestId: `req_${seq}`,
    account: 'api_key',
    subject: null,
    savedNanoUsd: 0,
    note: null,
    correctedAtMs: null,
    openRoute: null,
    ...change,
  }
}

describe('ledgerSource', () => {
  it('asks for the page behind the last row, and for as many as fit', async () => {
    const asked: unknown[] = []
    const spend = {
      ledgerTotals: () => Promise.resolve({ rows: 3, costNanoUsd: 1, unpriced: 0 }),
      ledger: (input: { beforeSeq?: number }) => {
        asked.push(input)
        return Promise.resolve({ rows: [entry(input.beforeSeq === undefined ? 3 : 2)], nextBeforeSeq: null })
      },
    }
    const source = ledgerSource({ spend } as unknown as CockpitClient, { route: 'slack_dm' })
    const { signal } = new AbortController()
    expect(await source.count(signal)).toBe(3)
    expect((await source.page(null, 1_000, signal)).rows[0]?.seq).toBe(3)
    expect(await source.page(3, 200, signal)).toMatchObject({ rows: [{ seq: 2 }], next: null })
    expect(asked).toEqual([
      { route: 'slack_dm', limit: 1_000 },
      { route: 'slack_dm', beforeSeq: 3, limit: 200 },
    ])
  })
})

describe('a row in a CSV file', () => {
  const csv = ledgerFormats.find(({ shape }) => shape.extension === 'csv')?.shape

  it('leaves an unknown cost empty beside what the pool was charged', () => {
    const names = csv?.head.trimEnd().split(',') ?? []
    const line = csv?.row(entry(1, { costNanoUsd: null, poolChargeNanoUsd: 75_000_000 })) ?? ''
    const cell = (name: string) => line.split(',')[names.indexOf(name)]
    expect([cell('cost_estimate_usd'), cell('cost_estimate_nano_usd'), cell('pool_charge_nano_usd')]).toEqual([
      '',
      '',
      '75000000',
    ])
    expect(cell('at')).toBe('2026-05-12T00:00:00.000Z')
  })

  it('lets nobody else write a formula', () => {
    expect(csv?.row(entry(1, { note: '=HYPERLINK("x")' }))).toContain(`"'=HYPERLINK(""x"")"`)
  })
})
