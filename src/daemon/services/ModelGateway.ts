import type { Message, Tool } from '../../domain/modelRequest.ts'
import { messagesBody, promptBytes } from '../../domain/modelRequest.ts'
import type { LedgerRow, Reservation, Route, Rung } from '../../domain/ledger.ts'
import type { RateLimitPulse } from '../../domain/rateLimit.ts'
import {
  decideModel,
  type ModelDecision,
  postCallEscalation,
  postCallReason,
  type RouterRules,
  stripPrefix,
} from '../../domain/router.ts'
import { normalizeUsage } from '../../domain/usage.ts'
import { ModelFailure, type ModelClient, type ModelReply } from '../clients/model.ts'
import type { Clock } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Store } from '../store/Store.ts'
import type { BudgetService, Refusal } from './BudgetService.ts'
import type { CallEnd, CostService } from './CostService.ts'
import type { Events } from './Events.ts'
import { refusalOf } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { RouterSettings } from './RouterSettings.ts'
import type { SettingsService } from './SettingsService.ts'

const provider = 'anthropic'
/** A reply lost on the way is asked for once more, with money of its own (reasoning specification, section 11). */
const maxTries = 2

/** One question to a model. */
export interface GatewayRequest {
  /** The activity that causes the call; never guessed. */
  readonly route: Route
  /** The activity a tool loop belongs to; null outside one. */
  readonly parentRoute?: Route | null
  /** Of a tool loop, from 1. */
  readonly iteration: number
  /** Such as `investigation:inv_…`. */
  readonly subject: string
  /**
   * The operator's own words as they stand in the last message, which may ask for the strong model; empty when nobody
   * asked in words. A prefix that asks for it does not reach the model.
   */
  readonly text: string
  /** Everything that is asked, for the rules that compare question and answer; `text` when absent. */
  readonly question?: string
  readonly system: string
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  readonly maxTokens: number
  /** A critical investigation: the share of the pool kept for those is open to it. */
  readonly critical: boolean
  /** This call asks the strong model to look at a cheap answer again, because of this signal. */
  readonly escalation?: string
  readonly signal: AbortSignal
  /** For all tries together, ms. */
  readonly deadlineMs: number
}

export type GatewayOutcome =
  | {
      readonly kind: 'answered'
      readonly reply: ModelReply
      readonly row: LedgerRow
      readonly decision: ModelDecision
      /** The signal for which the strong model is to look at this answer; null when it stands. */
      readonly escalate: string | null
    }
  /** No call was made. */
  | {
      readonly kind: 'refused'
      readonly code: 'operational_state_paused' | 'cost_ladder_halted' | 'engine_unavailable'
      /** Why: a pause reason, or what the budget would not allow. */
      readonly why: string | null
    }
  /** A call was made, or tried, and brought no reply. `row` is what it was charged; null when nothing was. */
  | { readonly kind: 'failed'; readonly code: string; readonly row: LedgerRow | null }

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly events: Events
  readonly settings: SettingsService
  readonly secrets: Pick<Secrets, 'resolve'>
  readonly router: RouterSettings
  readonly operational: OperationalStateService
  readonly budget: BudgetService
  readonly costs: CostService
  readonly connect: (options: { baseUrl: string; apiKey: string }) => ModelClient
}

/**
 * The one door to a model. It looks at the operational state and the rung, decides the model, sets the most the call
 * can cost aside, calls, and writes the ledger row whatever becomes of the answer.
 */
export class ModelGateway {
  readonly #deps: Deps
  #pulse: RateLimitPulse | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The provider's rate limits as last seen. */
  get pulse(): RateLimitPulse | null {
    return this.#pulse
  }

