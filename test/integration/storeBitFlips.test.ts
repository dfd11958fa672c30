import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { startMs } from '../fakes/records.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { verifyAudit } from '../../src/daemon/store/readQueries.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const flips = rounds(40)

function flipBit(bytes: Buffer, from: number, length: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = from + randomBelow(length)
  copy[at] = (copy[at] ?? 0) ^ (1 << randomBelow(8))
  return copy
}

/** True when the chain, or SQLite itself, refuses the file. */
function isDetected(file: string): boolean {
  const database = new Database(file, { readonly: true })
  try {
    return !verifyAudit(database, 0).ok
  } catch {
    return true
  } finally {
    database.close()
  }
}

test(`row 7: ${flips} flipped bits in audit rows, each is detected`, async () => {
  const { store, file, folder } = await openTestStore()
  store.transaction(() => {
    for (let index = 0; index < 200; index++) {
      const details = { index, title: `Fly is unhealthy ${index}` }
      store.audit.append({ seam: 'probe.wake_requested', details, incidentId: `inc_${index}` }, startMs + index)
    }
  })
  const rows = store.audit.list({ limit: 0 })
  await store.close()
  const whole = readFileSync(file)
  const copy = join(folder, 'flipped.db')
  writeFileSync(copy, whole)
  expect(isDetected(copy)).toBe(false)

  // A second copy of a row lies in the free space a page was split off from: nobody ever reads it.
  const once = rows.filter(({ eventId }) => whole.indexOf(eventId) === whole.lastIndexOf(eventId))
  expect(once.length).toBeGreaterThan(100)
  let detected = 0
  for (let flip = 0; flip < flips; flip++) {
    const row = once[randomBelow(once.length)]!
    // A stored row runs from its event id to its hash.
    const from = whole.indexOf(row.eventId)
    const hash = Buffer.from(row.hash, 'hex')
    const length = whole.indexOf(hash, from) + hash.length - from
    expect(length).toBeGreaterThan(100)
    writeFileSync(copy, flipBit(whole, from, length))
    if (isDetected(copy)) detected += 1
  }
  figure(7, 'bit flips in audit rows', { flips, detected })
  expect(detected).toBe(flips)
})

test(
  `row 7: ${flips} flipped bits in a backup, each is detected`,
  async () => {
    const { store, folder } = await openTestStore()
    store.transaction(() => {
      for (let index = 0; index < 500; index++)
        store.audit.append({ seam: 'daemon.started', details: { index } }, startMs)
    })
    const backup = join(folder, 'backup.db')
    const { sha256 } = await store.reader.backup(backup)
    const whole = readFileSync(backup)
    expect(await store.reader.verifyBackup(backup, sha256)).toMatchObject({ ok: true })

    let detected = 0
    for (let flip = 0; flip < flips; flip++) {
      writeFileSync(backup, flipBit(whole, 0, whole.length))
      if (!(await store.reader.verifyBackup(backup, sha256)).ok) detected += 1
    }
    figure(7, 'bit flips in a backup', { flips, detected })
    expect(detected).toBe(flips)
  },
  60_000 + flips * 200,
)
