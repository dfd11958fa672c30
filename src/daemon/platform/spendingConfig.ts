import { parseUsd } from '../../domain/money.ts'
import { parsePatternList } from '../../domain/patternList.ts'
import { defaultTuningRules, type TuningRules } from '../../domain/routerTuning.ts'
import {
  absolutePath,
  count,
  decimal,
  type Env,
  fixedBy,
  type FixedByEnv,
  type Parsed,
  text,
  trimmed,
} from './envValues.ts'

/** As far as settings go (`contract/settings.ts`). */
const most = { poolUsd: 1_000_000, patterns: 50, patternLength: 300 }

/** What the environment says about model calls and their cost, beside the settings it fixes. */
export interface SpendingConfig {
  /** The export of the counters; null when no file was named. */
  readonly costTelemetry: { readonly path: string | null; readonly persistMs: number }
  /** When the router's choices are worth a word to the operator (cost specification, 6). */
  readonly routerTuning: TuningRules
}

/** Understands the variables of budget, router and telemetry. */
export function parseSpending(env: Env): { config: SpendingConfig; fixed: FixedByEnv[]; warnings: string[] } {
  const path = absolutePath(env, 'KORA_COST_TELEMETRY_PATH')
  const persist = decimal(env, 'KORA_COST_TELEMETRY_PERSIST_INTERVAL_SEC', 300, 1, 86_400)
  const minCalls = count(env, 'KORA_PROMOTE_ROUTER_TUNING_MIN_CALLS', defaultTuningRules.minCalls, 2, 1_000_000)
  const tightenAt = decimal(env, 'KORA_PROMOTE_ROUTER_TUNING_TIGHTEN_THRESHOLD', defaultTuningRules.tightenAt, 0, 1)
  const loosenAt = count(
    env,
    'KORA_PROMOTE_ROUTER_TUNING_LOOSEN_OVERRIDE_THRESHOLD',
    defaultTuningRules.loosenAt,
    1,
    1_000_000,
  )
  const settings = [
    fixedBy('budget.poolUsd', 'KORA_CREDIT_POOL_USD', pool(env, 'KORA_CREDIT_POOL_USD')),
    fixedBy('routing.forceStrong', 'KORA_FORCE_OPUS', exactlyTrue(env, 'KORA_FORCE_OPUS')),
    fixedBy(
      'routing.prefix',
      'KORA_OPUS_PREFIX',
      text(env, 'KORA_OPUS_PREFIX', /^.{1,40}$/, '1 to 40 characters long'),
    ),
    fixedBy('routing.decisionPatterns', 'KORA_OPUS_TRIGGER_PATTERNS', patterns(env, 'KORA_OPUS_TRIGGER_PATTERNS')),
    fixedBy(
      'routing.lowConfidencePatterns',
      'KORA_HAIKU_LOW_CONFIDENCE_PATTERNS',
      patterns(env, 'KORA_HAIKU_LOW_CONFIDENCE_PATTERNS'),
    ),
    fixedBy('routing.postCallEscalation', 'KORA_DISABLE_POST_CALL_ESCALATION', postCallEscalation(env)),
  ]
  return {
    config: {
      costTelemetry: { path: path.value, persistMs: Math.round(persist.value * 1_000) },
      routerTuning: { minCalls: minCalls.value, tightenAt: tightenAt.value, loosenAt: loosenAt.value },
    },
    fixed: settings.flatMap(({ value }) => value),
    warnings: [path, persist, minCalls, tightenAt, loosenAt, ...settings].flatMap(({ warnings }) => warnings),
  }
}

/** USD above 0. */
function pool(env: Env, name: string): Parsed<number | null> {
  const raw = trimmed(env, name)
  if (raw === null) return { value: null, warnings: [] }
  const nanoUsd = parseUsd(raw)
  const value = nanoUsd === null ? NaN : nanoUsd / 1e9
  if (value > 0 && value <= most.poolUsd) return { value, warnings: [] }
  return { value: null, warnings: [`${name} is not an amount of USD above 0, up to ${most.poolUsd}; it is ignored.`] }
}

/** `true` in any case, or `false`: what spends more must be meant exactly. */
function exactlyTrue(env: Env, name: string): Parsed<boolean | null> {
  const raw = trimmed(env, name)?.toLowerCase() ?? null
  if (raw === null || raw === 'true' || raw === 'false')
    return { value: raw === null ? null : raw === 'true', warnings: [] }
  return { value: null, warnings: [`${name} is neither true nor false; it is ignored.`] }
}

function postCallEscalation(env: Env): Parsed<boolean | null> {
  const { value, warnings } = exactlyTrue(env, 'KORA_DISABLE_POST_CALL_ESCALATION')
  return { value: value === null ? null : !value, warnings }
}

/** A list that replaces the built-in one. Whether each is an expression is found out where they are compiled. */
function patterns(env: Env, name: string): Parsed<string[] | null> {
  const raw = trimmed(env, name)
  if (raw === null) return { value: null, warnings: [] }
  const listed = parsePatternList(raw)
  const value = listed.filter((pattern) => pattern.length <= most.patternLength).slice(0, most.patterns)
  if (value.length === 0) {
    return { value: null, warnings: [`${name} is no list of patterns; it is ignored.`] }
  }
  if (value.length === listed.length) return { value, warnings: [] }
  const limits = `${most.patterns} patterns of ${most.patternLength} characters`
  return { value, warnings: [`${name} holds more than ${limits}; the rest is ignored.`] }
}
