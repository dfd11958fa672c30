import { z } from 'zod'
import { KoraError } from '../../domain/errors.ts'
import { utcSeconds } from '../../domain/time.ts'
import { type HttpClient, HttpFailure, type HttpReply } from '../platform/http.ts'

const apiVersion = '2023-06-01'
/** The most days the report gives at a time. */
const daysAPage = 31
const mostPages = 20
const pageTimeoutMs = 15_000
const maxBodyBytes = 4 * 1024 * 1024

/** Amounts are read as whole numbers of this fraction of a cent, so that nothing is rounded before the end. */
const fractionDigits = 24
const perCent = 10n ** BigInt(fractionDigits)
const nanoUsdPerCent = 10_000_000n

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const Report = z.object({
  data: z.array(
    z.object({
      starting_at: Instant,
      ending_at: Instant,
      results: z.array(
        z.object({
          currency: z.literal('USD'),
          amount: z.string().regex(new RegExp(`^-?\\d{1,15}(\\.\\d{1,${fractionDigits}})?$`)),
        }),
      ),
    }),
  ),
  has_more: z.boolean(),
  next_page: z.string().min(1).nullish(),
})
type Report = z.infer<typeof Report>

const byHand = 'Enter the figure of the provider’s console instead.'

/**
 * The provider's own cost report (Admin API, `GET /v1/organizations/cost_report`): what the whole organisation was
 * billed, by UTC day, as decimal cents. It needs an admin key; a key for the models is refused.
 */
export class CostReportClient {
  readonly #baseUrl: string
  readonly #adminKey: string
  readonly #http: HttpClient
  readonly #redact: (text: string) => string

  /** @param options.redact removes secrets from error messages; the key itself always goes */
  constructor(options: { baseUrl: string; adminKey: string; http: HttpClient; redact?: (text: string) => string }) {
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '')
    this.#adminKey = options.adminKey
    this.#http = options.http
    this.#redact = options.redact ?? ((text) => text)
  }

  /**
   * What was billed from the UTC day of `fromMs` through the last whole UTC day before `toMs`; all of it or an error.
   * @returns the sum in nanodollars, half a nanodollar rounded up, and the end of the last day that is in it: `fromMs`
   * when no day is over yet
   * @throws KoraError secret_unavailable when the key is refused, bad_input when the report cannot be read, timed_out,
   * transport_failed
   */
  async spentSince(range: { fromMs: number; toMs: number; signal?: AbortSignal }): Promise<{
    nanoUsd: number
    throughMs: number
  }> {
    const { fromMs, toMs } = range
    let throughMs: number | null = null
    let sum = 0n
    let page: string | null = null
    for (let pages = 1; toMs > fromMs; pages++) {
      if (pages > mostPages) throw unreadable(`it has more than ${mostPages} pages`)
      const report: Report = await this.#page(range, page)
      for (const { starting_at: startMs, ending_at: endMs, results } of report.data) {
        // A day told twice would be counted twice.
        if (endMs <= startMs || startMs < (throughMs ?? startMs)) throw unreadable('its days overlap')
        throughMs = endMs
        for (const { amount } of results) sum += fractionsOf(amount)
      }
      if (!report.has_more) break
      if (report.next_page == null) throw unreadable('it says there is more, but not where')
      page = report.next_page
    }
    return { nanoUsd: nanoUsdOf(sum), throughMs: throughMs ?? fromMs }
  }

  async #page(range: { fromMs: number; toMs: number; signal?: AbortSignal }, page: string | null): Promise<Report> {
    const query = new URLSearchParams({
      starting_at: utcSeconds(range.fromMs),
      ending_at: utcSeconds(range.toMs),
      bucket_width: '1d',
      limit: String(daysAPage),
      ...(page !== null && { page }),
    })
    const reply = await this.#send(`${this.#baseUrl}/v1/organizations/cost_report?${query}`, range.signal)
    if (reply.status === 401 || reply.status === 403) {
      const why = `The admin key was refused (HTTP ${reply.status}). Use an admin key of the organisation; a key for the models is none. ${byHand}`
      throw new KoraError('secret_unavailable', why, { status: reply.status })
    }
    if (reply.status !== 200) {
      const why = `The cost report answered HTTP ${reply.status}. Try again later. ${byHand}`
      throw new KoraError('transport_failed', why, { status: reply.status })
    }
    if (reply.truncated) throw unreadable('it is too long')
    const report = Report.safeParse(parsed(reply.body))
    if (!report.success) {
      const [issue] = report.error.issues
      throw unreadable(`${issue?.path.join('.') || 'its body'}: ${issue?.message ?? 'not readable'}`)
    }
    return report.data
  }

  async #send(url: string, signal: AbortSignal | undefined): Promise<HttpReply> {
    const headers = { 'x-api-key': this.#adminKey, 'anthropic-version': apiVersion, accept: 'application/json' }
    try {
      return await this.#http.request({ method: 'GET', url, headers, timeoutMs: pageTimeoutMs, maxBodyBytes, signal })
    } catch (cause) {
      if (!(cause instanceof HttpFailure)) throw cause
      const code = cause.transport === 'timeout' ? 'timed_out' : 'transport_failed'
      const why = this.#redact(cause.message).replaceAll(this.#adminKey, '<REDACTED>').slice(0, 200)
      throw new KoraError(code, `The cost report could not be fetched: ${why}. ${byHand}`, {
        transport: cause.transport,
      })
    }
  }
}

function unreadable(why: string): KoraError {
  return new KoraError('bad_input', `The cost report cannot be read: ${why}. Nothing was changed. ${byHand}`, { why })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function fractionsOf(amount: string): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(amount) ?? []
  const size = BigInt(whole) * perCent + BigInt(fraction.padEnd(fractionDigits, '0'))
  return sign === '-' ? -size : size
}

/** Half up. A sum below nothing, or beyond what a number holds exactly, is no sum. */
function nanoUsdOf(sum: bigint): number {
  const nano = (sum * nanoUsdPerCent * 2n + perCent) / (perCent * 2n)
  if (sum < 0n || nano > BigInt(Number.MAX_SAFE_INTEGER)) throw unreadable('its sum is out of range')
  return Number(nano)
}
