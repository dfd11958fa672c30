import { onTestFinished } from 'vitest'
import { AlertService } from '../../src/daemon/services/AlertService.ts'
import { InboxService } from '../../src/daemon/services/InboxService.ts'
import type { AlertFacts } from '../../src/domain/alertRules.ts'
import type { Channel, OutboxRow } from '../../src/domain/incident.ts'
import type { SettingsPatch } from '../../src/contract/settings.ts'
import { aFailingTask, calmFacts, known, unreadable } from './alerts.ts'
import { processOn, type ServiceWorld, serviceWorld } from './serviceWorld.ts'

export const digestMs = 86_400_000

/** Alerts on a real store, of facts that a test sets; nothing is sent. */
export async function alertWorld() {
  return alertsOn(await serviceWorld())
}
export type AlertWorld = Awaited<ReturnType<typeof alertWorld>>

function alertsOn(world: ServiceWorld) {
  let facts: Partial<AlertFacts> = {}
  const { store, clock, book, events, settings } = world
  world.operational.ready('everything was started')
  const inbox = new InboxService({ ...world, reachedElsewhere: () => true })
  const alerts = new AlertService({
    ...world,
    inbox,
    facts: (active) => calmFacts({ nowMs: clock.nowMs(), raised: new Set(active.map(({ id }) => id)), ...facts }),
    digestIntervalMs: digestMs,
    cockpitUrl: 'https://kora.test',
    timeZone: () => 'UTC',
  })
  onTestFinished(() => {
    alerts.stop()
    world.maintenance.stop()
  })
  const waiting = (channel?: Channel): OutboxRow[] =>
    store.outbox.unsettled(channel).filter(({ state }) => state === 'pending')
  return {
    ...world,
    inbox,
    alerts,
    waiting,
    /** What is true from now on; nobody looks yet. */
    say(next: Partial<AlertFacts>): void {
      facts = next
    },
    /** The same, and a fact that says so. */
    async happens(next: Partial<AlertFacts>): Promise<void> {
      facts = next
      events.publish('daemon.changed', {})
      await clock.advance(20)
    },
    set: (change: SettingsPatch) => settings.update(change),
    /** Every message that waits is sent, or fails; oldest first. */
    settle(state: 'sent' | 'failed' = 'sent'): OutboxRow[] {
      const rows = waiting().map((row): OutboxRow => {
        const sent = { remoteRef: `ts_${row.id}`, remoteChannel: 'D1' }
        return { ...row, ...(state === 'sent' ? sent : { failure: 'denied' }), state, settledAtMs: clock.nowMs() }
      })
      book.save(rows)
      return rows
    },
    /** Titles of the messages that wait on one channel, oldest first. */
    titles: (channel: Channel = 'slack') => waiting(channel).map(({ payload }) => payload.title),
    only() {
      const [first, ...more] = alerts.active()
      if (!first || more.length > 0) throw new Error(`expected one alert, found ${alerts.active().length}`)
      return first
    },
    /** Another process on the same data, of the same facts. */
    restarted() {
      alerts.stop()
      const next = alertsOn(processOn(world))
      next.say(facts)
      return next
    },
  }
}

export const failing = (...names: string[]): Partial<AlertFacts> => ({
  tasks: known(names.map((name) => aFailingTask(name))),
})

export const tasksUnreadable: Partial<AlertFacts> = { tasks: unreadable }

/** The budget on one rung, which an alert speaks of. */
export const onRung = (rung: 'normal' | 'warn_75' | 'downshift_90' | 'hard_stop_100'): Partial<AlertFacts> => ({
  budget: known({ rung, pctUsed: 80, amounts: null }),
})

/** A listener that has been down for long. */
export const down = (...names: string[]): Partial<AlertFacts> => ({
  listeners: known(names.map((name) => ({ name, down: true, sinceMs: 0, why: 'no answer' }))),
})

export const infos: Partial<AlertFacts> = { denials: known(12) }
