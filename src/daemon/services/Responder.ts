import type { LedgerRow } from '../../domain/ledger.ts'
import { reviewTurns } from '../../domain/router.ts'
import type { Clock } from '../platform/clock.ts'
import type { GatewayOutcome, GatewayRequest, ModelGateway } from './ModelGateway.ts'

/** An answer and every call it took; each call is in the ledger already. */
export type Answer =
  | {
      readonly kind: 'answered'
      readonly text: string
      readonly calls: readonly LedgerRow[]
      /** Such as `escalation_failed:sdk_5xx`. */
      readonly warnings: readonly string[]
    }
  | {
      readonly kind: 'failed'
      readonly code: string
      readonly why: string | null
      readonly calls: readonly LedgerRow[]
    }

/**
 * Asks the cheap model first and, where its answer hedges or is too short for the question, the strong one to look at
 * it again. A second look that fails leaves the first answer standing.
 */
export class Responder {
  readonly #gateway: ModelGateway
  readonly #clock: Clock

  constructor(deps: { gateway: ModelGateway; clock: Clock }) {
    this.#gateway = deps.gateway
    this.#clock = deps.clock
  }

  /** @param request its deadline holds for both looks together */
  async respond(request: GatewayRequest): Promise<Answer> {
    const endsAtMs = this.#clock.monotonicMs() + request.deadlineMs
    const first = await this.#gateway.call(request)
    if (first.kind !== 'answered') return failure(first)
    const text = first.reply.text.trim()
    if (first.escalate === null) return { kind: 'answered', text, calls: [first.row], warnings: [] }
    const second = await this.#again(request, endsAtMs, text, first.escalate)
    if (second.kind === 'answered') {
      return {
        kind: 'answered',
        text: second.reply.text.trim() || text,
        calls: [first.row, second.row],
        warnings: [],
      }
    }
    const spent = second.kind === 'failed' && second.row ? [second.row] : []
    const warnings = [`escalation_failed:${second.code}`]
    return { kind: 'answered', text, calls: [first.row, ...spent], warnings }
  }

  async #again(request: GatewayRequest, endsAtMs: number, text: string, escalation: string): Promise<GatewayOutcome> {
    try {
      return await this.#gateway.call({
        ...request,
        messages: [...request.messages, ...reviewTurns(text)],
        escalation,
        deadlineMs: Math.max(1, endsAtMs - this.#clock.monotonicMs()),
      })
    } catch (error) {
      // Whatever went wrong, the cheap answer was paid for and stands.
      return { kind: 'failed', code: error instanceof Error ? error.name : 'unknown', row: null }
    }
  }
}

function failure(outcome: Exclude<GatewayOutcome, { kind: 'answered' }>): Answer {
  return outcome.kind === 'refused'
    ? { kind: 'failed', code: outcome.code, why: outcome.why, calls: [] }
    : { kind: 'failed', code: outcome.code, why: null, calls: outcome.row ? [outcome.row] : [] }
}
