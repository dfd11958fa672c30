import { escalatedByRule, type Rung } from './ledger.ts'
import type { Message } from './modelRequest.ts'
import { plainText } from './plainText.ts'

export type Matcher = (text: string) => boolean

export interface RouterRules {
  /** The model for everything that earns no better. */
  readonly cheap: string
  readonly strong: string
  /** Everything goes to the strong model while the budget allows. */
  readonly forceStrong: boolean
  /** A message that begins with this word goes to the strong model; blank stands for `/opus`. */
  readonly prefix: string
  readonly decision: Matcher
  readonly lowConfidence: Matcher
  /** Whether a doubtful answer of the cheap model is asked again of the strong one. */
  readonly postCall: boolean
}

export interface ModelDecision {
  /** Null: no call may be made. */
  readonly model: string | null
  readonly reason: string
  readonly escalated: boolean
  /** The signal that asked for the strong model and lost to the budget. */
  readonly clampedSignal: string | null
}

const defaultPrefix = '/opus'
/** Stands before the reason of a second call; the telemetry counts the bare reason. */
export const postCallReason = 'escalated_post_haiku:'

/** "should we", "do I"; of "you" only what asks for a judgement, not for a favour (cost specification, 9, row 21). */
const decisions = [
  /\b(?:should|do|can|will|would)\s+(?:i|we)\b/i,
  /\bwould\s+you\s+(?:recommend|choose|do|go\s+with)\b/i,
  /\bdo\s+you\s+(?:recommend|think)\b/i,
  /\bshould\s+you\b/i,
  /\b(?:decide|decision|approve|approval|reject|go\/no-go|ship\s+or\s+not)\b/i,
  /\bis\s+it\s+(?:better|worth|safe|right)\b/i,
]
const doubts = [
  /\bi'?m\s+not\s+(?:sure|certain|confident)\b/i,
  /\bi\s+don'?t\s+(?:have\s+enough|know|understand)\b/i,
  /\bi\s+might\s+be\s+wrong\b/i,
  /\bthis\s+is\s+(?:a\s+guess|just\s+a\s+guess|speculative)\b/i,
  /\bi\s+can'?t\s+(?:tell|determine|verify|confirm)\b/i,
  /\bunclear\s+(?:whether|if|how)\b/i,
]

/** Decision language as shipped. */
export const builtInDecision: Matcher = (text) => {
  const plain = plainText(text)
  return decisions.some((pattern) => pattern.test(plain)) || plain.split('\n').some(isPlan)
}

/** An answer that doubts itself, as shipped. */
export const builtInLowConfidence: Matcher = (text) => {
  const plain = plainText(text)
  return doubts.some((pattern) => pattern.test(plain))
}

/**
 * Which model a call gets: the table of cost specification 6, where the first row that holds wins. A rung nobody knows
 * keeps to the cheap model (3.8).
 * @param call.iteration 1 for the first call of a reply
 * @param call.text the operator's message as written, prefix included; '' when there is none
 */
export function decideModel(call: {
  rules: RouterRules
  rung: Rung | 'unknown'
  iteration: number
  text: string
}): ModelDecision {
  const { rules, rung } = call
  if (rung === 'hard_stop_100') {
    return { model: null, reason: 'cost_ladder_halted', escalated: false, clampedSignal: null }
  }
  const signal = strongSignal(call)
  if (rung !== 'normal') {
    return { model: rules.cheap, reason: `cost_clamp:${rung}`, escalated: false, clampedSignal: signal }
  }
  return signal === null
    ? { model: rules.cheap, reason: 'default_haiku', escalated: false, clampedSignal: null }
    : { model: rules.strong, reason: signal, escalated: true, clampedSignal: null }
}

function strongSignal({ rules, iteration, text }: Parameters<typeof decideModel>[0]): string | null {
  if (rules.forceStrong) return 'force_opus_env'
  if (iteration >= 2) return escalatedByRule
  if (prefixPattern(rules.prefix).test(text)) return 'opus_prefix'
  return rules.decision(text) ? 'decision_language' : null
}

