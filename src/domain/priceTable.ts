import { z } from 'zod'
import { KoraError } from './errors.ts'

/** Integer nanodollars per token; null where the provider names no price. */
export interface Price {
  readonly input: number
  readonly output: number
  readonly cacheRead: number | null
  /** Cache writes that last five minutes. */
  readonly cacheWrite5m: number | null
  /** Cache writes that last an hour. */
  readonly cacheWrite1h: number | null
}

export interface PriceRow {
  readonly provider: string
  readonly model: string
  readonly aliases: readonly string[]
  /** Model and aliases as names are compared, see {@link plainName}. */
  readonly names: readonly string[]
  readonly effectiveFromMs: number
  /** Exclusive; null while the price holds. */
  readonly effectiveToMs: number | null
  readonly price: Price
  /** Rates for the whole call once its prompt is strictly longer than this; null when length does not matter. */
  readonly above: { readonly promptTokens: number; readonly price: Price } | null
  /** Nanodollars for the call itself, whatever its tokens. */
  readonly requestNanoUsd: number
  readonly sourceUrl: string
  readonly checkedAtMs: number
  readonly source: 'official_docs_snapshot' | 'user_override'
}

export interface PriceTable {
  readonly version: string
  /** The operator's own rows first. */
  readonly rows: readonly PriceRow[]
  /** Providers whose calls a subscription has already paid. */
  readonly includedProviders: readonly string[]
}

/** A model without a price is charged by this provider's dearest row (cost specification, 4.4). */
export const fallbackProvider = 'anthropic'

/** USD per million tokens, as providers print it, turned into nanodollars per token. */
const UsdPerMillion = z
  .number()
  .nonnegative()
  .transform((usd, context) => whole(usd * 1_000, 'does not come to a whole nanodollar a token', context))

const UsdPerRequest = z
  .number()
  .nonnegative()
  .transform((usd, context) => whole(usd * 1_000_000_000, 'does not come to a whole nanodollar', context))

const Prices = z.strictObject({
  input: UsdPerMillion,
  output: UsdPerMillion,
  cacheRead: UsdPerMillion.nullable(),
  cacheWrite5m: UsdPerMillion.nullable(),
  cacheWrite1h: UsdPerMillion.nullable(),
})

const Day = z.iso.date().transform((day) => Date.parse(`${day}T00:00:00Z`))

const Row = z
  .strictObject({
    provider: z.string().min(1),
    model: z.string().min(1),
    aliases: z.array(z.string().min(1)),
    effectiveFrom: Day,
    effectiveTo: Day.nullable(),
    usdPerMillion: Prices,
    above: z.strictObject({ promptTokens: z.number().int().positive(), usdPerMillion: Prices }).optional(),
    usdPerRequest: UsdPerRequest.optional(),
    sourceUrl: z.url({ protocol: /^https$/ }),
    checkedAt: Day,
  })
  .refine(({ effectiveFrom, effectiveTo }) => effectiveTo === null || effectiveFrom < effectiveTo, {
    path: ['effectiveTo'],
    error: 'does not lie after the first day',
  })

const Rows = z.array(Row).superRefine((rows, context) => {
  for (const [no, row] of rows.entries()) {
    const other = rows.slice(0, no).findIndex((earlier) => overlaps(earlier, row))
    if (other < 0) continue
    const message = `falls into the days of row ${other + 1}, which prices the same model`
    context.addIssue({ code: 'custom', path: [no, 'effectiveFrom'], message })
  }
})

const Table = z.strictObject({
  version: z.string().min(1),
  includedProviders: z.array(z.string().min(1)),
  rows: Rows.refine(
    (rows) => rows.some(({ provider }) => provider === fallbackProvider),
    `hold no price of ${fallbackProvider} to fall back to`,
  ),
})

const Overlay = z.strictObject({ rows: Rows })

/**
 * Reads the shipped price table.
 * @param json the parsed content of `resources/prices.json`
 * @throws KoraError config_invalid, naming the first field that is wrong
 */
export function parsePriceTable(json: unknown): PriceTable {
  const { version, includedProviders, rows } = parse(Table, json, 'The price table')
  return { version, includedProviders, rows: rows.map((row) => priceRow(row, 'official_docs_snapshot')) }
}

/**
 * Reads the operator's own prices: `{ "rows": [...] }`, each row shaped as in the shipped table.
 * @throws KoraError config_invalid, naming the first field that is wrong
 */
export function parseOverlay(json: unknown): PriceRow[] {
  return parse(Overlay, json, 'The price file').rows.map((row) => priceRow(row, 'user_override'))
}

