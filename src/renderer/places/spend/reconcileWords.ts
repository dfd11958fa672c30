import type { ReconciliationView } from '../../../contract/spend.ts'
import { formatTotal, parseUsd } from '../../../domain/money.ts'
import { reconcile } from '../../../domain/reconciliation.ts'
import { formatDiff } from './spendWords.ts'

type Compared = Pick<
  ReconciliationView,
  'localNanoUsd' | 'reportedNanoUsd' | 'diffPct' | 'withinTolerance' | 'adjustmentNanoUsd'
>

export type Reading =
  | { readonly kind: 'empty' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'amount'; readonly nanoUsd: number; readonly usd: string }

/** What was typed into the form. A dollar sign in front is how consoles print it, so it is let through. */
export function readAmount(text: string): Reading {
  const usd = text.trim().replace(/^\$\s*/, '')
  if (usd === '') return { kind: 'empty' }
  const nanoUsd = parseUsd(usd)
  if (nanoUsd === null) {
    return { kind: 'wrong', message: 'An amount in USD is needed, such as 82.40, with a point and without separators.' }
  }
  return { kind: 'amount', nanoUsd, usd }
}

/** What entering an amount will do. */
export function previewText(localNanoUsd: number, reportedNanoUsd: number, tolerance: number): string {
  const made = reconcile({ localNanoUsd, reportedNanoUsd, tolerance })
  const compared = { ...made, localNanoUsd, reportedNanoUsd }
  const differs = `Kora’s estimate is ${formatTotal(localNanoUsd, { estimate: true })}, so the difference is ${formatDiff(compared)}.`
  if (made.adjustmentNanoUsd > 0) {
    return `${differs} That is more than ${percent(tolerance)}: spent will be raised by ${formatTotal(made.adjustmentNanoUsd)} to ${formatTotal(reportedNanoUsd)}.`
  }
  if (made.withinTolerance) {
    const hidden = reportedNanoUsd > localNanoUsd ? ' The higher figure decides the rung.' : ''
    return `${differs} That is within ${percent(tolerance)}: spent stays as it is.${hidden}`
  }
  return `${differs} Spent is never lowered, so it stays as it is.`
}

/** What a comparison came to, in a table: "Within tolerance", "Raised by $27.60", "Lower than ours". */
export function outcomeWord(made: Pick<Compared, 'withinTolerance' | 'adjustmentNanoUsd'>): string {
  if (made.adjustmentNanoUsd > 0) return `Raised by ${formatTotal(made.adjustmentNanoUsd)}`
  return made.withinTolerance ? 'Within tolerance' : 'Lower than ours'
}

/** The same as a sentence, with what followed from it. */
export function outcomeText(
  made: Pick<ReconciliationView, 'withinTolerance' | 'adjustmentNanoUsd' | 'breakerReTripped'>,
): string {
  const rung = made.breakerReTripped ? 'the budget’s rung was taken anew.' : 'the rung is as it was.'
  return `${outcomeWord(made)}: ${made.adjustmentNanoUsd > 0 ? rung : 'nothing changed.'}`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
