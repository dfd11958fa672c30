import type {
  BudgetState,
  CorrectionView,
  LedgerEntry,
  PriceRowView,
  ReconciliationView,
  SpendState,
} from '../../src/contract/spend.ts'
import { forecast } from '../../src/domain/forecast.ts'
import type { Route, Rung } from '../../src/domain/ledger.ts'
import { d, h, min } from './cockpitRows.ts'

export const usd = 1_000_000_000
const cheap = 'claude-haiku-4-5-20251001'
const strong = 'claude-opus-4-7'

export interface SpendWorld {
  ledger: LedgerEntry[]
  corrections: CorrectionView[]
  reconciliations: ReconciliationView[]
  prices: PriceRowView[]
  /** When the daemon was not running: buckets in here hold nothing and are drawn as gaps. */
  gaps: { fromMs: number; toMs: number; reason: 'asleep' | 'not_running' | 'crashed' }[]
  /** The first moment anything was measured. */
  sinceMs: number | null
}

/** Figures that look drawn by lot and are the same every time. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Nanodollars a token: input, output, cache read, cache write. */
const rates: Readonly<Record<string, readonly [number, number, number, number]>> = {
  [cheap]: [1_000, 5_000, 100, 1_250],
  [strong]: [5_000, 25_000, 500, 6_250],
}

const signals = ['decision_language', 'low_confidence_marker', 'short_response_for_long_input'] as const
/** Share of the rows, chance of the strong model, tokens of a usual call. */
const activities: readonly (readonly [Route, number, number, readonly [number, number, number, number]])[] = [
  ['slack_dm', 0.29, 0.094, [1_600, 150, 8_000, 300]],
  ['email_inbound', 0.022, 0.034, [4_500, 460, 6_900, 900]],
  ['probe_investigation', 0.077, 0.21, [4_500, 300, 13_000, 1_100]],
  ['tool_loop_iteration', 0.035, 1, [4_300, 370, 13_500, 0]],
  ['alert_investigation', 0.006, 0.42, [3_900, 280, 9_000, 800]],
]

export interface LedgerWish {
  rows: number
  days: number
  /** What the calls of the period are to cost together. */
  spentUsd: number
  rung: Rung
  unpriced: number
}

export function ledgerOf(nowMs: number, periodMs: number, wish: LedgerWish): LedgerEntry[] {
  const roll = dice(11)
  const gap = nightGap(nowMs)
  const rows: LedgerEntry[] = []
  for (let index = 0; index < wish.rows; index++) {
    const share = (index + roll() * 0.8) / wish.rows
    const at = Math.round(nowMs - 4 * min - share * wish.days * d)
    const atMs = at >= gap.fromMs && at < gap.toMs ? gap.fromMs - Math.round(roll() * 6 * h) : at
    rows.push(entry(atMs, wish.rows - index, roll, wish.rung, index < wish.unpriced * 40 && index % 40 === 7))
  }
  rows.sort((a, b) => b.atMs - a.atMs)
  const sum = rows.filter((row) => row.atMs >= periodMs).reduce((total, row) => total + row.poolChargeNanoUsd, 0)
  const factor = sum === 0 ? 1 : (wish.spentUsd * usd) / sum
  return rows.map((row, index) => scaled({ ...row, seq: wish.rows - index }, factor))
}

function scaled(row: LedgerEntry, factor: number): LedgerEntry {
  const times = (value: number) => Math.round(value * factor)
  return {
    ...row,
    inputTokens: times(row.inputTokens),
    outputTokens: times(row.outputTokens),
    cacheReadTokens: times(row.cacheReadTokens),
    cacheCreationTokens: times(row.cacheCreationTokens),
    costNanoUsd: row.costNanoUsd === null ? null : times(row.costNanoUsd),
    poolChargeNanoUsd: times(row.poolChargeNanoUsd),
    savedNanoUsd: times(row.savedNanoUsd),
  }
}

function entry(atMs: number, seq: number, roll: () => number, rung: Rung, unpriced: boolean): LedgerEntry {
  const base: LedgerEntry = {
    seq,
    id: `01JXLEDG${String(seq).padStart(18, '0')}`,
    atMs,
    route: 'slack_dm',
    parentRoute: null,
    iteration: 1,
    model: 'short_circuit',
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    costNanoUsd: 0,
    poolChargeNanoUsd: 0,
    priceVersion: 'prices-2026-05',
    priceBasis: 'included',
    poolBasis: 'included',
    escalated: false,
    reason: 'phrasebook',
    clampedSignal: null,
    rung,
    requestId: `req_${(seq * 7_919).toString(36).padStart(8, '0')}`,
    account: 'api_key',
    subject: null,
    savedNanoUsd: 0,
    note: null,
    correctedAtMs: null,
    openRoute: null,
  }
  if (unpriced) {
    const [input, output] = [Math.round(4_000 + roll() * 3_000), 300]
    return {
      ...base,
      route: 'unknown',
      model: 'mystery-1',
      inputTokens: input,
      outputTokens: output,
      costNanoUsd: null,
      poolChargeNanoUsd: input * 15_000 + output * 75_000,
      priceBasis: 'unknown',
      poolBasis: 'fallback',
      reason: 'default_haiku',
      note: 'route:agent_main_loop',
    }
  }
  let pick = roll()
  for (const [route, share, chance, tokens] of activities) {
    pick -= share
    if (pick >= 0) continue
    return call({ ...base, route }, roll, route === 'tool_loop_iteration' || roll() < chance, tokens)
  }
  return { ...base, savedNanoUsd: Math.round((4 + roll() * 16) * 1_000_000) }
}