/** The table with the operator's rows: where one holds, it wins over the shipped price. */
export function withOverlay(table: PriceTable, rows: readonly PriceRow[]): PriceTable {
  return { ...table, rows: [...rows, ...table.rows] }
}

/** A model's name without what does not matter: case, blanks, and dots where others write dashes. */
export function plainName(model: string): string {
  return model.trim().toLowerCase().replaceAll('.', '-')
}

function whole(amount: number, problem: string, context: z.core.$RefinementCtx): number {
  const rounded = Math.round(amount)
  if (Math.abs(amount - rounded) > 1e-6 || !Number.isSafeInteger(rounded)) context.addIssue(problem)
  return rounded
}

type ParsedRow = z.output<typeof Row>

function priceRow(row: ParsedRow, source: PriceRow['source']): PriceRow {
  return {
    provider: row.provider,
    model: row.model,
    aliases: row.aliases,
    names: namesOf(row),
    effectiveFromMs: row.effectiveFrom,
    effectiveToMs: row.effectiveTo,
    price: row.usdPerMillion,
    above: row.above ? { promptTokens: row.above.promptTokens, price: row.above.usdPerMillion } : null,
    requestNanoUsd: row.usdPerRequest ?? 0,
    sourceUrl: row.sourceUrl,
    checkedAtMs: row.checkedAt,
    source,
  }
}

function namesOf({ model, aliases }: ParsedRow): string[] {
  return [model, ...aliases].map(plainName)
}

function overlaps(one: ParsedRow, other: ParsedRow): boolean {
  if (one.provider !== other.provider) return false
  const names = namesOf(one)
  if (!namesOf(other).some((name) => names.includes(name))) return false
  const endsAfterStart = (a: ParsedRow, b: ParsedRow) => a.effectiveTo === null || b.effectiveFrom < a.effectiveTo
  return endsAfterStart(one, other) && endsAfterStart(other, one)
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown, subject: string): z.output<Schema> {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path ?? []
  const field = path.join('.')
  throw new KoraError('config_invalid', `${subject} is not usable: ${place(json, path)} ${problem(json, issue)}.`, {
    field,
  })
}

const words: Readonly<Record<string, string>> = {
  version: 'the version',
  includedProviders: 'the list of included providers',
  rows: 'the rows',
  provider: 'the provider',
  model: 'the model',
  aliases: 'the aliases',
  effectiveFrom: 'the first day',
  effectiveTo: 'the day it ends',
  usdPerMillion: 'the list of prices',
  above: 'the part about long prompts',
  promptTokens: 'the prompt length from which they apply',
  input: 'the input price',
  output: 'the output price',
  cacheRead: 'the price of cache reads',
  cacheWrite5m: 'the price of five-minute cache writes',
  cacheWrite1h: 'the price of one-hour cache writes',
  usdPerRequest: 'the price per request',
  sourceUrl: 'the address of the source',
  checkedAt: 'the day it was checked',
}

/** Such as: row 2 (my-model), the price of cache reads (usdPerMillion.cacheRead). */
function place(json: unknown, path: readonly PropertyKey[]): string {
  const [first, no, ...rest] = path
  if (first !== 'rows' || typeof no !== 'number') return path.length === 0 ? 'it' : named(path)
  const model = valueAt(json, ['rows', no, 'model'])
  const row = `row ${no + 1}${typeof model === 'string' ? ` (${model.slice(0, 80)})` : ''}`
  return rest.length === 0 ? row : `${row}, ${named(rest)}`
}

function named(path: readonly PropertyKey[]): string {
  const key = path.findLast((part) => typeof part === 'string') ?? ''
  const long = path[0] === 'above' && key !== 'above' ? ' of long prompts' : ''
  return `${words[key] ?? key}${long} (${path.join('.')})`
}

function problem(json: unknown, issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'cannot be read'
  if (issue.code === 'unrecognized_keys') return `has a field nobody knows: ${issue.keys.join(', ')}`
  if (issue.code === 'custom') return issue.message
  const value = valueAt(json, issue.path)
  if (value === undefined) return issue.path.length === 0 ? 'is empty' : 'is missing'
  if (issue.code === 'invalid_type' && issue.expected === 'number') return `is not a number: ${quoted(value)}`
  if (issue.code === 'too_small' && typeof value === 'number') return `is too small: ${value}`
  return `cannot be used: ${quoted(value)}`
}

function quoted(value: unknown): string {
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? '').slice(0, 80)
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}
