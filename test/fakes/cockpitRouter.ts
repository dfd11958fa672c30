import { implement, ORPCError } from '@orpc/server'
import type { IncidentSummary } from '../../src/contract/incidents.ts'
import { contract } from '../../src/contract/index.ts'
import type { CheckResult, ServiceRow } from '../../src/contract/probes.ts'
import type { NotificationMessage, StateMessage } from '../../src/contract/state.ts'
import { latencyAt } from './cockpitRows.ts'
import type { World } from './cockpitScenarios.ts'
import { historyAnswers } from './cockpitHistoryRouter.ts'
import { maintenanceOf } from './cockpitKora.ts'
import { koraAnswers } from './cockpitKoraRouter.ts'
import { spendAnswers } from './cockpitSpendRouter.ts'

export type Patch = Omit<Extract<StateMessage, { kind: 'patch' }>, 'kind' | 'seq' | 'nowMs'>

/** What was pushed and not yet taken; ends with the signal. */
async function* queue<T>(listeners: Set<(item: T) => void>, signal: AbortSignal | undefined, first: T[] = []) {
  const waiting = [...first]
  let wake = Promise.withResolvers<void>()
  const push = (item: T) => {
    waiting.push(item)
    wake.resolve()
  }
  const stop = () => wake.resolve()
  listeners.add(push)
  signal?.addEventListener('abort', stop)
  try {
    while (!signal?.aborted) {
      const item = waiting.shift()
      if (item !== undefined) {
        yield item
        continue
      }
      await wake.promise
      wake = Promise.withResolvers<void>()
    }
  } finally {
    listeners.delete(push)
  }
}

interface RouterParts {
  world: World
  now: () => number
  publish: (patch: Patch) => void
  feeds: Set<(message: StateMessage) => void>
  bells: Set<(message: NotificationMessage) => void>
  nextSeq: () => number
}