  /** One provider call. @throws KoraError store_full and the like when nothing could be set aside: nothing was asked */
  async call(request: GatewayRequest): Promise<GatewayOutcome> {
    const { clock, events, settings, secrets, router } = this.#deps
    const { model } = settings.get()
    const apiKey = secrets.resolve(model.apiKeyRef)
    if (apiKey === null) return { kind: 'refused', code: 'engine_unavailable', why: 'no_key' }
    const client = this.#deps.connect({ baseUrl: model.baseUrl, apiKey })
    const rules = await router.rules()
    const endsAtMs = clock.monotonicMs() + request.deadlineMs
    let lost: LedgerRow | null = null
    for (let tries = 1; ; tries++) {
      const opened = this.#open(request, rules)
      if (opened.kind === 'refused') return lost ? { kind: 'failed', code: opened.code, row: lost } : opened
      const { reservation, decision, body } = opened
      let reply: ModelReply
      try {
        reply = await client.complete({
          body,
          signal: request.signal,
          deadlineMs: Math.max(1, endsAtMs - clock.monotonicMs()),
        })
      } catch (error) {
        const failure = this.#failed(reservation, error)
        if (!failure.again || tries >= maxTries || clock.monotonicMs() >= endsAtMs) {
          events.publish('model.called', { code: failure.code })
          return { kind: 'failed', code: failure.code, row: failure.row ?? lost }
        }
        lost = failure.row ?? lost
        continue
      }
      this.#pulse = reply.pulse ?? this.#pulse
      events.publish('model.called', { code: null })
      return this.#answered(request, rules, reservation, decision, reply)
    }
  }

  /** Operational state, rung, model, money: in this order, anew before every request. */
  #open(
    request: GatewayRequest,
    rules: RouterRules,
  ):
    | Extract<GatewayOutcome, { kind: 'refused' }>
    | { kind: 'open'; reservation: Reservation; decision: ModelDecision; body: ReturnType<typeof messagesBody> } {
    const { operational, budget, costs } = this.#deps
    // Asked first: a period that is due begins here, and with it ends a pause for cost.
    const rung = budget.rung()
    const paused = operational.refusal(request.iteration > 1 || request.escalation !== undefined)
    if (paused !== null) return { kind: 'refused', code: 'operational_state_paused', why: paused }
    const decision = decide(request, rules, rung)
    if (decision.model === null) return refused(decision.reason === 'cost_ladder_halted' ? 'hard_stop' : 'clamped')
    const { system, tools, maxTokens } = request
    const messages = withoutPrefix(request, rules.prefix)
    const body = messagesBody({ model: decision.model, maxTokens, system, messages, ...(tools ? { tools } : {}) })
    const amountNanoUsd = costs.worstCase(decision.model, promptBytes(body), maxTokens)
    const admission = budget.admit(amountNanoUsd, request.critical)
    if (admission.kind === 'refused') return refused(admission.why)
    const reservation = costs.reserve(
      {
        provider,
        model: decision.model,
        route: request.route,
        parentRoute: request.parentRoute ?? null,
        iteration: request.iteration,
        escalated: decision.escalated,
        reason: decision.reason,
        clampedSignal: decision.clampedSignal,
        rung: rung === 'unknown' ? 'normal' : rung,
        subject: request.subject,
        amountNanoUsd,
      },
      () => this.#recordOverride(request, decision),
    )
    return { kind: 'open', reservation, decision, body }
  }

  #answered(
    request: GatewayRequest,
    rules: RouterRules,
    reservation: Reservation,
    decision: ModelDecision,
    reply: ModelReply,
  ): GatewayOutcome {
    const review = postCallEscalation({
      rules,
      rung: this.#deps.budget.rung(),
      iteration: request.iteration,
      decision,
      stopReason: reply.stopReason,
      inputText: request.question ?? request.text,
      replyText: reply.text,
      affordable: this.#affordable(request, rules),
    })
    const row = this.#settle(reservation, usedOr(reply, reservation), review.clampedSignal)
    // Paid for, but not on record yet: it must not be used.
    if (row === null) return { kind: 'failed', code: 'engine_exception:KoraError', row }
    return { kind: 'answered', reply, row, decision, escalate: review.escalate }
  }

  /** Null when the store refuses: the row follows, and what was asked once is not asked again meanwhile. */
  #settle(reservation: Reservation, end: CallEnd, clampedSignal: string | null = null): LedgerRow | null {
    try {
      return this.#deps.costs.settle(reservation, end, clampedSignal)
    } catch (error) {
      if (refusalOf(error)) return null
      throw error
    }
  }

  #failed(reservation: Reservation, error: unknown): { code: string; row: LedgerRow | null; again: boolean } {
    const { costs } = this.#deps
    if (!(error instanceof ModelFailure)) {
      // Nobody foresaw it, so nobody knows whether it was billed.
      this.#settle(reservation, { kind: 'unseen', requestId: null, note: 'call_broke' })
      throw error
    }
    this.#pulse = error.pulse ?? this.#pulse
    const { code, billing } = error
    if (billing === 'none') {
      costs.release(reservation)
      return { code, row: null, again: false }
    }
    if (billing === 'partial') {
      const { model, rawUsage, requestId } = error
      const end = usedOr({ model, rawUsage, requestId: requestId ?? `reservation:${reservation.id}` }, reservation)
      const whole = { ...end, note: joined(end.note, 'half_streamed') }
      return { code, row: this.#settle(reservation, whole), again: false }
    }
    const row = this.#settle(reservation, { kind: 'unseen', requestId: null, note: 'reply_lost' })
    return { code, row, again: error.retryable && row !== null }
  }

  /** Whether a second look by the strong model would fit the budget. */
  #affordable(request: GatewayRequest, rules: RouterRules): boolean {
    const { costs, budget } = this.#deps
    const { system, messages, maxTokens } = request
    const body = messagesBody({ model: rules.strong, maxTokens, system, messages })
    // The cheap answer goes along, at most four bytes a token.
    const bytes = promptBytes(body) + 4 * maxTokens
    return budget.admit(costs.worstCase(rules.strong, bytes, maxTokens), request.critical).kind === 'granted'
  }

  /** The operator asked for the strong model themselves; it feeds the tuning of the router. */
  #recordOverride(request: GatewayRequest, decision: ModelDecision): void {
    const { store, clock } = this.#deps
    const source = overrideSources[decision.reason]
    if (source === undefined || request.iteration !== 1) return
    store.audit.append(
      {
        seam: 'opus_override.applied',
        source: 'reasoning',
        details: {
          subject: request.subject,
          pre_call_decision_reason: decision.reason,
          override_source: source,
          route: request.route,
        },
      },
      clock.nowMs(),
    )
  }
}

