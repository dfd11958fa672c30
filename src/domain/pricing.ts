import type { PriceBasis, TokenUsage } from './ledger.ts'
import { fallbackProvider, plainName, type Price, type PriceRow, type PriceTable } from './priceTable.ts'

/** A model as a caller knows it. */
export interface ModelRef {
  readonly model: string
  readonly provider?: string | null
  readonly baseUrl?: string | null
}

export interface PricedUsage {
  /** Null when the table does not know the whole price. */
  readonly costNanoUsd: number | null
  /** What the pool is charged: the cost, or the fallback's amount when the cost is unknown. */
  readonly poolChargeNanoUsd: number
  readonly basis: Extract<PriceBasis, 'table' | 'override' | 'fallback' | 'included'>
  readonly status: 'estimated' | 'included' | 'unknown'
  readonly source: PriceRow['source'] | 'none'
  /** Of the table; with `+override` when the operator's own price was used. */
  readonly version: string
  /** Why there is no cost: `no_price:<model>`, or `class_unpriced:<class>` for each class without a price. */
  readonly notes: readonly string[]
}

export type Tier = 'opus' | 'sonnet' | 'haiku'

const prefixes = ['anthropic', 'openai', 'google']
const hosts: Readonly<Record<string, string>> = {
  'api.anthropic.com': 'anthropic',
  'api.openai.com': 'openai',
  'generativelanguage.googleapis.com': 'google',
}
const tiers: readonly Tier[] = ['opus', 'sonnet', 'haiku']
/** Prices older than this are called stale (cost specification, 9, row 34). */
const staleAfterMs = 60 * 86_400_000

/** The tier a model's name speaks of; null when it speaks of none. */
export function tierOf(model: string): Tier | null {
  const name = model.toLowerCase()
  return tiers.find((tier) => name.includes(tier)) ?? null
}

/**
 * The price of a model at a time (cost specification, 4.2). The provider is the one given, else the name's prefix
 * (`anthropic/`), else the one behind the base URL, else any. Case, dots for dashes (`4.7`) and, when nothing else
 * fits, a trailing release date (`-20251001`) do not matter. The operator's rows come before the shipped ones.
 * @returns null when the table does not know it
 */
export function resolvePrice(table: PriceTable, ref: ModelRef, atMs: number): PriceRow | null {
  const { exact, undated } = candidates(table, ref)
  const holds = (row: PriceRow) => isEffective(row, atMs)
  const own = (row: PriceRow) => row.source === 'user_override' && holds(row)
  return exact.find(own) ?? undated.find(own) ?? exact.find(holds) ?? undated.find(holds) ?? null
}

interface Candidates {
  /** A subscription pays for the provider's calls. */
  readonly included: boolean
  /** Rows of the model whenever they hold: by its name, and by its name without a release date. */
  readonly exact: readonly PriceRow[]
  readonly undated: readonly PriceRow[]
}

/** Found once a table: a table never changes, and every call asks for the same few models. */
const found = new WeakMap<PriceTable, Map<string, Candidates>>()

function candidates(table: PriceTable, ref: ModelRef): Candidates {
  const byRef = found.get(table) ?? new Map<string, Candidates>()
  found.set(table, byRef)
  const key = `${ref.provider ?? ''}\0${ref.model}\0${ref.baseUrl ?? ''}`
  const known = byRef.get(key)
  if (known) return known
  const { provider, name } = identify(table, ref)
  const rows = table.rows.filter((row) => provider === null || row.provider === provider)
  const named = (wanted: string) => rows.filter((row) => row.names.includes(wanted))
  const candidates = {
    included: provider !== null && table.includedProviders.includes(provider),
    exact: named(name),
    undated: named(name.replace(/-\d{8}$/, '')),
  }
  // Names come from outside, too.
  if (byRef.size < 1_000) byRef.set(key, candidates)
  return candidates
}

/**
 * Prices one call. A class of tokens without a price leaves the whole call unpriced, never a part of it; the pool is
 * then charged by the dearest row of the same tier that was ever known, else of the whole Anthropic table (cost
 * specification, 4.4).
 * @param atMs when the call was made, epoch ms
 */
export function priceUsage(table: PriceTable, ref: ModelRef, usage: TokenUsage, atMs: number): PricedUsage {
  const version = table.version
  if (candidates(table, ref).included) {
    return {
      costNanoUsd: 0,
      poolChargeNanoUsd: 0,
      basis: 'included',
      status: 'included',
      source: 'none',
      version,
      notes: [],
    }
  }
  const tokens = classes(usage)
  const row = resolvePrice(table, ref, atMs)
  const rate = row && rateFor(row, promptTokens(tokens))
  const unpriced = rate ? unpricedClasses(tokens, rate) : []
  if (row && rate && unpriced.length === 0) {
    const costNanoUsd = amount(tokens, complete(rate), row.requestNanoUsd)
    const own = row.source === 'user_override'
    return {
      costNanoUsd,
      poolChargeNanoUsd: costNanoUsd,
      basis: own ? 'override' : 'table',
      status: 'estimated',
      source: row.source,
      version: own ? `${version}+override` : version,
      notes: [],
    }
  }
  return {
    costNanoUsd: null,
    poolChargeNanoUsd: amount(tokens, complete(fallbackPrice(table, ref.model)), 0),
    basis: 'fallback',
    status: 'unknown',
    source: 'none',
    version,
    notes: row ? unpriced.map((name) => `class_unpriced:${name}`) : [`no_price:${ref.model}`],
  }
}

