import { investigationPrompt, maxOutputTokens } from '../../domain/investigationPrompt.ts'
import { noUsage } from '../../domain/ledger.ts'
import type { Clock } from '../platform/clock.ts'
import type { CostService } from './CostService.ts'
import type { InvestigationReport, InvestigationRequest, Investigator } from './Investigator.ts'
import { refusalOf } from './LateWrites.ts'
import type { Responder } from './Responder.ts'
import type { SettingsService } from './SettingsService.ts'
import { spentBy } from './spent.ts'

/** All tries together. Ten seconds are left of the minute within which the fallback is to be told (reliability row 28). */
const deadlineMs = 50_000
/** What a usual prompt comes to; only the price on a button depends on it. */
const usualInputTokens = 1_500

/** One question, one answer, no tools. */
export class SingleCallInvestigator implements Investigator {
  readonly #settings: SettingsService
  readonly #costs: CostService
  readonly #clock: Clock
  readonly #responder: Responder

  constructor(deps: { settings: SettingsService; costs: CostService; clock: Clock; responder: Responder }) {
    this.#settings = deps.settings
    this.#costs = deps.costs
    this.#clock = deps.clock
    this.#responder = deps.responder
  }

  async investigate(request: InvestigationRequest, signal: AbortSignal): Promise<InvestigationReport> {
    const { system, prompt } = investigationPrompt({
      fenceId: request.investigationId,
      nowMs: this.#clock.nowMs(),
      members: request.members,
      others: request.others,
    })
    try {
      const answer = await this.#responder.respond({
        route: 'probe_investigation',
        iteration: 1,
        subject: `investigation:${request.investigationId}`,
        // What services say must not choose the model: only an operator's words do.
        text: '',
        question: prompt,
        system,
        messages: [{ role: 'user', content: prompt }],
        maxTokens: maxOutputTokens,
        critical: request.wake.severity === 'critical',
        signal,
        deadlineMs,
      })
      const spent = spentBy(answer.calls)
      if (answer.kind === 'failed') return { kind: 'failed', failure: answer.code, spent }
      if (answer.text === '') return { kind: 'failed', failure: 'empty_response_text', spent }
      return { kind: 'answered', text: answer.text, spent }
    } catch (error) {
      // Nothing was asked, since nothing could be recorded: it is begun again when the store takes records again.
      if (refusalOf(error)) throw error
      const failure = `engine_exception:${error instanceof Error ? error.name : 'Unknown'}`
      return { kind: 'failed', failure, spent: null }
    }
  }

  estimate(): number | null {
    return this.#costs.estimate(this.#settings.get().model.id, {
      ...noUsage,
      inputTokens: usualInputTokens,
      outputTokens: maxOutputTokens / 2,
    })
  }
}
