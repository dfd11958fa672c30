import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Fault } from '../../simulator/faults.ts'
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import { systemClock } from '../platform/clock.ts'
import type { HttpClient } from '../platform/http.ts'
import { createHttpClient } from '../platform/undiciHttp.ts'
import { CostReportClient } from './costReport.ts'

const adminKey = 'sk-ant-admin-canary-77'
const day = (date: string): number => Date.parse(`${date}T00:00:00Z`)

let simulator: Simulator
let http: HttpClient
let client: CostReportClient

beforeEach(async () => {
  simulator = await startSimulator()
  simulator.state.costReport.adminKey = adminKey
  http = createHttpClient({ clock: systemClock, allowPrivate: true })
  client = new CostReportClient({ baseUrl: simulator.urls.anthropic, adminKey, http })
})
afterEach(async () => {
  await http.close()
  await simulator.close()
})

function costs(dailyCents: Record<string, string>, item: Record<string, unknown> = {}): void {
  simulator.state.costReport.dailyCents = dailyCents
  simulator.state.costReport.item = item
}

async function failureOf(run: Promise<unknown>): Promise<KoraError> {
  const failure: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  )
  if (!(failure instanceof KoraError)) throw new Error(`expected a KoraError, got ${String(failure)}`)
  return failure
}

const may = { fromMs: day('2026-05-01'), toMs: Date.parse('2026-05-11T14:00:00.750Z') }

describe('a report', () => {
  test('is asked for by whole days with the admin key, and summed over them', async () => {
    costs({ '2026-04-30': '999', '2026-05-01': '8240', '2026-05-03': '123.78912', '2026-05-11': '5000' })
    expect(await client.spentSince(may)).toEqual({
      nanoUsd: 82_400_000_000 + 1_237_891_200,
      throughMs: day('2026-05-11'),
    })
    expect(simulator.requests).toMatchObject([
      {
        method: 'GET',
        path: '/v1/organizations/cost_report?starting_at=2026-05-01T00%3A00%3A00Z&ending_at=2026-05-11T14%3A00%3A00Z&bucket_width=1d&limit=31',
        headers: { 'x-api-key': adminKey, 'anthropic-version': '2023-06-01' },
      },
    ])
    expect(simulator.requests[0]?.headers['authorization']).toBeUndefined()
  })

  test.each([
    [['0.1', '0.2'], 3_000_000],
    [['0.00000005'], 1],
    [['0.00000004999'], 0],
    [['0.00000003', '0.00000002'], 1],
    [['0.000000000000000000000001'], 0],
    [['100.5', '-0.5'], 1_000_000_000],
    [['0'], 0],
    [['90071992'], 900_719_920_000_000],
  ])('%j cents are %d nanodollars, without a float', async (amounts, nanoUsd) => {
    costs(Object.fromEntries(amounts.map((amount, at) => [`2026-05-0${at + 1}`, amount])))
    expect((await client.spentSince(may)).nanoUsd).toBe(nanoUsd)
  })

  test('goes on page after page', async () => {
    const days = Array.from({ length: 100 }, (_, at) => new Date(day('2026-01-01') + at * 86_400_000))
    costs(Object.fromEntries(days.map((one) => [one.toISOString().slice(0, 10), '1'])))
    const spent = await client.spentSince({ fromMs: day('2026-01-01'), toMs: day('2026-04-11') })
    expect(spent).toEqual({ nanoUsd: 1_000_000_000, throughMs: day('2026-04-11') })
    const pages = simulator.requests.map(({ path }) => new URLSearchParams(path.split('?')[1]).get('page'))
    expect(pages).toEqual([null, 'page_31', 'page_62', 'page_93'])
  })

  test('knows nothing on the first day, and is not asked about nothing', async () => {
    costs({ '2026-05-01': '5' })
    const nothing = { nanoUsd: 0, throughMs: may.fromMs }
    expect(await client.spentSince({ fromMs: may.fromMs, toMs: may.fromMs + 3_600_000 })).toEqual(nothing)
    expect(simulator.requests).toHaveLength(1)
    expect(await client.spentSince({ fromMs: may.fromMs, toMs: may.fromMs })).toEqual(nothing)
    expect(simulator.requests).toHaveLength(1)
  })
})

