import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '../../../contract/spend.ts'
import type { CockpitClient } from '../../client/types.ts'
import { exportLedger, exportPart } from './ledgerExport.ts'

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

/** As much of a daemon as the export asks: `rows` rows, newest first. */
function daemon(rows: number, onPage: () => void = () => undefined) {
  const asked: { limit?: number | undefined; beforeSeq?: number | undefined }[] = []
  const spend = {
    ledgerTotals: () => Promise.resolve({ rows, costNanoUsd: 1, unpriced: 0 }),
    ledger: (input: { limit: number; beforeSeq?: number }) => {
      asked.push({ limit: input.limit, beforeSeq: input.beforeSeq })
      onPage()
      const from = input.beforeSeq ?? rows + 1
      const count = Math.min(input.limit, from - 1)
      const page = Array.from({ length: count }, (_, index) => entry(from - 1 - index))
      const last = page.at(-1)?.seq ?? 1
      return Promise.resolve({ rows: page, nextBeforeSeq: last > 1 ? last : null })
    },
  }
  return { client: { spend } as unknown as CockpitClient, asked }
}

const never = () => new AbortController().signal

describe('exportLedger', () => {
  it('reads a thousand rows a call and says how far it is', async () => {
    const { client, asked } = daemon(2_500)
    const progress: number[] = []
    const file = await exportLedger(client, {}, 'json', ({ rows }) => progress.push(rows), never())
    expect(asked).toEqual([
      { limit: 1_000, beforeSeq: undefined },
      { limit: 1_000, beforeSeq: 1_501 },
      { limit: 1_000, beforeSeq: 501 },
    ])
    expect(progress).toEqual([0, 1_000, 2_000])
    const rows = JSON.parse(file?.parts.join('') ?? '') as LedgerEntry[]
    expect([rows.length, rows[0]?.seq, rows.at(-1)?.seq, file?.leftOut]).toEqual([2_500, 2_500, 1, 0])
  })

  it('gives a file that reads even when nothing matched', async () => {
    const { client } = daemon(0)
    const json = await exportLedger(client, {}, 'json', () => undefined, never())
    expect(JSON.parse(json?.parts.join('') ?? '')).toEqual([])
    const csv = await exportLedger(client, {}, 'csv', () => undefined, never())
    expect(csv?.parts.join('').split('\r\n')).toHaveLength(2)
  })

  it('stops at once when it is cancelled', async () => {
    const controller = new AbortController()
    const { client, asked } = daemon(5_000, () => controller.abort())
    expect(await exportLedger(client, {}, 'csv', () => undefined, controller.signal)).toBeNull()
    expect(asked).toHaveLength(1)
  })

  it('holds no more than fits, and says how much that left out', async () => {
    const { client, asked } = daemon(200_700)
    const file = await exportLedger(client, {}, 'csv', () => undefined, never())
    expect([file?.rows, file?.leftOut, asked.length]).toEqual([200_000, 700, 200])
  })
})

describe('a row in a CSV file', () => {
  it('leaves an unknown cost empty beside what the pool was charged', () => {
    const text = exportPart('csv', [entry(1, { costNanoUsd: null, poolChargeNanoUsd: 75_000_000 })], true)
    const [head = '', line = ''] = text.split('\r\n')
    const cell = (name: string) => line.split(',')[head.split(',').indexOf(name)]
    expect([cell('cost_estimate_usd'), cell('cost_estimate_nano_usd'), cell('pool_charge_nano_usd')]).toEqual([
      '',
      '',
      '75000000',
    ])
    expect(cell('at')).toBe('2026-05-12T00:00:00.000Z')
  })

  it('lets nobody else write a formula', () => {
    expect(exportPart('csv', [entry(1, { note: '=HYPERLINK("x")' })], false)).toContain(`"'=HYPERLINK(""x"")"`)
  })
})
