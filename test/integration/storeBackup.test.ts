import { copyFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Store } from '../../src/daemon/store/Store.ts'
import { aLedgerRow, aMessage, anIncident, anObservation, aProbe, startMs } from '../fakes/records.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure, rounds } from './storeRounds.ts'

const backups = rounds(5)

function writeStep(store: Store, step: number): void {
  const key = String(step)
  store.transaction(() => {
    store.observations.record(anObservation({ observedAtMs: startMs + step, cycleSeq: step }))
    store.incidents.save(anIncident({ id: `inc_${key}` }))
    store.outbox.insert(aMessage({ id: `msg_${key}`, incidentId: `inc_${key}` }))
    store.ledger.append(aLedgerRow({ id: key, requestId: key, reportId: key, subject: key }))
    store.audit.append({ seam: 'probe.wake_requested', incidentId: `inc_${key}`, details: { step } }, startMs)
  })
}

test(
  `row 9: ${backups} backups during writes, every one restores and matches`,
  async () => {
    const { store, folder } = await openTestStore()
    store.probes.insert(aProbe())
    let written = 0
    while (written < 2_000) writeStep(store, written++)

    let matching = 0
    let during = 0
    for (let round = 0; round < backups; round++) {
      const target = join(folder, `backup-${round}.db`)
      const before = written
      let ready = false
      const copying = store.reader.backup(target).finally(() => {
        ready = true
      })
      while (!ready) {
        writeStep(store, written++)
        await nextTurn()
      }
      const { sha256 } = await copying
      during += written - before
      const check = await store.reader.verifyBackup(target, sha256)
      expect(check).toMatchObject({ ok: true, error: null })

      // The test restore: the copy opens as a store of its own and holds one moment of the original.
      const restored = join(folder, `restored-${round}`)
      await mkdir(restored)
      copyFileSync(target, join(restored, 'kora.db'))
      const { store: copy } = await openTestStore({ folder: restored })
      const steps = copy.audit.head().seq
      expect(steps).toBeGreaterThanOrEqual(before)
      expect(steps).toBeLessThanOrEqual(written)
      expect(copy.audit.list({ limit: 0 })).toEqual(store.audit.list({ beforeSeq: steps + 1, limit: 0 }))
      expect(await copy.verifyAudit()).toMatchObject({ ok: true, rows: steps })
      expect(copy.outbox.unsettled()).toEqual(store.outbox.unsettled().slice(0, steps))
      expect(copy.incidents.listOpen()).toHaveLength(steps)
      expect(copy.ledger.sum(0)).toMatchObject({ calls: steps, costNanoUsd: steps * 4_500_000 })
      expect(copy.observations.latest().get('fly')?.cycleSeq).toBe(steps - 1)
      expect(check.rows).toMatchObject({ audit_log: steps, outbox: steps, incidents: steps, ledger: steps })
      await copy.close()
      matching += 1
    }
    figure(9, 'backup during writes', { backups, matching, writesMeanwhile: during })
    expect(matching).toBe(backups)
    expect(during).toBeGreaterThan(0)
  },
  60_000 + backups * 20_000,
)
