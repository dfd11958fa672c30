import type { PromptMember, PromptOther } from '../../domain/investigationPrompt.ts'
import type { TokenUsage } from '../../domain/ledger.ts'
import type { WakeEvent } from '../../domain/wake.ts'

/** Everything an investigator may know; the engine behind it decides what it asks. */
export interface InvestigationRequest {
  readonly investigationId: string
  readonly wake: WakeEvent
  /** The wake's own trouble first, then those that began with it. */
  readonly members: readonly PromptMember[]
  readonly others: readonly PromptOther[]
}

export type InvestigationReport =
  | { readonly kind: 'answered'; readonly text: string; readonly spent: Spent | null }
  /** `failure` is spelled as in section 8.3 of the probe specification. */
  | { readonly kind: 'failed'; readonly failure: string; readonly spent: Spent | null }

/** What the calls of one investigation came to; already in the ledger. */
export interface Spent extends TokenUsage {
  readonly model: string
  readonly costNanoUsd: number | null
}

/**
 * The seam between waking and thinking. It spends, records every call in the ledger before it uses the answer, ends
 * by itself within its deadline, and never throws for a provider's trouble.
 */
export interface Investigator {
  investigate(request: InvestigationRequest, signal: AbortSignal): Promise<InvestigationReport>
  /** About what one investigation costs, nanodollars; null when the model has no known price. */
  estimate(): number | null
}
