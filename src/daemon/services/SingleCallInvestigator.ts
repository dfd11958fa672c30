import { investigationPrompt, maxOutputTokens } from '../../domain/investigationPrompt.ts'
import { type ModelClient, ModelFailure } from '../clients/model.ts'
import type { Clock } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { CostService, ModelCall } from './CostService.ts'
import type { InvestigationReport, InvestigationRequest, Investigator, Spent } from './Investigator.ts'
import type { SettingsService } from './SettingsService.ts'

/** All tries together. Ten seconds are left of the minute within which the fallback is to be told (reliability row 28). */
const deadlineMs = 50_000
/** What a usual prompt comes to; only the price on a button depends on it. */
const usualInputTokens = 1_500

/** One question, one answer, no tools. */
export class SingleCallInvestigator implements Investigator {
  readonly #settings: SettingsService
  readonly #secrets: Secrets
  readonly #costs: CostService
  readonly #clock: Clock
  readonly #connect: (options: { baseUrl: string; apiKey: string }) => ModelClient

  constructor(deps: {
    settings: SettingsService
    secrets: Secrets
    costs: CostService
    clock: Clock
    connect: (options: { baseUrl: string; apiKey: string }) => ModelClient
  }) {
    this.#settings = deps.settings
    this.#secrets = deps.secrets
    this.#costs = deps.costs
    this.#clock = deps.clock
    this.#connect = deps.connect
  }

  async investigate(request: InvestigationRequest, signal: AbortSignal): Promise<InvestigationReport> {
    const { model } = this.#settings.get()
    const apiKey = this.#secrets.resolve(model.apiKeyRef)
    if (apiKey === null) return { kind: 'failed', failure: 'engine_unavailable', spent: null }
    const { system, prompt } = investigationPrompt({
      fenceId: request.investigationId,
      nowMs: this.#clock.nowMs(),
      members: request.members,
      others: request.others,
    })
    let spent: Spent | null = null
    const call = {
      provider: 'anthropic',
      route: 'probe_investigation',
      subject: `investigation:${request.investigationId}`,
    } as const
    try {
      const answer = await this.#connect({ baseUrl: model.baseUrl, apiKey }).complete({
        model: model.id,
        system,
        prompt,
        maxTokens: maxOutputTokens,
        signal,
        deadlineMs,
      })
      spent = this.#record({ ...call, model: answer.model, usage: answer.usage, requestId: answer.requestId })
      if (answer.text.trim() === '') return { kind: 'failed', failure: 'empty_response_text', spent }
      return { kind: 'answered', text: answer.text.trim(), spent }
    } catch (error) {
      if (error instanceof ModelFailure) return { kind: 'failed', failure: error.code, spent }
      return { kind: 'failed', failure: `engine_exception:${error instanceof Error ? error.name : 'Unknown'}`, spent }
    }
  }

  estimate(): number | null {
    return this.#costs.estimate(this.#settings.get().model.id, {
      inputTokens: usualInputTokens,
      outputTokens: maxOutputTokens / 2,
      cacheReadTokens: 0,
      cacheCreationTokens: 0,
    })
  }

  #record(call: ModelCall): Spent {
    const row = this.#costs.record(call)
    return { ...call.usage, model: call.model, costNanoUsd: row.costNanoUsd }
  }
}
