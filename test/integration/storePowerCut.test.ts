import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { aMessage, anIncident, anObservation, aProbe, startMs } from '../fakes/records.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const cuts = rounds(60)
const steps = 50

/** Looks at the database from before the first step on, so that the log is not copied into the main file meanwhile. */
function lookOn(file: string): void {
  const onlooker = new Database(file)
  onTestFinished(() => void onlooker.close())
  onlooker.pragma('wal_checkpoint(TRUNCATE)')
  onlooker.exec('BEGIN')
  onlooker.prepare('SELECT count(*) FROM probes').get()
}

test(
  `row 2: ${cuts} power cuts, every acknowledged step is there`,
  async () => {
    const { store, file, folder } = await openTestStore()
    store.probes.insert(aProbe())
    lookOn(file)
    const main = readFileSync(file)
    /** Bytes of log that were on the disk when a step was acknowledged. */
    const acknowledgedAt: number[] = []
    for (let step = 0; step < steps; step++) {
      store.transaction(() => {
        store.observations.record(anObservation({ observedAtMs: startMs + step, cycleSeq: step + 1 }))
        store.incidents.save(anIncident({ id: `inc_${step}` }))
        store.outbox.insert(aMessage({ id: `msg_${step}`, incidentId: `inc_${step}` }))
        store.audit.append({ seam: 'probe.wake_requested', incidentId: `inc_${step}` }, startMs)
      })
      acknowledgedAt.push(statSync(`${file}-wal`).size)
    }
    const log = readFileSync(`${file}-wal`)
    expect(readFileSync(file).equals(main)).toBe(true)

    let lost = 0
    let orphans = 0
    for (let cut = 0; cut < cuts; cut++) {
      const step = randomBelow(steps)
      const from = acknowledgedAt[step] ?? 0
      const end = from + randomBelow((acknowledgedAt[step + 1] ?? log.length + 1) - from)
      const bytes = Buffer.from(log.subarray(0, end))
      // What was not yet flushed may be there in part, as nothing, or as something else.
      const tail = [Buffer.alloc(0), Buffer.alloc(8_192), Buffer.from(log.subarray(end, end + 5_000)).reverse()]
      const copy = join(folder, `cut-${cut}`)
      await mkdir(copy)
      copyFileSync(file, join(copy, 'kora.db'))
      writeFileSync(join(copy, 'kora.db-wal'), Buffer.concat([bytes, tail[cut % tail.length] ?? bytes]))

      const { store: found } = await openTestStore({ folder: copy })
      for (let index = 0; index <= step; index++) {
        if (found.incidents.get(`inc_${index}`) === null || found.outbox.get(`msg_${index}`) === null) lost += 1
      }
      const messages = found.outbox.unsettled()
      orphans += messages.filter((row) => found.incidents.get(row.incidentId ?? '') === null).length
      expect(found.observations.recent('fly', 0, steps)).toHaveLength(messages.length)
      expect(await found.verifyAudit()).toMatchObject({ ok: true, rows: messages.length })
      await found.close()
      rmSync(copy, { recursive: true })
    }
    figure(2, 'power cut', { cuts, steps, lost, messagesWithoutIncident: orphans })
    expect(lost).toBe(0)
    expect(orphans).toBe(0)
  },
  60_000 + cuts * 1_000,
)
