import { copyFileSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { aMessage, anIncident, anObservation, aProbe, aWake, startMs } from '../../../test/fakes/records.ts'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { openTestStore, readWorker } from '../../../test/fakes/testStore.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { createRedactor } from '../platform/redactor.ts'
import { openStore } from './openStore.ts'

describe('one step', () => {
  test('an observation is in the transaction of the incident it opened, or neither is', async () => {
    const { store, folder } = await openTestStore()
    store.probes.insert(aProbe())
    const step = (fail: boolean) =>
      store.transaction(() => {
        store.observations.record(anObservation({ observedAtMs: startMs + (fail ? 0 : 1) }))
        store.incidents.save(anIncident())
        store.wakes.insert(aWake(), startMs)
        store.outbox.insert(aMessage())
        store.audit.append({ seam: 'probe.wake_requested', incidentId: 'inc_1' }, startMs)
        if (fail) throw new Error('stop')
        return 'done'
      })
    expect(() => step(true)).toThrow('stop')
    expect(store.incidents.listOpen()).toEqual([])
    expect(store.audit.head().seq).toBe(0)
    expect(step(false)).toBe('done')
    expect(store.observations.buffered).toBe(0)
    await store.close()

    const again = await openTestStore({ folder })
    expect(again.store.incidents.listOpen()).toEqual([anIncident()])
    expect(again.store.outbox.unsettled()).toEqual([aMessage()])
    expect(again.store.observations.recent('fly', 0, 9)).toHaveLength(2)
  })

  test('a step inside a step joins it', async () => {
    const { store } = await openTestStore()
    store.transaction(() => {
      store.settings.set('outer', 1)
      store.transaction(() => store.settings.set('inner', 2))
    })
    expect(store.settings.all()).toEqual({ inner: 2, outer: 1 })
    const failing = () =>
      store.transaction(() => {
        store.transaction(() => store.settings.set('inner', 3))
        throw new Error('stop')
      })
    expect(failing).toThrow('stop')
    expect(store.settings.get('inner')).toBe(2)
  })

  test('flushing inside a step leaves it to the step', async () => {
    const { store } = await openTestStore()
    store.probes.insert(aProbe())
    store.transaction(() => {
      store.observations.record(anObservation())
      store.flush()
      expect(store.observations.recent('fly', 0, 9)).toHaveLength(1)
    })
    expect(store.observations.buffered).toBe(0)
    expect(store.observations.recent('fly', 0, 9)).toHaveLength(1)
  })
})

describe('closing', () => {
  test('writes what is waiting, empties the log and says no more', async () => {
    const { store, file, folder } = await openTestStore()
    store.probes.insert(aProbe())
    store.observations.record(anObservation())
    expect(store.sizeBytes()).toBe(statSync(file).size + statSync(`${file}-wal`).size)
    await Promise.all([store.close(), store.close()])
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(() => store.settings.get('a')).toThrow(expect.objectContaining({ code: 'daemon_stopping' }))
    expect(() => store.settings.set('a', 1)).toThrow(expect.objectContaining({ code: 'daemon_stopping' }))
    await expect(store.reader.quickCheck()).rejects.toMatchObject({ code: 'daemon_stopping' })
    const again = await openTestStore({ folder })
    expect(again.store.observations.recent('fly', 0, 9)).toHaveLength(1)
  })

  test('closes the file even when the last samples cannot be written', async () => {
    const folder = await tempFolder()
    const file = join(folder, 'kora.db')
    const store = openStore({
      file,
      clock: createFakeClock(),
      logger: createMemoryLogger(),
      redactor: createRedactor(),
      readWorker,
    })
    store.probes.insert(aProbe())
    store.observations.record(anObservation())
    const other = new Database(file)
    other.exec('BEGIN IMMEDIATE')
    await expect(store.close()).rejects.toMatchObject({ code: 'store_unwritable' })
    expect(() => store.probes.list()).toThrow(expect.objectContaining({ code: 'daemon_stopping' }))
    other.exec('COMMIT')
    other.close()
  })
})

describe('a log removed while stopped', () => {
  /** The files of a process that was killed: a copy taken while it runs. */
  async function crashed(): Promise<string> {
    const { store, file, folder } = await openTestStore()
    store.settings.set('kept', 1)
    const copy = join(folder, 'crash', 'kora.db')
    mkdirSync(join(folder, 'crash'))
    for (const end of ['', '-wal', '-open']) copyFileSync(file + end, copy + end)
    return join(folder, 'crash')
  }

  test('is noticed, and once noticed not told again after a clean run', async () => {
    const folder = await crashed()
    rmSync(join(folder, 'kora.db-wal'))
    const first = await openTestStore({ folder })
    expect(first.store.lostLog).toBe(true)
    await first.store.close()
    expect((await openTestStore({ folder })).store.lostLog).toBe(false)
  })

  test('a crash with its log in place is no loss', async () => {
    const { store } = await openTestStore({ folder: await crashed() })
    expect(store.lostLog).toBe(false)
    expect(store.settings.get('kept')).toBe(1)
  })
})