const overrideSources: Readonly<Record<string, 'operator_prefix' | 'force_env'>> = {
  opus_prefix: 'operator_prefix',
  force_opus_env: 'force_env',
}

/** A second look is for the strong model or not at all: a clamped one would only repeat the cheap answer. */
function decide(request: GatewayRequest, rules: RouterRules, rung: Rung | 'unknown'): ModelDecision {
  const { iteration, text, escalation } = request
  const decision = decideModel({ rules, rung, iteration, text })
  if (escalation === undefined || decision.model === null) return decision
  const reason = `${postCallReason}${escalation}`
  return rung === 'normal'
    ? { model: rules.strong, reason, escalated: true, clampedSignal: null }
    : { model: null, reason: `cost_clamp:${rung}`, escalated: false, clampedSignal: escalation }
}

function withoutPrefix({ messages, text }: GatewayRequest, prefix: string): readonly Message[] {
  if (text === '') return messages
  return messages.map((message) =>
    message.role === 'user' && message.content === text ? { ...message, content: stripPrefix(text, prefix) } : message,
  )
}

function refused(why: Refusal | 'clamped'): Extract<GatewayOutcome, { kind: 'refused' }> {
  return { kind: 'refused', code: 'cost_ladder_halted', why }
}

/** What the provider said it used; what it said in a way nobody can believe counts as unseen. */
function usedOr(
  said: { readonly model: string; readonly rawUsage: unknown; readonly requestId: string },
  reservation: Reservation,
): CallEnd {
  const { usage, notes, implausible } = normalizeUsage(said.rawUsage, 'anthropic')
  const note = notes.length > 0 ? notes.join(' ').slice(0, 200) : null
  if (implausible) return { kind: 'unseen', requestId: said.requestId, note: note ?? 'usage_implausible' }
  return { kind: 'used', model: said.model || reservation.model, usage, requestId: said.requestId, note }
}

function joined(...notes: readonly (string | null)[]): string {
  return notes.filter((note) => note !== null).join(' ')
}
