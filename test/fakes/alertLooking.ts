import { onTestFinished } from 'vitest'
import { AlertInvestigations } from '../../src/daemon/services/AlertInvestigations.ts'
import type { GatewayRequest } from '../../src/daemon/services/ModelGateway.ts'
import type { Answer, Responder } from '../../src/daemon/services/Responder.ts'
import { SnapshotFile } from '../../src/daemon/services/SnapshotFile.ts'
import { SnapshotService } from '../../src/daemon/services/SnapshotService.ts'
import { type AlertWorld, alertWorld } from './alertWorld.ts'
import { aLedgerRow } from './records.ts'
import { snapshotSources } from './snapshotSources.ts'

type Reply = (request: GatewayRequest) => Promise<Answer> | Answer

/** An answer of a model that was paid for. */
export function answered(text: string): Answer {
  return { kind: 'answered', text, calls: [aLedgerRow()], warnings: [] }
}

export function refused(code: string): Answer {
  return { kind: 'failed', code, why: null, calls: [] }
}

/** Alerts that a model looks into: what it is asked is kept, what it answers a test says. */
export async function alertLooking(folder: string) {
  return lookingOn(await alertWorld(), folder)
}

function lookingOn(world: AlertWorld, folder: string) {
  const asked: GatewayRequest[] = []
  let reply: Reply = () => answered('The disk is full.\nFree some space.')
  const responder: Pick<Responder, 'respond'> = {
    respond: async (request) => {
      asked.push(request)
      return reply(request)
    },
  }
  const { clock, logger, events } = world
  const snapshots = new SnapshotService({
    clock,
    logger,
    events,
    sources: snapshotSources(),
    statusOf: () => 'healthy',
    file: new SnapshotFile(`${folder}/daemon_snapshot.json`),
    sessionId: 'a'.repeat(32),
    intervalMs: 300_000,
    redact: (text) => text,
  })
  const investigations = new AlertInvestigations({
    ...world,
    snapshots,
    responder: responder as Responder,
    redact: (text) => text.replaceAll('xoxb-secret', '[redacted]'),
  })
  onTestFinished(() => investigations.stop())
  return {
    ...world,
    snapshots,
    investigations,
    asked,
    answers(next: Reply): void {
      reply = next
    },
    /** What waits is sent, or fails; and whatever that leads to is over. @returns the messages, oldest first */
    async deliver(state: 'sent' | 'failed' = 'sent') {
      const rows = world.settle(state)
      for (const row of rows) investigations.settled(row)
      await clock.advance(0)
      await investigations.drain()
      return rows
    },
    /** The investigation of the alert with this id, as the store has it. */
    of(alertId: string) {
      const { items } = world.store.alerts.list({ state: 'any', sinceMs: null, cursor: null, limit: 100 })
      const newest = items.find(({ id }) => id === alertId)
      return newest ? world.store.alertInvestigations.ofOccurrence(newest.occurrenceId) : null
    },
    /** Another process on the same data; the earlier one ended in order, or without a goodbye. */
    async again(how: 'stop' | 'crash' = 'stop') {
      if (how === 'stop') await investigations.stop()
      return lookingOn(world.restarted(), folder)
    },
  }
}
export type AlertLooking = Awaited<ReturnType<typeof alertLooking>>
