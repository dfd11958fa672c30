import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { systemClock } from '../../src/daemon/platform/clock.ts'
import { openStore } from '../../src/daemon/store/openStore.ts'
import type { AnthropicAnswer, AnthropicRequest } from '../../src/simulator/services/anthropic.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { aRequest, createCostWorld } from '../fakes/costWorld.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { tempFolder } from '../fakes/tempFolder.ts'
import { readWorker } from '../fakes/testStore.ts'
import { answered, setAside } from './ledgerCalls.ts'
import { ledgerFacts } from './ledgerChecks.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const count = rounds(5)
const parallel = 20

/** A store of its own of whose pool 99 % are spent, and less than a cent more. */
async function almostSpent(simulator: Simulator, poolUsd: number) {
  const folder = await tempFolder()
  const file = join(folder, 'kora.db')
  const store = openStore({
    file,
    clock: systemClock,
    logger: createMemoryLogger(),
    redactor: createRedactor(),
    readWorker,
  })
  const world = createCostWorld({
    store,
    clock: systemClock,
    logger: createMemoryLogger(),
    baseUrl: simulator.urls.anthropic,
    overlayFile: join(folder, 'prices.json'),
  })
  world.start()
  world.settings.update({ budget: { poolUsd } })
  world.costs.settle(setAside(world, 0), answered('earlier', Math.ceil((poolUsd * 0.99 * 1e9) / 5_000)))
  const known = () => {
    const state = world.budget.state()
    if (state.kind === 'unknown') throw new Error('the budget is unknown')
    return state
  }
  expect(known().pctUsed).toBe(99)
  return { file, store, world, known }
}

/** As dear as an answer can be: every byte of the prompt a token that is written to the cache for an hour. */
function dearest({ prompt, system, maxTokens }: AnthropicRequest): AnthropicAnswer {
  const bytes = Buffer.byteLength(prompt) + Buffer.byteLength(system)
  return {
    text: 'All is well, as far as can be seen from here; nothing needs to be done about it today.',
    usage: {
      input_tokens: 0,
      output_tokens: maxTokens,
      cache_creation_input_tokens: bytes,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: bytes },
    },
  }
}

test(
  `row 30: ${parallel} calls at once at 99 % of the pool, ${count} rounds, the pool is never passed`,
  async () => {
    const simulator = await startSimulator()
    onTestFinished(() => simulator.close())
    let [overshoot, unasked, asked, refused, answeredCalls, wronglySpent] = [0, 0, 0, 0, 0, 0]
    for (let round = 0; round < count; round++) {
      // What is left is enough for some of the calls.
      const { file, store, world, known } = await almostSpent(simulator, 2 + randomBelow(1_300) / 100)
      simulator.clearRequests()
      simulator.state.anthropic.reply = randomBelow(3) === 0 ? null : dearest
      if (randomBelow(4) === 0) simulator.setFault('anthropic', { kind: 'cut_off', times: 1 + randomBelow(5) })
      const calling = Array.from({ length: parallel }, (_, no) =>
        world.gateway.call(
          aRequest(`${no} ${'x'.repeat(randomBelow(6_000))}`, {
            subject: `call:${no}`,
            maxTokens: 1 + randomBelow(3_000),
            critical: no % 2 === 0,
          }),
        ),
      )
      // Every call has been let through or refused before the first answer comes.
      await new Promise((resolve) => setImmediate(resolve))
      const { spentNanoUsd: spent, reservedNanoUsd, poolNanoUsd } = known()
      overshoot = Math.max(overshoot, spent + reservedNanoUsd - poolNanoUsd)
      const outcomes = await Promise.all(calling)
      simulator.setFault('anthropic', null)

      const turnedAway = outcomes.filter(({ kind }) => kind === 'refused')
      refused += turnedAway.length
      answeredCalls += outcomes.filter(({ kind }) => kind === 'answered').length
      asked += simulator.requests.length
      unasked += Math.abs(simulator.requests.length - (parallel - turnedAway.length))
      overshoot = Math.max(overshoot, known().spentNanoUsd - known().poolNanoUsd)
      expect(known().reservedNanoUsd).toBe(0)
      for (const [no, { kind }] of outcomes.entries()) {
        expect(store.ledger.bySubject(`call:${no}`)).toHaveLength(kind === 'refused' ? 0 : 1)
      }
      const facts = ledgerFacts(file)
      expect(facts).toMatchObject({ reservations: 0, repeated: 0, wrongHours: 0 })
      if (facts.pool.get(world.budget.periodMs) !== known().spentNanoUsd) wronglySpent += 1
      await store.close()
    }
    const overshootNanoUsd = Math.max(0, overshoot)
    figure(30, 'budget exhausted during calls', {
      rounds: count,
      asked,
      refused,
      overshootNanoUsd,
      unasked,
      wronglySpent,
    })
    expect(answeredCalls).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(count)
    expect({ overshootNanoUsd, unasked, wronglySpent }).toEqual({ overshootNanoUsd: 0, unasked: 0, wronglySpent: 0 })
  },
  60_000 + count * 5_000,
)
