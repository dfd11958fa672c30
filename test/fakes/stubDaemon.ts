import { implement, ORPCError } from '@orpc/server'
import type { StateMessage } from '../../src/contract/state.ts'
import { contract } from '../../src/contract/index.ts'
import type { PublishedSources } from '../../src/daemon/hosting/publishedEndpoint.ts'
import { publishedSources } from './publishedSources.ts'
import { aSpendState, noCalls, routeTallies } from './spendViews.ts'

/** A daemon that answers a few procedures from memory; enough to exercise a transport. */
export interface StubDaemon {
  readonly router: () => Promise<ReturnType<typeof buildRouter>>
  /** Subscriptions being served right now. */
  openSubscriptions(): number
  /** Resolves when the last open subscription's generator ran its `finally`. */
  untilNoSubscription(): Promise<void>
  /** Incidents acknowledged so far. */
  readonly acknowledged: string[]
  readonly published: PublishedSources
}

interface Subscriptions {
  open: number
  ended: PromiseWithResolvers<void>
}

export function createStubDaemon(): StubDaemon {
  const subscriptions: Subscriptions = { open: 0, ended: Promise.withResolvers() }
  const acknowledged: string[] = []
  return {
    router: async () => buildRouter(subscriptions, acknowledged),
    openSubscriptions: () => subscriptions.open,
    untilNoSubscription: () => subscriptions.ended.promise,
    acknowledged,
    published: publishedSources(),
  }
}

function buildRouter(subscriptions: Subscriptions, acknowledged: string[]) {
  const os = implement(contract)
  return {
    state: {
      subscribe: os.state.subscribe.handler(async function* ({ signal }) {
        subscriptions.open++
        try {
          for (let seq = 1; !signal?.aborted; seq++) {
            yield { kind: 'patch', seq, nowMs: 1_000 + seq } satisfies StateMessage
            if (seq === 3) await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
          }
        } finally {
          subscriptions.open--
          if (subscriptions.open === 0) subscriptions.ended.resolve()
        }
      }),
    },
    incidents: {
      acknowledge: os.incidents.acknowledge.handler(({ input }) => {
        acknowledged.push(input.id)
        throw new ORPCError('not_found', { message: 'There is no such incident.', data: { id: input.id } })
      }),
    },
    probes: {
      check: os.probes.check.handler(({ input }) => ({
        id: input.id,
        status: 'healthy' as const,
        cause: 'none' as const,
        summary: 'Well',
        error: null,
        latencyMs: 12,
        observedAtMs: 1_000,
      })),
    },
    spend: {
      state: os.spend.state.handler(() => aSpendState()),
      window: os.spend.window.handler(({ input }) => ({
        sinceMs: input.window === 'process_lifetime' ? null : 1_000,
        total: noCalls,
        byRoute: routeTallies({ slack_dm: { calls: 2, costNanoUsd: 4_500_000 } }),
        byModel: [],
        suggestions: [],
      })),
    },
    system: {
      focus: os.system.focus.handler(() => ({ address: 'http://127.0.0.1:9119' })),
    },
  }
}
