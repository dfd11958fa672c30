import { KoraError } from './errors.ts'
import type { Reconciliation } from './ledger.ts'

/** A cent: below it a difference is not judged against the figures themselves. */
const smallestBaseNanoUsd = 10_000_000

export type ReconciliationResult = { readonly diffNanoUsd: number } & Pick<
  Reconciliation,
  'diffPct' | 'withinTolerance' | 'adjustmentNanoUsd' | 'breakerReTripped'
>

/**
 * Compares our figure with the provider's (cost specification, 3.7). Spent can only be raised, and only by a difference
 * outside tolerance.
 * @param input.tolerance share of the larger figure, 0 to 1
 * @returns `diffNanoUsd` is reported minus local; `diffPct` is a share, 0 to 1; `adjustmentNanoUsd` is what spent rises by
 * @throws KoraError bad_input for a figure that is negative or not a whole number, or a tolerance outside 0 to 1
 */
export function reconcile(input: {
  localNanoUsd: number
  reportedNanoUsd: number
  tolerance: number
}): ReconciliationResult {
  const { localNanoUsd, reportedNanoUsd, tolerance } = input
  for (const [field, figure] of Object.entries({ localNanoUsd, reportedNanoUsd })) {
    if (!Number.isSafeInteger(figure) || figure < 0)
      throw new KoraError('bad_input', 'The figure to compare must be an amount of 0 or more.', { field })
  }
  // NaN is refused too.
  if (!(tolerance >= 0 && tolerance <= 1))
    throw new KoraError('bad_input', 'The tolerance must lie between 0 and 100 %.', { field: 'tolerance' })

  const diffNanoUsd = reportedNanoUsd - localNanoUsd
  const diffPct = Math.abs(diffNanoUsd) / Math.max(localNanoUsd, reportedNanoUsd, smallestBaseNanoUsd)
  const withinTolerance = diffPct <= tolerance
  const adjustmentNanoUsd = withinTolerance ? 0 : Math.max(0, diffNanoUsd)
  return { diffNanoUsd, diffPct, withinTolerance, adjustmentNanoUsd, breakerReTripped: adjustmentNanoUsd > 0 }
}
