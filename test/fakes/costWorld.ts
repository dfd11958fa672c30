import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { ModelClient } from '../../src/daemon/clients/model.ts'
import type { Clock } from '../../src/daemon/platform/clock.ts'
import type { Logger } from '../../src/daemon/platform/logger.ts'
import { BudgetService } from '../../src/daemon/services/BudgetService.ts'
import { CostService } from '../../src/daemon/services/CostService.ts'
import { CostTelemetry } from '../../src/daemon/services/CostTelemetry.ts'
import { Events } from '../../src/daemon/services/Events.ts'
import { createNewId } from '../../src/daemon/services/ids.ts'
import { LateWrites } from '../../src/daemon/services/LateWrites.ts'
import { type GatewayRequest, ModelGateway } from '../../src/daemon/services/ModelGateway.ts'
import { OperationalStateService } from '../../src/daemon/services/OperationalStateService.ts'
import { OutboxBook } from '../../src/daemon/services/OutboxBook.ts'
import { PriceBook } from '../../src/daemon/services/PriceBook.ts'
import { Problems } from '../../src/daemon/services/Problems.ts'
import { Responder } from '../../src/daemon/services/Responder.ts'
import { RouterSettings } from '../../src/daemon/services/RouterSettings.ts'
import { SettingsService } from '../../src/daemon/services/SettingsService.ts'
import type { Store } from '../../src/daemon/store/Store.ts'

const shippedPrices = fileURLToPath(new URL('../../resources/prices.json', import.meta.url))

export interface CostWorldOptions {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
  /** Of the simulated model service. */
  readonly baseUrl: string
  readonly overlayFile: string
  readonly prices?: string
}

export type CostWorld = ReturnType<typeof createCostWorld>

/** The door to the model with everything behind it, as the daemon builds it, over a given store. */
export function createCostWorld({ store, clock, logger, baseUrl, overlayFile, prices: file }: CostWorldOptions) {
  const account = 'api_key'
  const processId = randomBytes(8).toString('hex')
  const newId = createNewId(clock)
  const events = new Events(logger)
  const redact = (text: string): string => text
  const problems = new Problems({ clock, events, redact })
  const late = new LateWrites({ store, events, logger, problems })
  const book = new OutboxBook({ store, late })
  const fixed = [{ path: 'model.baseUrl', variable: 'KORA_ANTHROPIC_BASE_URL', value: baseUrl }]
  const settings = new SettingsService({ store, clock, events, fixed })
  const operational = new OperationalStateService({ store, late, clock, logger, events })
  const prices = new PriceBook({ file: file ?? shippedPrices, overlayFile, clock, problems, logger, events })
  const telemetry = new CostTelemetry({ ledger: store.ledger, clock, processId })
  const budget = new BudgetService({
    store,
    late,
    clock,
    logger,
    events,
    problems,
    settings,
    operational,
    newId,
    account,
    onPeriod: (periodMs) => telemetry.hydrate({ periodMs, account }),
  })
  const costs = new CostService({
    store,
    late,
    clock,
    logger,
    events,
    prices,
    budget,
    telemetry,
    processId,
    account,
    newId,
  })
  const gateway = new ModelGateway({
    store,
    clock,
    events,
    settings,
    secrets: { resolve: () => 'sk-ant-test-000000000000' },
    router: new RouterSettings({ settings, logger }),
    operational,
    budget,
    costs,
    connect: (to) => new ModelClient({ ...to, clock, redact }),
  })
  const responder = new Responder({ gateway, clock })
  return {
    settings,
    operational,
    prices,
    telemetry,
    budget,
    costs,
    gateway,
    responder,
    problems,
    book,
    late,
    account,
    processId,
    start(): void {
      prices.start()
      operational.start()
      operational.ready('test')
      costs.recover()
      budget.start()
      telemetry.hydrate({ periodMs: budget.periodMs, account })
      costs.reprice(true)
    },
  }
}

/** A chat message of the operator's, unless told otherwise. */
export function aRequest(text: string, changes: Partial<GatewayRequest> = {}): GatewayRequest {
  return {
    route: 'slack_dm',
    iteration: 1,
    subject: 'slack_dm:D1:17.5',
    text,
    system: 'You are Kora.',
    messages: [{ role: 'user', content: text }],
    maxTokens: 600,
    critical: false,
    signal: new AbortController().signal,
    deadlineMs: 50_000,
    ...changes,
  }
}