function call(
  base: LedgerEntry,
  roll: () => number,
  wanted: boolean,
  usual: readonly [number, number, number, number],
): LedgerEntry {
  const byRule = base.route === 'tool_loop_iteration'
  const clamped = wanted && base.rung !== 'normal'
  const escalated = wanted && !clamped
  const signal = byRule ? 'tool_loop_iteration' : (signals[Math.floor(roll() * signals.length)] ?? signals[0])
  const model = escalated ? strong : cheap
  const [input = 0, output = 0, read = 0, write = 0] = usual.map((tokens) => Math.round(tokens * (0.4 + roll() * 1.2)))
  const [pIn, pOut, pRead, pWrite] = rates[model] ?? [0, 0, 0, 0]
  const cost = input * pIn + output * pOut + read * pRead + write * pWrite
  const probe = base.route === 'probe_investigation'
  return {
    ...base,
    parentRoute: byRule ? 'probe_investigation' : null,
    iteration: byRule ? 2 + Math.floor(roll() * 3) : 1,
    model,
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: read,
    cacheCreationTokens: write,
    costNanoUsd: cost,
    poolChargeNanoUsd: cost,
    priceBasis: 'table',
    poolBasis: 'table',
    escalated,
    reason: escalated ? signal : clamped ? `cost_clamp:${base.rung}` : 'default_haiku',
    clampedSignal: clamped ? signal : null,
    subject: probe || byRule ? 'investigation:inv_01JX7F3A' : `message:1747${base.seq}`,
    openRoute: probe || byRule ? '/investigations/inc_01JX7F3A' : null,
  }
}

export function nightGap(nowMs: number): { fromMs: number; toMs: number; reason: 'asleep' } {
  return { fromMs: nowMs - 14 * h, toMs: nowMs - 10 * h, reason: 'asleep' }
}

type Known = Extract<BudgetState, { kind: 'known' }>

/** A budget of $200 from 1 May on, after this much was spent. */
export function budgetOf(spentUsd: number, change: Partial<Known> = {}): Known {
  const pool = 200 * usd
  const spent = Math.round(spentUsd * usd)
  const pct = Math.floor((spent * 10_000) / pool) / 100
  return {
    kind: 'known',
    periodStartMs: Date.UTC(2026, 4, 1),
    periodEndMs: Date.UTC(2026, 5, 1),
    poolNanoUsd: pool,
    spentNanoUsd: spent,
    reservedNanoUsd: 0,
    remainingNanoUsd: Math.max(0, pool - spent),
    overdraftNanoUsd: Math.max(0, spent - pool),
    pctUsed: pct,
    rung: pct >= 100 ? 'hard_stop_100' : pct >= 90 ? 'downshift_90' : pct >= 75 ? 'warn_75' : 'normal',
    marks: [
      { rung: 'warn_75', pct: 75, atNanoUsd: 150 * usd },
      { rung: 'downshift_90', pct: 90, atNanoUsd: 180 * usd },
      { rung: 'hard_stop_100', pct: 100, atNanoUsd: pool },
    ],
    hiddenNanoUsd: 0,
    unpricedCalls: 0,
    extraUsageOff: true,
    pausedForCost: false,
    rampUntilMs: null,
    dailyCap: null,
    criticalShareNanoUsd: 0,
    lastReconciliation: null,
    clockBehind: false,
    ...change,
  }
}

export function spendStateOf(nowMs: number, budget: BudgetState, dayUsd: number): SpendState {
  return {
    budget,
    burn: {
      hourNanoUsd: Math.round((dayUsd / 19) * usd),
      dayNanoUsd: Math.round(dayUsd * usd),
      weekNanoUsd: Math.round(dayUsd * 6.1 * usd),
    },
    forecast: budget.kind === 'known' ? paceOf(nowMs, budget, dayUsd) : { kind: 'not_enough_data', coveredMs: 0 },
    spike: null,
    models: { cheap, strong },
    pulse: {
      capturedAtMs: nowMs - 4 * min,
      requests: { limit: 1_000, remaining: 968, resetAtMs: nowMs + min },
      tokens: { limit: 400_000, remaining: 371_000, resetAtMs: nowMs + min },
    },
    prices: {
      version: 'prices-2026-05',
      checkedAtMs: Date.UTC(2026, 4, 1),
      stale: false,
      overlayError: null,
      overlayRows: 0,
    },
    unpricedModels: [],
  }
}

