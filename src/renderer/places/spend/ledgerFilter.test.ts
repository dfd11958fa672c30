import { describe, expect, it } from 'vitest'
import { isNarrowed, ledgerFilter, readView, viewQuery } from './ledgerFilter.ts'

const nowMs = Date.UTC(2026, 4, 12, 14)
const periodMs = Date.UTC(2026, 4, 1)

describe('the ledger in a link', () => {
  it('reads what it knows and leaves the rest as usual', () => {
    expect(readView({ span: '7d', route: 'slack_dm', model: 'm', only: 'unpriced' })).toEqual({
      span: '7d',
      route: 'slack_dm',
      model: 'm',
      only: 'unpriced',
    })
    expect(readView({ span: 'ever', route: 'sideways', only: '1' })).toEqual(readView({}))
  })

  it('writes only what is not as usual, and reads it back', () => {
    expect(viewQuery(readView({}))).toEqual({})
    const view = readView({ only: 'avoided', model: 'claude/x' })
    expect(viewQuery(view)).toEqual({ only: 'avoided', model: 'claude/x' })
    expect([isNarrowed(view), isNarrowed(readView({}))]).toEqual([true, false])
  })
})

describe('ledgerFilter', () => {
  it('begins with the period, with a span before now, or with the first row', () => {
    expect(ledgerFilter(readView({}), nowMs, periodMs)).toEqual({ fromMs: periodMs })
    expect(ledgerFilter(readView({ span: '24h' }), nowMs, periodMs)).toEqual({ fromMs: nowMs - 86_400_000 })
    expect(ledgerFilter(readView({ span: 'all' }), nowMs, periodMs)).toEqual({})
    expect(ledgerFilter(readView({}), nowMs, null)).toEqual({})
  })

  it('asks for the parts that were chosen', () => {
    expect(
      ledgerFilter(readView({ span: 'all', route: 'unknown', model: 'm', only: 'corrected' }), nowMs, null),
    ).toEqual({
      route: 'unknown',
      model: 'm',
      only: 'corrected',
    })
  })
})
