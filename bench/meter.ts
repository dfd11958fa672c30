/**
 * Whether the ledger holds exactly what was served: ten client processes with a store each make 1,000 calls over HTTP
 * to one simulated model service, a tenth of them aborted half-way; afterwards the service's own meter is compared with
 * every window and the ledger, model by model and class by class.
 * `node bench/meter.ts [clients] [calls]`
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { AnthropicAnswer, AnthropicRequest } from '../src/simulator/services/anthropic.ts'
import { startSimulator } from '../src/simulator/simulator.ts'
import { print } from './figures.ts'
import type { ByModel, ClientReport, Sums } from './meterClient.ts'

const [clients = '10', calls = '1000'] = process.argv.slice(2)
const classes = ['calls', 'inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheCreationTokens'] as const

/** The same usage for the same prompt, in every class, and an answer that nobody needs to doubt. */
function answer({ prompt, maxTokens }: AnthropicRequest): AnthropicAnswer {
  let seed = Buffer.from(prompt).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7)
  const below = (end: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((seed / 2 ** 32) * end)
  }
  const [fiveMinutes, oneHour] = [below(900), below(3) === 0 ? below(700) : 0]
  return {
    text: 'The worker is well. Its queue is short, and nothing has failed since it was started this morning.',
    usage: {
      input_tokens: 40 + below(2_000),
      output_tokens: 1 + below(maxTokens),
      cache_read_input_tokens: below(12_000),
      cache_creation_input_tokens: fiveMinutes + oneHour,
      cache_creation: { ephemeral_5m_input_tokens: fiveMinutes, ephemeral_1h_input_tokens: oneHour },
    },
    ...(prompt.includes(' half ') && { holdAfter: 'half' }),
  }
}

// A bench that fails or is interrupted leaves nothing running.
const children = new Set<ChildProcess>()
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')))

async function runClient(no: number, url: string): Promise<ClientReport> {
  const script = new URL('meterClient.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, String(no), url, calls], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  children.delete(child)
  if (code !== 0) throw new Error(`client ${no} ended with ${String(code)}`)
  return JSON.parse(output) as ClientReport
}

/** How many of the figures differ. */
function differences(one: ByModel, other: ByModel, names: readonly (keyof Sums)[]): number {
  const models = new Set([...Object.keys(one), ...Object.keys(other)])
  const differs = (model: string, name: keyof Sums): boolean =>
    (one[model]?.[name] ?? 0) !== (other[model]?.[name] ?? 0)
  return [...models].reduce((sum, model) => sum + names.filter((name) => differs(model, name)).length, 0)
}

function added(parts: readonly ByModel[]): ByModel {
  const sums: Record<string, Record<keyof Sums, number>> = {}
  for (const [model, part] of parts.flatMap((one) => Object.entries(one))) {
    const zero = {
      calls: 0,
      inputTokens: 0,
      outputTokens: 0,
      cacheReadTokens: 0,
      cacheCreationTokens: 0,
      costNanoUsd: 0,
    }
    const sum = (sums[model] ??= zero)
    for (const name of [...classes, 'costNanoUsd'] as const) sum[name] += part[name]
  }
  return sums
}

const simulator = await startSimulator()
simulator.state.anthropic.reply = answer
const began = performance.now()
const reports = await Promise.all(
  Array.from({ length: Number(clients) }, (_, no) => runClient(no, simulator.urls.anthropic)),
)
const seconds = (performance.now() - began) / 1_000
const { byModel: metered, calls: served } = simulator.state.anthropic.meter
const total = Number(clients) * Number(calls)
await simulator.close()
if (served !== total) throw new Error(`${served} calls were served for ${total}`)

const inBill = Object.fromEntries(Object.entries(metered).map(([model, sums]) => [model, { ...sums, costNanoUsd: 0 }]))
let unmatched = differences(added(reports.map(({ ledger }) => ledger)), inBill, classes)
for (const window of ['process_lifetime', 'rolling_24h', 'monthly'] as const) {
  unmatched += differences(added(reports.map(({ windows }) => windows[window])), inBill, classes)
  for (const { windows, ledger } of reports) {
    unmatched += differences(windows[window], ledger, [...classes, 'costNanoUsd'])
  }
}
const wronglyPriced = reports.reduce((sum, report) => sum + report.wronglyPriced, 0)
const wronglySpent = reports.filter(
  ({ ledger, spentNanoUsd }) => Object.values(ledger).reduce((sum, one) => sum + one.costNanoUsd, 0) !== spentNanoUsd,
)
const of = `${clients} processes x ${calls} calls`
const aborted = reports.reduce((sum, report) => sum + report.aborted, 0)
const left = reports.reduce((sum, report) => sum + report.reservationsLeft, 0)
print(`what the simulator metered and a window or the ledger does not match, ${of}`, unmatched, 'differences', 0)
print('rows whose cost is not tokens times price, to the nanodollar', wronglyPriced, 'rows', 0)
print('clients whose budget is not the sum of their ledger', wronglySpent.length, 'clients', 0)
print('reservations left when every call has ended', left, 'reservations', 0)
print(`calls aborted half-way, of ${total}`, aborted, 'calls', null)
print('calls with their ledger rows, all processes together', total / seconds, 'per second', null)
