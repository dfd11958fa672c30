import type { Correction, LedgerRow, Reconciliation, Reservation } from '../../domain/ledger.ts'
import { tableMap } from './rows.ts'

/** A stretch of time whose calls are charged to one pool. */
export interface BillingPeriod {
  readonly startMs: number
  /** Exclusive. */
  readonly endMs: number
  readonly openedAtMs: number
  /** Whether its opening ended a pause because of money. */
  readonly clearedCostPause: boolean
  /** Until then work resumes little by little; null as a rule. */
  readonly rampUntilMs: number | null
}

export const ledgerMap = tableMap<LedgerRow>(
  {
    id: 'plain',
    atMs: 'plain',
    periodMs: 'plain',
    processId: 'plain',
    provider: 'plain',
    account: 'plain',
    model: 'plain',
    route: 'plain',
    parentRoute: 'plain',
    iteration: 'plain',
    inputTokens: 'plain',
    outputTokens: 'plain',
    cacheReadTokens: 'plain',
    cacheCreationTokens: 'plain',
    cacheCreation1hTokens: 'plain',
    costNanoUsd: 'plain',
    poolChargeNanoUsd: 'plain',
    priceVersion: 'plain',
    priceBasis: 'plain',
    poolBasis: 'plain',
    escalated: 'flag',
    reason: 'plain',
    clampedSignal: 'plain',
    rung: 'plain',
    requestId: 'plain',
    sourceId: 'plain',
    reportId: 'plain',
    subject: 'plain',
    savedNanoUsd: 'plain',
    note: 'plain',
  },
  ['id'],
)

export const reservationMap = tableMap<Reservation>(
  {
    id: 'plain',
    atMs: 'plain',
    periodMs: 'plain',
    processId: 'plain',
    provider: 'plain',
    account: 'plain',
    model: 'plain',
    route: 'plain',
    parentRoute: 'plain',
    iteration: 'plain',
    escalated: 'flag',
    reason: 'plain',
    clampedSignal: 'plain',
    rung: 'plain',
    subject: 'plain',
    amountNanoUsd: 'plain',
    note: 'plain',
  },
  ['id'],
)

export const correctionMap = tableMap<Correction>(
  {
    id: 'plain',
    atMs: 'plain',
    kind: 'plain',
    requestId: 'plain',
    callAtMs: 'plain',
    periodMs: 'plain',
    route: 'plain',
    model: 'plain',
    costNanoUsd: 'plain',
    poolDeltaNanoUsd: 'plain',
    priceVersion: 'plain',
  },
  ['id'],
)

export const reconciliationMap = tableMap<Reconciliation>(
  {
    id: 'plain',
    atMs: 'plain',
    periodMs: 'plain',
    source: 'plain',
    localNanoUsd: 'plain',
    reportedNanoUsd: 'plain',
    diffPct: 'plain',
    tolerance: 'plain',
    withinTolerance: 'flag',
    adjustmentNanoUsd: 'plain',
    breakerReTripped: 'flag',
  },
  ['id'],
)

export const periodMap = tableMap<BillingPeriod>(
  {
    startMs: 'plain',
    endMs: 'plain',
    openedAtMs: 'plain',
    clearedCostPause: 'flag',
    rampUntilMs: 'plain',
  },
  ['startMs'],
)