/**
 * The message as the model reads it: without leading blanks, prefix and at most one space, when it begins with the
 * prefix as a word of its own; otherwise unchanged. What is no text passes through.
 */
export function stripPrefix(text: string, prefix: string): string
export function stripPrefix(text: unknown, prefix: string): unknown
export function stripPrefix(text: unknown, prefix: string): unknown {
  if (typeof text !== 'string') return text
  const found = prefixPattern(prefix).exec(text)
  return found === null ? text : text.slice(found[0].length).replace(/^ /, '')
}

export interface PostCallVerdict {
  /** The reason to ask the strong model; null to keep the answer. The call's own reason is `postCallReason` + this. */
  readonly escalate: string | null
  readonly clampedSignal: string | null
  /** What was found: a reason, `haiku_confident`, or `not_considered` when the answer is not of the kind that is judged. */
  readonly verdict: string
}

/**
 * Whether the strong model is asked about the cheap model's answer (cost specification, 6). Only a finished first
 * answer that was not escalated is judged.
 * @param call.rung read again after the call
 * @param call.inputText the operator's message
 * @param call.affordable whether what remains of the budget covers a strong call
 */
export function postCallEscalation(call: {
  rules: RouterRules
  rung: Rung | 'unknown'
  iteration: number
  decision: Pick<ModelDecision, 'model' | 'escalated'>
  stopReason: string | null
  inputText: string
  replyText: string
  affordable: boolean
}): PostCallVerdict {
  const reply = call.replyText.trim()
  const first = call.iteration === 1 && call.decision.model !== null && !call.decision.escalated
  if (!call.rules.postCall || !first || call.stopReason !== 'end_turn' || reply === '') {
    return { escalate: null, clampedSignal: null, verdict: 'not_considered' }
  }
  const doubt = doubtIn(call.rules, call.inputText, reply)
  if (doubt === null) return { escalate: null, clampedSignal: null, verdict: 'haiku_confident' }
  return call.rung === 'normal' && call.affordable
    ? { escalate: doubt, clampedSignal: null, verdict: doubt }
    : { escalate: null, clampedSignal: doubt, verdict: doubt }
}

/**
 * What a second call sends after the first one's messages: the answer to look at, and what is asked of it.
 * @param reply the cheap model's answer, not blank
 */
export function reviewTurns(reply: string): Message[] {
  const request =
    'Review the answer above. Correct what is wrong and add what is missing; reply with the improved answer alone. ' +
    'If it stands as it is, give it again in a few words.'
  return [
    { role: 'assistant', content: reply.trimEnd() },
    { role: 'user', content: request },
  ]
}

function doubtIn(rules: RouterRules, input: string, reply: string): string | null {
  if (rules.lowConfidence(reply)) return 'low_confidence_marker'
  return characters(input) > 200 && characters(reply) < 50 ? 'short_response_for_long_input' : null
}

/** "plan … for", "approach … to" within one line. Two searches, since `.*` between them takes quadratic time. */
function isPlan(line: string): boolean {
  const plan = /\b(?:plan|strategy|approach)\b/i.exec(line)
  return plan !== null && /\b(?:for|to)\b/i.test(line.slice(plan.index + plan[0].length))
}

/** Leading blanks and the prefix. A prefix that ends like a word must end there: `/opusx` is another word. */
function prefixPattern(configured: string): RegExp {
  const prefix = configured.trim() === '' ? defaultPrefix : configured.trim()
  const literal = prefix.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`^\\s*${literal}${/[\p{L}\p{N}_]$/u.test(prefix) ? '(?![\\p{L}\\p{N}_])' : ''}`, 'iu')
}

/** Code points: an emoji is one character, however it is stored. */
function characters(text: string): number {
  return Array.from(text).length
}
