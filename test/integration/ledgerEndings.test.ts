import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { KoraError } from '../../src/domain/errors.ts'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { openStore } from '../../src/daemon/store/openStore.ts'
import type { Fault } from '../../src/simulator/faults.ts'
import type { AnthropicAnswer } from '../../src/simulator/services/anthropic.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { aRequest, createCostWorld } from '../fakes/costWorld.ts'
import { createHandClock } from '../fakes/handClock.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { tempFolder } from '../fakes/tempFolder.ts'
import { readWorker } from '../fakes/testStore.ts'
import { half, start, watchReplies } from '../fakes/watchReplies.ts'
import { spentNanoUsd } from './ledgerCalls.ts'
import { ledgerFacts } from './ledgerChecks.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

interface Ending {
  readonly name: string
  readonly fault?: Fault
  readonly answer?: AnthropicAnswer
  /** What the caller or the clock does, once the request has arrived or so much of the reply was read. */
  readonly event?: 'abort' | 'expire'
  readonly after?: RegExp
  /** Notes of the rows it leaves, oldest first. */
  readonly rows: readonly (string | null)[]
}

const [lost, cut] = ['reply_lost', 'half_streamed']
const endings: readonly Ending[] = [
  { name: 'answered', rows: [null] },
  { name: 'overloaded', fault: { kind: 'status', status: 529 }, rows: [] },
  { name: 'overloaded twice, then answered', fault: { kind: 'status', status: 529, times: 2 }, rows: [null] },
  { name: 'overloaded, told as an error', answer: { error: { type: 'overloaded_error', message: 'x' } }, rows: [] },
  { name: 'server error', fault: { kind: 'status', status: 500 }, rows: [] },
  { name: 'rate limited', fault: { kind: 'rate_limit', retryAfterSeconds: 600 }, rows: [] },
  { name: 'wrong key', fault: { kind: 'status', status: 401 }, rows: [] },
  { name: 'hanging until the deadline', fault: { kind: 'hang' }, event: 'expire', rows: [lost] },
  { name: 'hanging until the caller gives up', fault: { kind: 'hang' }, event: 'abort', rows: [lost] },
  { name: 'silent after its first word', answer: { holdAfter: 'start' }, event: 'expire', after: start, rows: [cut] },
  { name: 'silent half-way', answer: { holdAfter: 'half' }, event: 'expire', after: half, rows: [cut] },
  { name: 'given up after its first word', answer: { holdAfter: 'start' }, event: 'abort', after: start, rows: [cut] },
  { name: 'given up half-way', answer: { holdAfter: 'half' }, event: 'abort', after: half, rows: [cut] },
  { name: 'reset', fault: { kind: 'reset' }, rows: [lost, lost] },
  { name: 'reset once', fault: { kind: 'reset', times: 1 }, rows: [lost, null] },
  { name: 'reply lost once', fault: { kind: 'reply_lost', times: 1 }, rows: [lost, null] },
  { name: 'cut off after its first word', answer: { cutAfter: 'start' }, rows: [cut] },
  { name: 'cut off half-way', answer: { cutAfter: 'half' }, rows: [cut] },
  { name: 'an error after its first word', answer: { errorAfter: 'start' }, rows: [cut] },
  { name: 'an error half-way', answer: { errorAfter: 'half' }, rows: [cut] },
  { name: 'events that are no JSON', fault: { kind: 'malformed' }, rows: [lost] },
  { name: 'a page in place of an answer', fault: { kind: 'huge_body', bytes: 100_000 }, rows: [lost] },
  { name: 'no usage', answer: { message: { usage: undefined } }, rows: [lost] },
  { name: 'usage below zero', answer: { usage: { input_tokens: -7 } }, rows: ['usage_negative:input_tokens'] },
  {
    name: 'usage that is text',
    answer: { usage: { output_tokens: 'many' } },
    rows: ['usage_unreadable:output_tokens'],
  },
  { name: 'absurd usage', answer: { usage: { input_tokens: 4e12 } }, rows: ['usage_implausible:input_tokens'] },
  { name: 'refusal', answer: { content: [], stopReason: 'refusal' }, rows: [null] },
  { name: 'cut off by its length', answer: { stopReason: 'max_tokens' }, rows: [null] },
]

async function open() {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  const folder = await tempFolder()
  const clock = createHandClock()
  const file = join(folder, 'kora.db')
  const store = openStore({ file, clock, logger: createMemoryLogger(), redactor: createRedactor(), readWorker })
  onTestFinished(() => store.close())
  const world = createCostWorld({
    store,
    clock,
    logger: createMemoryLogger(),
    baseUrl: simulator.urls.anthropic,
    overlayFile: join(folder, 'prices.json'),
  })
  world.start()
  return { simulator, clock, file, store, world }
}

type Opened = Awaited<ReturnType<typeof open>>

