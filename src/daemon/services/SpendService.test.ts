import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { aRequest, createCostWorld } from '../../../test/fakes/costWorld.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import { SpendState } from '../../contract/spend.ts'
import { defaultTuningRules } from '../../domain/routerTuning.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { CostReportClient } from '../clients/costReport.ts'
import { createHttpClient } from '../platform/undiciHttp.ts'
import { SpendService } from './SpendService.ts'

async function world() {
  const opened = await openTestStore()
  const logger = createMemoryLogger()
  const simulator = await startSimulator()
  const http = createHttpClient({ clock: opened.clock, allowPrivate: true })
  const overlayFile = join(opened.folder, 'prices.json')
  const cost = createCostWorld({ ...opened, logger, baseUrl: simulator.urls.anthropic, overlayFile })
  cost.start()
  const spend = new SpendService({
    ...opened,
    ...cost,
    logger,
    secrets: {
      resolve: () => null,
      describe: () => ({ source: 'none' }),
      set: () => Promise.reject(new Error('no vault')),
      remove: () => Promise.reject(new Error('no vault')),
      list: () => [],
    },
    tuning: defaultTuningRules,
    connectReport: (to) => new CostReportClient({ ...to, http }),
  })
  return { ...opened, ...cost, logger, simulator, http, spend }
}

it('a ledger that cannot be read leaves what was spent unknown, never zero, and breaks nothing', async () => {
  const { spend, store, logger, simulator, http } = await world()
  vi.spyOn(store.ledger, 'chargedSince').mockImplementation(() => {
    throw new Error('no such page')
  })
  const state = spend.state()
  expect(SpendState.parse(state)).toEqual(state)
  expect(state).toMatchObject({
    budget: { kind: 'unknown' },
    burn: { hourNanoUsd: null, dayNanoUsd: null, weekNanoUsd: null },
    forecast: { kind: 'not_enough_data' },
    models: { cheap: 'claude-haiku-4-5-20251001', strong: 'claude-opus-4-7' },
  })
  expect(logger.messages('error')).toEqual(['what was spent could not be added up'])
  await Promise.all([simulator.close(), http.close()])
})

it('the burn, the window and the ledger tell of the same call, to the nanodollar', async () => {
  const { spend, gateway, simulator, clock, http } = await world()
  simulator.state.anthropic.reply = { text: 'All is well.', usage: { input_tokens: 2_000, output_tokens: 500 } }
  await gateway.call(aRequest('how are we'))
  const state = spend.state()
  expect(state.burn).toEqual({ hourNanoUsd: 4_500_000, dayNanoUsd: 4_500_000, weekNanoUsd: 4_500_000 })
  expect(state.budget).toMatchObject({ kind: 'known', spentNanoUsd: 4_500_000, reservedNanoUsd: 0 })
  expect(spend.window('rolling_24h').total).toMatchObject({ calls: 1, costNanoUsd: 4_500_000, unpriced: 0 })
  expect((await spend.ledger({ limit: 10 })).rows).toMatchObject([{ costNanoUsd: 4_500_000, route: 'slack_dm' }])
  // An hour and a millisecond later it is no longer of the last hour; a day later not of the last day.
  await clock.advance(3_600_001)
  expect(spend.state().burn).toEqual({ hourNanoUsd: 0, dayNanoUsd: 4_500_000, weekNanoUsd: 4_500_000 })
  await clock.advance(23 * 3_600_000)
  expect(spend.window('rolling_24h').total.calls).toBe(0)
  expect(spend.window('monthly').total.calls).toBe(1)
  await Promise.all([simulator.close(), http.close()])
})