describe('what cannot be read is no sum', () => {
  test.each<[string, Record<string, unknown>]>([
    ['another currency', { currency: 'EUR' }],
    ['no currency', { currency: undefined }],
    ['no amount', { amount: undefined }],
    ['a number', { amount: 12.5 }],
    ['an exponent', { amount: '1e3' }],
    ['nothing', { amount: '' }],
    ['a comma', { amount: '1,5' }],
    ['a space', { amount: ' 1' }],
    ['half a decimal', { amount: '1.' }],
    ['no number', { amount: 'NaN' }],
    ['less than nothing in all', { amount: '-1' }],
    ['more than there is', { amount: '999999999999999' }],
  ])('%s', async (_, item) => {
    costs({ '2026-05-01': '1', '2026-05-02': '1' }, item)
    const failure = await failureOf(client.spentSince(may))
    expect(failure.code).toBe('bad_input')
    expect(failure.message).toMatch(/^The cost report cannot be read: .+ Enter the figure/)
  })

  const bucket = (from: string, to: string) => ({
    starting_at: `${from}T00:00:00Z`,
    ending_at: `${to}T00:00:00Z`,
    results: [{ currency: 'USD', amount: '1' }],
  })
  const first = bucket('2026-05-01', '2026-05-02')
  test.each<[string, unknown]>([
    ['no list', { data: {}, has_more: false }],
    ['no word about more', { data: [first] }],
    ['more, but not where', { data: [first], has_more: true, next_page: null }],
    ['a day twice', { data: [first, first], has_more: false }],
    ['a day backwards', { data: [bucket('2026-05-02', '2026-05-01')], has_more: false }],
    ['no date', { data: [{ ...first, ending_at: 'tomorrow' }], has_more: false }],
    ['no results', { data: [{ ...first, results: undefined }], has_more: false }],
    ['no JSON', 'nonsense'],
    ['too long', { data: [first], has_more: false, more: 'x'.repeat(5 * 1024 * 1024) }],
  ])('%s', async (_, body) => {
    simulator.setFault('anthropic', { kind: 'status', status: 200, body })
    expect(await failureOf(client.spentSince(may))).toMatchObject({ code: 'bad_input' })
  })

  test('pages without end', async () => {
    const server = await startTestServer()
    server.reply(200, { data: [], has_more: true, next_page: 'again' })
    const endless = new CostReportClient({ baseUrl: `${server.url}/`, adminKey, http })
    expect(await failureOf(endless.spentSince(may))).toMatchObject({ code: 'bad_input' })
    expect(server.requests).toHaveLength(20)
  })

  test('a second page that fails takes the first with it', async () => {
    costs({ '2026-01-01': '5' })
    const range = { fromMs: day('2026-01-01'), toMs: day('2026-04-11') }
    expect((await client.spentSince(range)).nanoUsd).toBe(50_000_000)
    const server = await startTestServer()
    server.answer((request, response) => {
      const later = request.url?.includes('page=') === true
      response.writeHead(later ? 500 : 200).end(JSON.stringify({ data: [first], has_more: true, next_page: 'p' }))
    })
    const broken = new CostReportClient({ baseUrl: server.url, adminKey, http })
    expect(await failureOf(broken.spentSince(range))).toMatchObject({ code: 'transport_failed', data: { status: 500 } })
  })
})

describe('trouble', () => {
  test.each<[string, Fault, string]>([
    ['a refused key', { kind: 'status', status: 401 }, 'secret_unavailable'],
    ['a key for something else', { kind: 'status', status: 403 }, 'secret_unavailable'],
    ['too many requests', { kind: 'rate_limit', retryAfterSeconds: 30 }, 'transport_failed'],
    ['an outage', { kind: 'status', status: 500 }, 'transport_failed'],
    ['a redirect', { kind: 'redirect', to: 'http://127.0.0.1:9/' }, 'transport_failed'],
    ['a reset', { kind: 'reset' }, 'transport_failed'],
  ])('%s', async (_, fault, code) => {
    simulator.setFault('anthropic', fault)
    const failure = await failureOf(client.spentSince(may))
    expect(failure.code).toBe(code)
    expect(`${failure.message} ${failure.stack} ${JSON.stringify(failure.data)}`).not.toContain(adminKey)
  })

  test('the key of another is refused by the report itself', async () => {
    const other = new CostReportClient({ baseUrl: simulator.urls.anthropic, adminKey: 'sk-ant-api', http })
    expect(await failureOf(other.spentSince(may))).toMatchObject({ code: 'secret_unavailable', data: { status: 401 } })
  })

  test('the caller can give up', async () => {
    simulator.setFault('anthropic', { kind: 'hang' })
    const giveUp = new AbortController()
    const failure = failureOf(client.spentSince({ ...may, signal: giveUp.signal }))
    await simulator.received('anthropic', 1)
    giveUp.abort()
    expect(await failure).toMatchObject({ code: 'timed_out' })
  })
})
