import { type implement, ORPCError } from '@orpc/server'
import type { AlertView } from '../../src/contract/alerts.ts'
import type { contract } from '../../src/contract/index.ts'
import type { OperationalView } from '../../src/contract/operational.ts'
import { pausedByHand } from '../../src/domain/operationalState.ts'
import { alertDetail, inboxView } from './cockpitAlerts.ts'
import { operational, snapshotOf } from './cockpitKora.ts'
import type { Patch } from './cockpitRouter.ts'
import type { World } from './cockpitScenarios.ts'

type Os = ReturnType<typeof implement<typeof contract>>

const done = { ok: true } as const
const spans = { '24h': 86_400_000, '7d': 7 * 86_400_000, all: Number.POSITIVE_INFINITY }

/** Answers about Kora itself, from the world and back into it. A change makes a new snapshot, as in the daemon. */
export function koraAnswers(os: Os, world: World, now: () => number, publish: (patch: Patch) => void) {
  const { visits } = world
  const alertOf = (id: string): AlertView => {
    const found = world.alerts.find((one) => one.id === id)
    if (!found) throw new ORPCError('not_found', { message: `There is nothing with the id ${id}.` })
    return found
  }
  const tell = (patch: Patch) => publish({ ...patch, snapshot: snapshotOf({ ...world.state, ...patch }, now()) })
  const changeAlert = (id: string, change: Partial<AlertView>): AlertView => {
    const after = { ...alertOf(id), ...change }
    tell({ alerts: world.state.alerts.map((one) => (one.id === id ? after : one)) })
    return after
  }
  const changeState = (more: Partial<OperationalView>): OperationalView => {
    const before = world.state.operational
    const after = operational(now(), more)
    const step = { atMs: now(), from: before.primary, to: after.primary, trigger: after.trigger }
    const history = [...before.history, step].slice(-10)
    tell({ operational: { ...after, history } })
    return world.state.operational
  }
  return {
    operational: {
      get: os.operational.get.handler(() => world.state.operational),
      pause: os.operational.pause.handler(({ input }) =>
        changeState({
          primary: 'paused',
          reasons: ['operator'],
          permission: input.criticals ? 'critical_only' : 'none',
          stopLevel: input.level,
          sinceMs: now(),
          trigger: input.reason || pausedByHand,
          actor: input.actor,
          untilMs: input.forMs === null ? null : now() + input.forMs,
        }),
      ),
      resume: os.operational.resume.handler(() =>
        changeState({ sinceMs: now(), trigger: 'resumed by the operator', actor: 'operator' }),
      ),
      shutDown: os.operational.shutDown.handler(({ input }) => {
        if (input.sessionId !== world.state.daemon.sessionId) {
          throw new ORPCError('conflict', { message: 'Kora was started again in the meantime; nothing was stopped.' })
        }
        publish({ daemon: { ...world.state.daemon, state: 'shutting_down' } })
        return done
      }),
    },
    alerts: {
      list: os.alerts.list.handler(({ input }) => {
        const all = world.alerts.filter(
          (one) =>
            one.firstSeenAtMs >= now() - spans[input.window] &&
            (input.state === 'any' || (input.state === 'active') === (one.resolvedAtMs === null)),
        )
        const from = input.cursor === undefined ? 0 : all.findIndex((one) => one.id === input.cursor) + 1
        const items = all.slice(from, from + input.limit)
        const own = world.alerts.filter(
          ({ voice, firstSeenAtMs }) => voice !== 'incident' && firstSeenAtMs >= now() - spans[input.window],
        )
        const active = own.filter(({ resolvedAtMs }) => resolvedAtMs === null).length
        return {
          items,
          nextCursor: from + input.limit < all.length ? (items.at(-1)?.id ?? null) : null,
          active,
          resolved: own.length - active,
          costNanoUsd: own.reduce((sum, { investigation }) => sum + (investigation?.costNanoUsd ?? 0), 0),
          cannotTell: world.cannotTell,
        }
      }),
      get: os.alerts.get.handler(({ input }) => alertDetail(alertOf(input.id))),
      acknowledge: os.alerts.acknowledge.handler(({ input }) => changeAlert(input.id, { acknowledgedAtMs: now() })),
      snooze: os.alerts.snooze.handler(({ input }) => changeAlert(input.id, { snoozedUntilMs: now() + input.forMs })),
      resume: os.alerts.resume.handler(({ input }) =>
        changeAlert(input.id, { acknowledgedAtMs: null, snoozedUntilMs: null }),
      ),
      test: os.alerts.test.handler(({ input }) => {
        const slack = world.channels.find((one) => one.channel === 'slack')?.state === 'ready'
        const ok = input.severity === 'info' || slack
        return {
          success: ok,
          channel: input.severity === 'info' ? 'inbox' : 'slack_dm',
          severity: input.severity,
          alertId: `test_alert:${now()}`,
          deployEnv: 'unknown',
          error: ok ? null : 'slack_client_unavailable',
        }
      }),
      inbox: os.alerts.inbox.handler(({ input }) => {
        const older = world.inbox.filter((item) => item.atMs < (input.before ?? Number.POSITIVE_INFINITY))
        return { unread: inboxView(world.inbox).unread, items: older.slice(0, input.limit) }
      }),
      markRead: os.alerts.markRead.handler(({ input }) => {
        world.inbox = world.inbox.map((item) =>
          input.ids === undefined || input.ids.includes(item.id) ? { ...item, readAtMs: item.readAtMs ?? now() } : item,
        )
        publish({ inbox: inboxView(world.inbox) })
        return done
      }),
    },
    views: {
      record: os.views.record.handler(({ input }) => {
        visits.push(input)
        return done
      }),
      usage: os.views.usage.handler(() => ({
        sinceMs: visits[0]?.enteredAtMs ?? null,
        records: visits.length,
        places: [...new Set(visits.map((one) => one.view))].map((view) => {
          const own = visits.filter((one) => one.view === view)
          return {
            view,
            visits: own.length,
            dwellMs: own.reduce((sum, one) => sum + one.leftAtMs - one.enteredAtMs, 0),
            lastAtMs: own.at(-1)?.leftAtMs ?? 0,
          }
        }),
      })),
      list: os.views.list.handler(() => visits.toReversed()),
      erase: os.views.erase.handler(() => ({ erased: visits.splice(0).length })),
    },
  }
}
