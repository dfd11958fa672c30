import { expect } from 'vitest'
import type { z } from 'zod'
import { createPublishedApi } from '../../src/daemon/hosting/publishedApi.ts'
import type { Store } from '../../src/daemon/store/Store.ts'
import type { AuditEntry, Seam } from '../../src/domain/audit.ts'
import type { OutboxRow } from '../../src/domain/incident.ts'
import { aDelivery, aMessage } from './records.ts'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from './testDaemon.ts'

export interface PanelWorld {
  readonly kora: TestDaemon
  readonly nowMs: number
  /** Writes records past the daemon, as whatever will write them some day. */
  readonly write: (run: (store: Store) => void) => Promise<void>
  /** The text of a body. */
  readonly text: (path: string) => Promise<string>
  /** A body that has the published shape and not one field more. */
  readonly ask: <T extends z.ZodType>(shape: T, path: string) => Promise<z.output<T>>
}

/** A live daemon and its published paths. */
export async function panelWorld(options: TestDaemonOptions = {}): Promise<PanelWorld> {
  const kora = await startTestDaemon(options)
  const api = createPublishedApi(kora.daemon.published)
  const read = async (path: string): Promise<unknown> => {
    const answer = await api({ method: 'GET', path })
    if (answer?.status !== 200) throw new Error(`${path} answers ${answer?.status ?? 404}`)
    return answer.body
  }
  return {
    kora,
    nowMs: kora.clock.nowMs(),
    write: (run) => kora.read((store) => store.transaction(() => run(store))),
    text: async (path) => JSON.stringify(await read(path)),
    async ask(shape, path) {
      const body: unknown = JSON.parse(JSON.stringify(await read(path)))
      const parsed = shape.parse(body)
      expect(parsed).toEqual(body)
      return parsed
    },
  }
}

/** A record of a seam with these details. */
export function entry(seam: Seam, details: AuditEntry['details'], more: Partial<AuditEntry> = {}): AuditEntry {
  return { seam, details, ...more }
}

/** A message and the one attempt that sent it. */
export function sentMessage(store: Store, row: Partial<OutboxRow> & { id: string }, atMs: number): void {
  const text = `what ${row.id} said`
  const payload = { ...aMessage().payload, text }
  store.outbox.insert(
    aMessage({ incidentId: null, wakeEventId: null, state: 'sent', payload, settledAtMs: atMs, ...row }),
  )
  store.outbox.addDelivery(
    aDelivery({ id: `dlv_${row.id}`, outboxId: row.id, startedAtMs: atMs, remoteRef: row.remoteRef ?? null }),
  )
}
