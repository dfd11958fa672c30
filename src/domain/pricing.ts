import { z } from 'zod'
import { KoraError } from './errors.ts'
import type { PriceBasis, TokenUsage } from './ledger.ts'

/** Integer nanodollars per token; null where the provider names no price. */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead: number | null
  readonly cacheWrite: number | null
}

export interface PriceRow {
  readonly provider: string
  readonly model: string
  readonly aliases: readonly string[]
  readonly effectiveFromMs: number
  /** Exclusive; null while the price holds. */
  readonly effectiveToMs: number | null
  readonly price: Price
  /** Rates for the whole call once its prompt is strictly longer than this; null when length does not matter. */
  readonly above: { readonly promptTokens: number; readonly price: Price } | null
  readonly sourceUrl: string
  readonly checkedAtMs: number
}

export interface PriceTable {
  readonly version: string
  readonly rows: readonly PriceRow[]
}

export interface PricedUsage {
  /** Null when the table does not know the whole price. */
  readonly costNanoUsd: number | null
  /** What the pool is charged: the cost, or the fallback's amount when the cost is unknown. */
  readonly poolChargeNanoUsd: number
  readonly basis: Extract<PriceBasis, 'table' | 'fallback'>
  readonly version: string
}

/** USD per million tokens, as providers print it, turned into nanodollars per token. */
const UsdPerMillion = z
  .number()
  .nonnegative()
  .transform((usd, context) => {
    const nano = Math.round(usd * 1_000)
    if (Math.abs(usd * 1_000 - nano) > 1e-6) context.addIssue('not a whole nanodollar per token')
    return nano
  })

const Prices = z.strictObject({
  input: UsdPerMillion,
  output: UsdPerMillion,
  cacheRead: UsdPerMillion.nullable(),
  cacheWrite: UsdPerMillion.nullable(),
})

const Day = z.iso.date().transform((day) => Date.parse(`${day}T00:00:00Z`))

const Row = z.strictObject({
  provider: z.string().min(1),
  model: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  effectiveFrom: Day,
  effectiveTo: Day.nullable(),
  usdPerMillion: Prices,
  above: z.strictObject({ promptTokens: z.number().int().positive(), usdPerMillion: Prices }).optional(),
  sourceUrl: z.url({ protocol: /^https$/ }),
  checkedAt: Day,
})

const Table = z.strictObject({
  version: z.string().min(1),
  rows: z
    .array(Row)
    .refine((rows) => rows.some(({ provider }) => provider === fallbackProvider), 'no price to fall back to'),
})

const fallbackProvider = 'anthropic'
const providers = ['anthropic', 'openai', 'google']
const tiers = ['opus', 'sonnet', 'haiku']

/**
 * Reads a price table.
 * @param json the parsed content of `resources/prices.json`
 * @throws KoraError config_invalid, naming the first field that is wrong
 */
export function parsePriceTable(json: unknown): PriceTable {
  const parsed = Table.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const field = issue?.path.join('.') ?? ''
    throw new KoraError('config_invalid', `The price table is not usable: ${field}: ${issue?.message}`, { field })
  }
  const rows = parsed.data.rows.map(
    (row): PriceRow => ({
      provider: row.provider,
      model: row.model,
      aliases: row.aliases,
      effectiveFromMs: row.effectiveFrom,
      effectiveToMs: row.effectiveTo,
      price: row.usdPerMillion,
      above: row.above ? { promptTokens: row.above.promptTokens, price: row.above.usdPerMillion } : null,
      sourceUrl: row.sourceUrl,
      checkedAtMs: row.checkedAt,
    }),
  )
  return { version: parsed.data.version, rows }
}

/**
 * The price of a model at a time (cost specification, 4.2). Case, a provider prefix (`anthropic/`), dots for dashes
 * (`4.7`) and, when nothing else fits, a trailing release date (`-20251001`) do not matter.
 * @returns null when the table does not know it
 */
export function resolvePrice(table: PriceTable, model: string, atMs: number): PriceRow | null {
  const { provider, name } = splitName(model)
  const rows = table.rows.filter((row) => isEffective(row, atMs) && (provider === null || row.provider === provider))
  const find = (wanted: string) =>
    rows.find((row) => [row.model, ...row.aliases].some((known) => splitName(known).name === wanted))
  return find(name) ?? find(name.replace(/-\d{8}$/, '')) ?? null
}

/**
 * Prices one call. A class of tokens without a price leaves the whole call unpriced, never a part of it; the pool is
 * then charged by the dearest row of the same tier, else of the whole Anthropic table (cost specification, 4.4).
 * @param atMs when the call was made, epoch ms
 */
export function priceUsage(table: PriceTable, model: string, usage: TokenUsage, atMs: number): PricedUsage {
  const row = resolvePrice(table, model, atMs)
  const cost = row ? amount(usage, rateFor(row, usage)) : null
  if (cost !== null) return { costNanoUsd: cost, poolChargeNanoUsd: cost, basis: 'table', version: table.version }
  const { input, output, cacheRead, cacheWrite } = fallbackPrice(table, model, atMs)
  // A fallback row charges what it names no price for like fresh input: rather too much than nothing.
  const complete = { input, output, cacheRead: cacheRead ?? input, cacheWrite: cacheWrite ?? input }
  const charge = amount(usage, complete) ?? 0
  return { costNanoUsd: null, poolChargeNanoUsd: charge, basis: 'fallback', version: table.version }
}

function splitName(model: string): { provider: string | null; name: string } {
  const clean = model.trim().toLowerCase()
  const provider = providers.find((candidate) => clean.startsWith(`${candidate}/`)) ?? null
  const name = provider === null ? clean : clean.slice(provider.length + 1)
  return { provider, name: name.replaceAll('.', '-') }
}

function isEffective(row: PriceRow, atMs: number): boolean {
  return row.effectiveFromMs <= atMs && (row.effectiveToMs === null || atMs < row.effectiveToMs)
}

function rateFor(row: PriceRow, usage: TokenUsage): Price {
  if (row.above === null) return row.price
  const prompt = count(usage.inputTokens) + count(usage.cacheReadTokens) + count(usage.cacheCreationTokens)
  return prompt > row.above.promptTokens ? row.above.price : row.price
}

/** Nanodollars; null when tokens of a class without a price were used. */
function amount(usage: TokenUsage, price: Price): number | null {
  const classes = [
    [usage.inputTokens, price.input],
    [usage.outputTokens, price.output],
    [usage.cacheReadTokens, price.cacheRead],
    [usage.cacheCreationTokens, price.cacheWrite],
  ] as const
  let sum = 0
  for (const [tokens, rate] of classes) {
    if (count(tokens) === 0) continue
    if (rate === null) return null
    sum += count(tokens) * rate
  }
  return sum
}

function fallbackPrice(table: PriceTable, model: string, atMs: number): Price {
  const known = table.rows.filter(({ provider }) => provider === fallbackProvider)
  const tier = tiers.find((word) => model.toLowerCase().includes(word))
  const sameTier = known.filter((row) => tier !== undefined && row.model.includes(tier))
  const candidates = [sameTier.filter((row) => isEffective(row, atMs)), sameTier, known].find((rows) => rows.length > 0)
  const dearest = (candidates ?? known).reduce((best, row) => (total(row) > total(best) ? row : best))
  return dearest.price
}

function total({ price }: PriceRow): number {
  return price.input + price.output
}

/** Counters from outside may be negative or missing; they count as nothing then. */
function count(tokens: number): number {
  return Number.isFinite(tokens) && tokens > 0 ? Math.trunc(tokens) : 0
}