/**
 * The most a call can be charged: every prompt token at the dearest of the rates a prompt of that length can meet
 * (fresh, or written to the cache for five minutes or an hour), every output token at the output rate. Where a class
 * has no price the fallback's rates count too, since a call that uses it is charged by them.
 * @param most upper bounds
 * @returns nanodollars
 */
export function worstCase(
  table: PriceTable,
  ref: ModelRef,
  most: { readonly inputTokens: number; readonly maxOutputTokens: number },
  atMs: number,
): number {
  if (candidates(table, ref).included) return 0
  const inputTokens = count(most.inputTokens)
  const row = resolvePrice(table, ref, atMs)
  const possible: Price[] = []
  if (row) possible.push(row.price)
  if (row?.above && inputTokens > row.above.promptTokens) possible.push(row.above.price)
  const gaps = possible.some((price) => Object.values(price).includes(null))
  if (row === null || gaps) possible.push(fallbackPrice(table, ref.model))
  const input = Math.max(...possible.map(dearestInput))
  const output = Math.max(...possible.map((price) => price.output))
  return capped(inputTokens * input + count(most.maxOutputTokens) * output + (row?.requestNanoUsd ?? 0))
}

/** Whether the shipped prices were last compared with the providers' pages more than 60 days ago. */
export function pricesStale(table: PriceTable, nowMs: number): boolean {
  return nowMs - pricesCheckedAtMs(table) > staleAfterMs
}

/** The newest day on which a shipped price was compared with its provider's page, epoch ms. */
export function pricesCheckedAtMs(table: PriceTable): number {
  const shipped = table.rows.filter(({ source }) => source === 'official_docs_snapshot')
  return Math.max(...shipped.map(({ checkedAtMs }) => checkedAtMs))
}

function identify(table: PriceTable, ref: ModelRef): { provider: string | null; name: string } {
  const clean = ref.model.trim().toLowerCase()
  const prefix = [...prefixes, ...table.includedProviders].find((candidate) => clean.startsWith(`${candidate}/`))
  const name = plainName(prefix === undefined ? clean : clean.slice(prefix.length + 1))
  return { provider: ref.provider?.trim().toLowerCase() || prefix || providerBehind(ref.baseUrl), name }
}

function providerBehind(baseUrl: string | null | undefined): string | null {
  const url = baseUrl ? URL.parse(baseUrl) : null
  return (url && hosts[url.hostname]) ?? null
}

function isEffective(row: PriceRow, atMs: number): boolean {
  return row.effectiveFromMs <= atMs && (row.effectiveToMs === null || atMs < row.effectiveToMs)
}

type Classes = Readonly<Record<keyof Price, number>>

const classNames: readonly (keyof Price)[] = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h']

function classes(usage: TokenUsage): Classes {
  const cacheWrite1h = count(usage.cacheCreation1hTokens)
  return {
    input: count(usage.inputTokens),
    output: count(usage.outputTokens),
    cacheRead: count(usage.cacheReadTokens),
    cacheWrite5m: Math.max(0, count(usage.cacheCreationTokens) - cacheWrite1h),
    cacheWrite1h,
  }
}

function promptTokens({ input, cacheRead, cacheWrite5m, cacheWrite1h }: Classes): number {
  return input + cacheRead + cacheWrite5m + cacheWrite1h
}

function rateFor(row: PriceRow, prompt: number): Price {
  return row.above !== null && prompt > row.above.promptTokens ? row.above.price : row.price
}

function unpricedClasses(tokens: Classes, price: Price): (keyof Price)[] {
  return classNames.filter((name) => tokens[name] > 0 && price[name] === null)
}

/** Every class at a number: what has no price of its own is charged like the dearest other way to read a prompt. */
function complete(price: Price): Classes {
  const dearest = dearestInput(price)
  return {
    input: price.input,
    output: price.output,
    cacheRead: price.cacheRead ?? dearest,
    cacheWrite5m: price.cacheWrite5m ?? dearest,
    cacheWrite1h: price.cacheWrite1h ?? dearest,
  }
}

function amount(tokens: Classes, price: Classes, requestNanoUsd: number): number {
  return capped(classNames.reduce((sum, name) => sum + tokens[name] * price[name], requestNanoUsd))
}

/**
 * The dearest price ever known, whatever its dates and the length of the prompt: a stand-in must not become cheaper
 * because an old model was retired.
 */
function fallbackPrice(table: PriceTable, model: string): Price {
  const known = table.rows.filter(({ provider }) => provider === fallbackProvider)
  const tier = tierOf(model)
  const sameTier = known.filter((row) => tier !== null && tierOf(row.model) === tier)
  const prices = (sameTier.length > 0 ? sameTier : known).flatMap(({ price, above }) =>
    above ? [price, above.price] : [price],
  )
  return prices.reduce((best, price) => (price.input + price.output > best.input + best.output ? price : best))
}

function dearestInput({ input, cacheRead, cacheWrite5m, cacheWrite1h }: Price): number {
  return Math.max(input, cacheRead ?? 0, cacheWrite5m ?? 0, cacheWrite1h ?? 0)
}

/** Absurd counts end at the largest amount that is still exact, never in a number the ledger cannot hold. */
function capped(nanoUsd: number): number {
  return Math.min(nanoUsd, Number.MAX_SAFE_INTEGER)
}

/** Counters from outside may be negative or no numbers; they count as nothing then. */
function count(tokens: number): number {
  return Number.isFinite(tokens) && tokens > 0 ? Math.trunc(tokens) : 0
}