function paceOf(nowMs: number, budget: Known, dayUsd: number): SpendState['forecast'] {
  const trailing = (perDayUsd: number, days: number) => ({
    chargedNanoUsd: Math.round(perDayUsd * days * usd),
    coveredMs: days * d,
    spanMs: days * d,
  })
  const made = forecast({
    nowMs,
    periodEndMs: budget.periodEndMs,
    poolNanoUsd: budget.poolNanoUsd,
    spentNanoUsd: budget.spentNanoUsd,
    thresholds: { warnPct: 75, downshiftPct: 90, stopPct: 100 },
    day: trailing(dayUsd * 1.24, 1),
    week: trailing(dayUsd, 7),
    period: trailing(dayUsd * 0.86, 11),
    coveredMsTotal: 30 * d,
  })
  return made.kind === 'pace' ? { ...made, passings: [...made.passings] } : made
}

export function reconciliation(atMs: number, change: Partial<ReconciliationView> = {}): ReconciliationView {
  return {
    id: `rec_${atMs}`,
    atMs,
    periodMs: Date.UTC(2026, 4, 1),
    source: 'operator',
    localNanoUsd: 61.7 * usd,
    reportedNanoUsd: 61.89 * usd,
    diffPct: 0.003,
    tolerance: 0.1,
    withinTolerance: true,
    adjustmentNanoUsd: 0,
    breakerReTripped: false,
    ...change,
  }
}

export function correctionsOf(nowMs: number, ledger: readonly LedgerEntry[]): CorrectionView[] {
  return ledger
    .filter((row) => row.costNanoUsd !== null && row.costNanoUsd > 0)
    .slice(300, 304)
    .map((row, index) => ({
      id: `cor_${index}`,
      atMs: nowMs - 3 * d,
      requestId: row.requestId,
      callAtMs: row.atMs,
      route: row.route,
      model: row.model,
      costNanoUsd: row.costNanoUsd ?? 0,
      poolDeltaNanoUsd: -Math.round((row.costNanoUsd ?? 0) * 0.8),
      priceVersion: 'prices-2026-05',
    }))
}

export function pricesOf(): PriceRowView[] {
  const row = (
    model: string,
    [input, output, cacheRead, cacheWrite5m, cacheWrite1h]: readonly [
      number,
      number,
      number | null,
      number | null,
      number | null,
    ],
    change: Partial<PriceRowView> = {},
  ): PriceRowView => ({
    provider: 'anthropic',
    model,
    aliases: [],
    effectiveFromMs: Date.UTC(2026, 4, 1),
    effectiveToMs: null,
    usdPerMillion: { input, output, cacheRead, cacheWrite5m, cacheWrite1h },
    above: null,
    sourceUrl: 'https://platform.claude.com/docs/en/about-claude/pricing',
    checkedAtMs: Date.UTC(2026, 4, 1),
    source: 'official_docs_snapshot',
    effective: true,
    ...change,
  })
  return [
    row('claude-opus-4-7', [5, 25, 0.5, 6.25, 10], { aliases: ['claude-opus-4-6', 'claude-opus-4-5'] }),
    row('claude-sonnet-5', [2, 10, 0.2, 2.5, 4], { effectiveToMs: Date.UTC(2026, 8, 1) }),
    row('claude-sonnet-5', [3, 15, 0.3, 3.75, 6], { effectiveFromMs: Date.UTC(2026, 8, 1), effective: false }),
    row('claude-haiku-4-5', [1, 5, 0.1, 1.25, 2], { aliases: ['claude-haiku-4-5-20251001'] }),
    row('claude-3-haiku-20240307', [0.25, 1.25, 0.03, 0.3, null], {
      effectiveFromMs: Date.UTC(2024, 2, 7),
      effectiveToMs: Date.UTC(2026, 3, 19),
      effective: false,
    }),
    row('gpt-4.1-nano', [0.1, 0.4, 0.025, null, null], {
      provider: 'openai',
      sourceUrl: 'https://openai.com/api/pricing/',
      checkedAtMs: Date.UTC(2026, 2, 16),
    }),
    row('gemini-2.5-pro', [1.25, 10, 0.125, null, null], {
      provider: 'google',
      above: {
        promptTokens: 200_000,
        usdPerMillion: { input: 2.5, output: 15, cacheRead: 0.25, cacheWrite5m: null, cacheWrite1h: null },
      },
      sourceUrl: 'https://ai.google.dev/gemini-api/docs/pricing',
    }),
    row('house-model', [0.4, 1.6, null, null, null], {
      provider: 'internal',
      sourceUrl: 'https://wiki.example.app/contract',
      source: 'user_override',
    }),
  ]
}