/** Makes one call that ends so. @returns the rows it left */
async function end({ simulator, clock, store, world }: Opened, ending: Ending, subject: string) {
  simulator.clearRequests()
  simulator.setFault('anthropic', ending.fault ?? null)
  simulator.state.anthropic.reply = ending.answer ?? null
  const giveUp = new AbortController()
  const happen = (): void => (ending.event === 'abort' ? giveUp.abort() : clock.expire())
  const { after } = ending
  const plain = watchReplies(() => (after ? { upTo: after, tell: happen } : null))
  const calling = world.gateway.call(aRequest('How is the worker?', { subject, signal: giveUp.signal }))
  if (ending.event !== undefined && after === undefined) {
    await simulator.received('anthropic', 1)
    happen()
  }
  await calling
  plain()
  simulator.setFault('anthropic', null)
  return store.ledger.bySubject(subject)
}

const count = Math.max(rounds(endings.length), endings.length)

test(
  `row 28: ${count} calls that end in ${endings.length} ways leave a row exactly when they may be billed`,
  async () => {
    const opened = await open()
    const { simulator, file, world, store } = opened
    const wrong: object[] = []
    let [left, wronglySpent, unbilled] = [0, 0, 0]
    for (let round = 0; round < count; round++) {
      const ending = endings[round < endings.length ? round : randomBelow(endings.length)]
      if (!ending) throw new Error('no such ending')
      const served = simulator.state.anthropic.meter.calls
      const rows = await end(opened, ending, `round:${round}`)
      const notes = rows.map(({ note }) => note)
      if (JSON.stringify(notes) !== JSON.stringify(ending.rows)) wrong.push({ ending: ending.name, notes })
      // Every row that may have been billed is charged, and what the service counted is on record.
      unbilled += rows.filter(({ poolChargeNanoUsd }) => poolChargeNanoUsd <= 0).length
      unbilled += Math.max(0, simulator.state.anthropic.meter.calls - served - rows.length)
      left += store.ledger.reservations().length + world.budget.reservedNanoUsd()
      const facts = ledgerFacts(file)
      if (facts.pool.size > 0 && facts.pool.get(world.budget.periodMs) !== spentNanoUsd(world)) wronglySpent += 1
    }
    expect(ledgerFacts(file)).toMatchObject({ repeated: 0, wrongHours: 0 })
    figure(28, 'calls that end in every way', { calls: count, wrong: wrong.length, left, wronglySpent, unbilled })
    expect({ wrong, left, wronglySpent, unbilled }).toEqual({ wrong: [], left: 0, wronglySpent: 0, unbilled: 0 })
  },
  60_000 + count * 2_000,
)

describe('the store refuses when a call has ended', () => {
  const refuse = () => {
    throw new KoraError('store_full', 'The disk is full.')
  }

  test.each(endings.filter(({ name }) => ['answered', 'cut off half-way', 'reset once', 'no usage'].includes(name)))(
    '$name: one charge now, and the same when the store takes records again',
    async (ending) => {
      const opened = await open()
      const { simulator, world, store, file } = opened
      simulator.setFault('anthropic', ending.fault ?? null)
      simulator.state.anthropic.reply = ending.answer ?? null
      const calling = world.gateway.call(aRequest('How is the worker?'))
      await simulator.received('anthropic', 1)
      const full = vi.spyOn(store, 'transaction').mockImplementation(refuse)
      expect(await calling).toMatchObject({ kind: 'failed', row: null })
      const meanwhile = spentNanoUsd(world)
      expect(ledgerFacts(file)).toMatchObject({ rows: 0, reservations: 1 })

      full.mockRestore()
      world.late.look()
      const facts = ledgerFacts(file)
      expect(facts).toMatchObject({ rows: 1, reservations: 0, repeated: 0, wrongHours: 0 })
      expect(facts.pool.get(world.budget.periodMs)).toBe(meanwhile)
      expect(spentNanoUsd(world)).toBe(meanwhile)
      expect(world.budget.reservedNanoUsd()).toBe(0)
    },
  )

  test('before a call, nothing is asked and nothing set aside', async () => {
    const { simulator, world, store, file } = await open()
    const full = vi.spyOn(store, 'transaction').mockImplementation(refuse)
    await expect(world.gateway.call(aRequest('How is the worker?'))).rejects.toMatchObject({ code: 'store_full' })
    full.mockRestore()
    world.late.look()
    expect(simulator.requests).toEqual([])
    expect(ledgerFacts(file)).toMatchObject({ rows: 0, reservations: 0 })
    expect(world.budget.reservedNanoUsd()).toBe(0)
  })

  test('a process that ends before the store takes records again leaves the amount set aside to be charged', async () => {
    const opened = await open()
    const { simulator, world, store, file } = opened
    const calling = world.gateway.call(aRequest('How is the worker?'))
    await simulator.received('anthropic', 1)
    const [reservation] = store.ledger.reservations()
    const full = vi.spyOn(store, 'transaction').mockImplementation(refuse)
    expect(await calling).toEqual({ kind: 'failed', code: 'engine_exception:KoraError', row: null })
    full.mockRestore()

    const again = createCostWorld({
      store,
      clock: opened.clock,
      logger: createMemoryLogger(),
      baseUrl: simulator.urls.anthropic,
      overlayFile: `${file}.prices`,
    })
    again.start()
    expect(spentNanoUsd(again)).toBe(reservation?.amountNanoUsd)
    expect(store.ledger.bySubject('slack_dm:D1:17.5').map(({ note }) => note)).toEqual(['settled_after_crash'])
  })
})
