import type { LedgerRow } from '../../domain/ledger.ts'
import type { Spent } from './Investigator.ts'

/**
 * All calls of one answer; the model is the one that spoke last, the cost null when one of them has no known price.
 * @returns null when nothing was asked
 */
export function spentBy(calls: readonly LedgerRow[]): Spent | null {
  const last = calls.at(-1)
  if (last === undefined) return null
  const total = (
    field: 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheCreationTokens' | 'cacheCreation1hTokens',
  ) => calls.reduce((sofar, call) => sofar + call[field], 0)
  return {
    model: last.model,
    inputTokens: total('inputTokens'),
    outputTokens: total('outputTokens'),
    cacheReadTokens: total('cacheReadTokens'),
    cacheCreationTokens: total('cacheCreationTokens'),
    cacheCreation1hTokens: total('cacheCreation1hTokens'),
    costNanoUsd: calls.reduce<number | null>(
      (sofar, { costNanoUsd }) => (sofar === null || costNanoUsd === null ? null : sofar + costNanoUsd),
      0,
    ),
  }
}
