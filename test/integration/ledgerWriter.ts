import { writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { openStore } from '../../src/daemon/store/openStore.ts'
import { createCostWorld } from '../fakes/costWorld.ts'
import { createFakeClock } from '../fakes/fakeClock.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { answered, setAside, spentNanoUsd } from './ledgerCalls.ts'
import { randomBelow } from './storeRounds.ts'

/**
 * A process that spends until it is killed: `node ledgerWriter.ts <file> <name of the round>`. Tells every step once it
 * is durable: that the store is open, what is spent after the start, money set aside, and how it ended.
 */
const [file = '', round = ''] = process.argv.slice(2)
const clock = createFakeClock()
const store = openStore({
  file,
  clock,
  logger: createMemoryLogger(),
  redactor: createRedactor(),
  readWorker: new URL('../../src/daemon/store/readWorker.ts', import.meta.url),
})
const world = createCostWorld({
  store,
  clock,
  logger: createMemoryLogger(),
  baseUrl: 'http://127.0.0.1:9',
  overlayFile: join(dirname(file), 'prices.json'),
})

function tell(...words: readonly (string | number)[]): void {
  writeSync(1, `${words.join(' ')}\n`)
}

tell('open')
world.start()
tell('spent', spentNanoUsd(world))
for (let step = 0; ; step++) {
  const calls = Array.from({ length: 1 + randomBelow(3) }, () => setAside(world, 20_000_000 + randomBelow(9_000)))
  for (const { id, amountNanoUsd } of calls) tell('reserved', id, amountNanoUsd)
  for (const [no, call] of calls.entries()) {
    const requestId = `req_${round}_${step}_${no}`
    const way = randomBelow(8)
    if (way === 0) {
      world.costs.release(call)
      tell('ended', call.id, '-', 0)
    } else if (way === 1) {
      const row = world.costs.settle(call, { kind: 'unseen', requestId: null, note: 'reply_lost' })
      tell('ended', call.id, row.requestId, row.poolChargeNanoUsd)
    } else {
      const row = world.costs.settle(call, answered(requestId, 1 + randomBelow(2_000)))
      tell('ended', call.id, requestId, row.poolChargeNanoUsd)
    }
    // The same request reported again, for a call of its own: one charge.
    if (way === 2) {
      const again = setAside(world, 20_000_000)
      tell('reserved', again.id, again.amountNanoUsd)
      world.costs.settle(again, answered(requestId, 77))
      tell('ended', again.id, '-', 0)
    }
  }
  clock.setWall(clock.nowMs() + randomBelow(60_000))
}
