import { join } from 'node:path'
import type { Clock } from '../src/daemon/platform/clock.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import type { CallEnd } from '../src/daemon/services/CostService.ts'
import { openStore } from '../src/daemon/store/openStore.ts'
import type { Store } from '../src/daemon/store/Store.ts'
import { noUsage, type Reservation } from '../src/domain/ledger.ts'
import { type CostWorld, createCostWorld } from '../test/fakes/costWorld.ts'
import { createMemoryLogger } from '../test/fakes/memoryLogger.ts'

export const models = { cheap: 'claude-haiku-4-5-20251001', strong: 'claude-opus-4-7' } as const

/** A store in a folder, and the door to the model over it with everything behind it; not started. */
export function openCosts(
  folder: string,
  clock: Clock,
  { file = 'kora.db', baseUrl = 'http://127.0.0.1:9' }: { file?: string; baseUrl?: string } = {},
): { store: Store; world: CostWorld } {
  const readWorker = new URL('../src/daemon/store/readWorker.ts', import.meta.url)
  const store = openStore({
    file: join(folder, file),
    clock,
    logger: createMemoryLogger(),
    redactor: createRedactor(),
    readWorker,
  })
  const overlayFile = join(folder, 'prices.json')
  return { store, world: createCostWorld({ store, clock, logger: createMemoryLogger(), baseUrl, overlayFile }) }
}

/** Money for one chat message to the cheap model. */
export function setAside(world: CostWorld): Reservation {
  return world.costs.reserve({
    provider: 'anthropic',
    model: models.cheap,
    route: 'slack_dm',
    parentRoute: null,
    iteration: 1,
    escalated: false,
    reason: 'default_haiku',
    clampedSignal: null,
    rung: 'normal',
    subject: 'slack_dm:D1:17.5',
    amountNanoUsd: 20_000_000,
  })
}

/** How that message ended: answered, with a little of every class of tokens. */
export function answered(requestId: string): CallEnd {
  const usage = { ...noUsage, inputTokens: 900, outputTokens: 210, cacheReadTokens: 2_400, cacheCreationTokens: 300 }
  return { kind: 'used', model: models.cheap, usage, requestId, note: null }
}