/** The contract over an invented world. */
export function routerOf({ world, now, publish, feeds, bells, nextSeq }: RouterParts) {
  const os = implement(contract)
  const done = { ok: true } as const
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const rowOf = (id: string): ServiceRow => world.state.services.find((row) => row.id === id) ?? notFound(id)
  const incidentOf = (id: string): IncidentSummary => world.incidents.find((one) => one.id === id) ?? notFound(id)
  const put = (incident: IncidentSummary) => {
    publish({ incidents: [incident] })
    return incident
  }
  const check = async (id: string): Promise<CheckResult> => {
    publish({ services: [{ ...rowOf(id), checking: true }] })
    await pause(250)
    const row = { ...rowOf(id), checking: false, observedAtMs: now() }
    publish({ services: [row] })
    return {
      id,
      status: row.status,
      cause: row.cause,
      summary: row.summary,
      error: row.error,
      latencyMs: row.latencyMs,
      observedAtMs: now(),
    }
  }
  let checkingAll: Promise<{ checked: number; failed: { id: string; summary: string }[] }> | null = null
  const checkAll = async () => {
    const asked = world.state.services
      .filter((row) => row.enabled && row.status !== 'not_configured')
      .map((row) => row.id)
    const results: CheckResult[] = []
    for (let at = 0; at < asked.length; at += 4)
      results.push(...(await Promise.all(asked.slice(at, at + 4).map(check))))
    const failed = results.filter((one) => one.error !== null).map((one) => ({ id: one.id, summary: one.error ?? '' }))
    return { checked: results.length, failed }
  }
  const spend = spendAnswers(world, now)
  const reconciled = (made: ReturnType<typeof spend.reconcile>) => {
    publish({ spend: { ...world.state.spend, budget: made.budget } })
    return made.entry
  }
  const definition = (id: string) => world.definitions.find((one) => one.id === id) ?? notFound(id)

  return os.router({
    state: {
      subscribe: os.state.subscribe.handler(({ signal }) =>
        queue<StateMessage>(feeds, signal, [
          { kind: 'snapshot', seq: nextSeq(), nowMs: now(), state: structuredClone(world.state) },
        ]),
      ),
      current: os.state.current.handler(() => world.state.snapshot ?? { error: 'no_snapshot', stale: true }),
      notifications: os.state.notifications.handler(({ signal }) => queue(bells, signal)),
      looked: os.state.looked.handler(() => done),
    },
    probes: {
      list: os.probes.list.handler(() => world.state.services),
      kinds: os.probes.kinds.handler(() => world.kinds),
      definitions: os.probes.definitions.handler(() => world.definitions),
      create: os.probes.create.handler(({ input }) => {
        const made = { ...input, createdAtMs: now(), updatedAtMs: now() }
        world.definitions.push(made)
        return made
      }),
      update: os.probes.update.handler(({ input }) => {
        const next = { ...definition(input.id), ...input, updatedAtMs: now() }
        world.definitions = world.definitions.map((one) => (one.id === input.id ? next : one))
        return next
      }),
      remove: os.probes.remove.handler(({ input }) => {
        world.definitions = world.definitions.filter((one) => one.id !== input.id)
        publish({ removedServices: [input.id] })
        return done
      }),
      test: os.probes.test.handler(async ({ input }) => {
        await pause(200)
        return {
          id: input.id,
          status: 'healthy',
          cause: 'none',
          summary: 'Well',
          error: null,
          latencyMs: 88,
          observedAtMs: now(),
        }
      }),
      check: os.probes.check.handler(({ input }) => check(input.id)),
      checkAll: os.probes.checkAll.handler(() => {
        checkingAll ??= checkAll().finally(() => {
          checkingAll = null
        })
        return checkingAll
      }),
      series: os.probes.series.handler(({ input }) => {
        const points = Math.min(input.points, 240)
        const bucketMs = Math.ceil((input.toMs - input.fromMs) / points)
        return {
          bucketMs,
          points: Array.from({ length: points }, (_, index) => {
            const gap = index > 90 && index < 112
            const latencyMs = gap ? null : latencyAt(220, index, 3)
            return {
              atMs: input.fromMs + index * bucketMs,
              latencyMs,
              maxMs: latencyMs === null ? null : Math.round(latencyMs * 1.5),
              samples: gap ? 0 : 2,
              bad: index > 225 ? 1 : 0,
            }
          }),
        }
      }),
    },
    incidents: {
      list: os.incidents.list.handler(({ input }) => {
        const spans = { '24h': 86_400_000, '7d': 7 * 86_400_000, all: Number.POSITIVE_INFINITY }
        const inWindow = world.incidents.filter((one) => one.openedAtMs >= now() - spans[input.window])
        const all = inWindow.filter(
          (one) => input.state === 'any' || (one.state === 'resolved') === (input.state === 'resolved'),
        )
        const from = input.cursor === undefined ? 0 : all.findIndex((one) => one.id === input.cursor) + 1
        const items = all.slice(from, from + input.limit)
        const active = inWindow.filter((one) => one.state !== 'resolved').length
        return {
          items,
          nextCursor: from + input.limit < all.length ? (items.at(-1)?.id ?? null) : null,
          active,
          resolved: inWindow.length - active,
          costNanoUsd: 84_000_000,
        }
      }),
      get: os.incidents.get.handler(({ input }) => world.details.get(input.id) ?? notFound(input.id)),
      acknowledge: os.incidents.acknowledge.handler(({ input }) =>
        put({ ...incidentOf(input.id), acknowledgedAtMs: now() }),
      ),
      snooze: os.incidents.snooze.handler(({ input }) =>
        put({ ...incidentOf(input.id), snoozedUntilMs: now() + input.forMs }),
      ),
      resume: os.incidents.resume.handler(({ input }) =>
        put({ ...incidentOf(input.id), snoozedUntilMs: null, handledAtMs: null }),
      ),
      markHandled: os.incidents.markHandled.handler(({ input }) =>
        put({ ...incidentOf(input.id), handledAtMs: now() }),
      ),
      reinvestigate: os.incidents.reinvestigate.handler(({ input }) => {
        put({ ...incidentOf(input.id), investigating: true })
        return done
      }),
    },
    spend: {
      state: os.spend.state.handler(() => world.state.spend),
      window: os.spend.window.handler(({ input }) => spend.window(input.window)),
      ledger: os.spend.ledger.handler(async ({ input }) => {
        // An export of many pages is slow enough to be seen and cancelled.
        if (input.limit > 100) await pause(60)
        return spend.ledger(input)
      }),
      ledgerTotals: os.spend.ledgerTotals.handler(({ input }) => spend.ledgerTotals(input)),
      series: os.spend.series.handler(({ input }) => spend.series(input)),
      months: os.spend.months.handler(() => spend.months()),
      corrections: os.spend.corrections.handler(() => ({
        corrections: world.spend.corrections,
        reconciliations: world.spend.reconciliations,
      })),
      reconcile: os.spend.reconcile.handler(({ input }) => reconciled(spend.reconcile(input.reportedUsd))),
      fetchReported: os.spend.fetchReported.handler(() => reconciled(spend.reconcile('84.12', 'usage_api'))),
      prices: os.spend.prices.handler(() => ({
        version: world.state.spend.prices.version,
        rows: world.spend.prices,
        overlayFile: '/home/operator/.config/kora/prices.json',
        overlayError: world.state.spend.prices.overlayError,
      })),
    },
    system: {
      info: os.system.info.handler(() => world.state.daemon),
      status: os.system.status.handler(() => ({
        state: world.state.daemon.state,
        uptime_seconds: Math.round((now() - world.state.daemon.startedAtMs) / 100) / 10,
        shutdown_reason: null,
        listeners: world.state.daemon.listeners.map(({ name, state }) => ({
          name,
          started: state !== 'down',
          shutdown_timeout_seconds: 10,
        })),
        daemon_session_id: world.state.daemon.sessionId,
      })),
      runTask: os.system.runTask.handler(async ({ input }) => {
        await pause(200)
        const schedules = world.state.daemon.schedules.map((one) =>
          one.name === input.name
            ? { ...one, lastStartedAtMs: now(), lastOutcome: 'ok' as const, lastError: null }
            : one,
        )
        publish({ daemon: { ...world.state.daemon, schedules } })
        return done
      }),
      backups: os.system.backups.handler(() => world.backups),
      createBackup: os.system.createBackup.handler(() => {
        const backup = {
          id: `bak_${now()}`,
          file: '/home/operator/.local/share/kora/backups/kora-new.db',
          createdAtMs: now(),
          bytes: 36_400_000,
          sha256: 'ab'.repeat(32),
          trigger: 'operator' as const,
          verifiedAtMs: now(),
          state: 'ok' as const,
          error: null,
        }
        world.backups.unshift(backup)
        return backup
      }),
      verifyBackup: os.system.verifyBackup.handler(({ input }) => {
        world.backups = world.backups.map((one) => (one.id === input.id ? { ...one, verifiedAtMs: now() } : one))
        return world.backups.find((one) => one.id === input.id) ?? notFound(input.id)
      }),
      deliveries: os.system.deliveries.handler(({ input }) =>
        world.deliveries
          .filter((one) => one.startedAtMs < (input.before ?? Number.POSITIVE_INFINITY))
          .slice(0, input.limit),
      ),
      audit: os.system.audit.handler(({ input }) =>
        world.audit
          .filter(
            (row) =>
              (input.seam === undefined || row.seam === input.seam) &&
              row.seq < (input.beforeSeq ?? Number.POSITIVE_INFINITY),
          )
          .slice(0, input.limit),
      ),
      verifyAudit: os.system.verifyAudit.handler(() => ({ rows: 12_340, ok: true, firstBrokenSeq: null })),
      focus: os.system.focus.handler(() => ({ address: null })),
    },
    ...koraAnswers(os, world, now, publish),
    history: historyAnswers(os, world, now),
    settings: {
      get: os.settings.get.handler(() => ({
        settings: world.settings,
        fixedByEnv: world.fixedByEnv,
        secrets: world.secrets,
        channels: world.channels,
      })),
      update: os.settings.update.handler(({ input }) => {
        const { settings } = world
        world.settings = {
          model: { ...settings.model, ...input.model },
          routing: { ...settings.routing, ...input.routing },
          budget: { ...settings.budget, ...input.budget },
          slack: { ...settings.slack, ...input.slack },
          notifications: { ...settings.notifications, ...input.notifications },
          watching: { ...settings.watching, ...input.watching },
          alerts: { ...settings.alerts, ...input.alerts },
          maintenance: { ...settings.maintenance, ...input.maintenance },
          localApi: { ...settings.localApi, ...input.localApi },
          retention: { ...settings.retention, ...input.retention },
        }
        if (input.maintenance) publish({ maintenance: maintenanceOf(world.settings.maintenance.windows, now()) })
        return world.settings
      }),
      setSecret: os.settings.setSecret.handler(({ input }) => {
        const stored = { ref: `vault:${input.id}`, source: 'vault' as const }
        world.secrets = [...world.secrets.filter((one) => one.ref !== stored.ref), stored]
        return stored
      }),
      removeSecret: os.settings.removeSecret.handler(({ input }) => {
        world.secrets = world.secrets.map((one) =>
          one.ref === `vault:${input.id}` ? { ...one, source: 'none' as const } : one,
        )
        return done
      }),
      testChannel: os.settings.testChannel.handler(({ input }) =>
        input.channel === 'slack'
          ? { outcome: 'sent', reason: null, latencyMs: 212 }
          : { outcome: 'failed', reason: 'no_surface', latencyMs: 1 },
      ),
      testModel: os.settings.testModel.handler(() => ({ outcome: 'ok', reason: null, costNanoUsd: 24_000 })),
      dismissSetup: os.settings.dismissSetup.handler(() => {
        publish({ daemon: { ...world.state.daemon, setupDismissed: true } })
        return done
      }),
    },
  })
}

function notFound(id: string): never {
  throw new ORPCError('not_found', { message: `There is nothing with the id ${id}.` })
}
