import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { Connection } from '../../src/daemon/store/Connection.ts'
import { OpenMark } from '../../src/daemon/store/OpenMark.ts'
import { openDatabase } from '../../src/daemon/store/openDatabase.ts'
import { Store } from '../../src/daemon/store/Store.ts'
import { createFakeClock } from '../fakes/fakeClock.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { aMessage, anIncident, anObservation, aProbe, startMs } from '../fakes/records.ts'
import { tempFolder } from '../fakes/tempFolder.ts'
import { readWorker } from '../fakes/testStore.ts'
import { figure } from './storeRounds.ts'

const hour = 3_600_000

/** A store on a disk with room for so many pages. */
async function storeOfPages(pages: number): Promise<Store> {
  const file = join(await tempFolder(), 'kora.db')
  const database = openDatabase(file)
  database.pragma(`max_page_count = ${pages}`)
  const store = new Store({
    file,
    clock: createFakeClock(),
    logger: createMemoryLogger(),
    redactor: createRedactor(),
    readWorker,
    connection: new Connection(database),
    mark: new OpenMark(file),
    lostLog: false,
  })
  onTestFinished(() => store.close())
  return store
}

test('row 4: on a full disk writes say so, reads go on, no sample is lost, and pruning makes room again', async () => {
  const store = await storeOfPages(150)
  store.probes.insert(aProbe())
  const full = expect.objectContaining({ code: 'store_full' })
  const incident = () =>
    store.transaction(() => {
      store.incidents.save(anIncident())
      store.outbox.insert(aMessage())
    })

  let recorded = 0
  const fill = () => {
    for (;;) {
      for (let index = 0; index < 500; index++) {
        const observedAtMs = startMs + recorded * 1_000
        recorded += 1
        store.observations.record(
          anObservation({ observedAtMs, status: 'unhealthy', cause: 'server_error', error: 'HTTP 503' }),
        )
      }
      store.flush()
    }
  }
  expect(fill).toThrow(full)
  expect(() => store.flush()).toThrow(full)
  expect(incident).toThrow(full)
  expect(store.observations.buffered).toBe(500)

  // Reading goes on, and sees what waits.
  expect(store.incidents.listOpen()).toEqual([])
  expect(store.observations.recent('fly', 0, 1)[0]?.atMs).toBe(startMs + (recorded - 1) * 1_000)
  expect(store.observations.recent('fly', 0, recorded + 1)).toHaveLength(recorded)

  // Rolling up needs a page or two itself; retention then frees what it covers, and everything goes on.
  expect(store.observations.prune({ rawBeforeMs: startMs + 24 * hour, rollupBeforeMs: 0 })).toEqual({
    raw: 0,
    rollups: 0,
  })
  while (store.observations.rollup(startMs + recorded * 1_000) > 0);
  const { raw } = store.observations.prune({ rawBeforeMs: startMs + 24 * hour, rollupBeforeMs: 0 })
  expect(raw).toBeGreaterThan(1_000)
  incident()
  expect(store.observations.buffered).toBe(0)
  expect(store.incidents.listOpen()).toHaveLength(1)
  expect(store.observations.dropped).toBe(0)
  expect(await store.reader.quickCheck()).toEqual([])
  figure(4, 'full disk', {
    samplesRecorded: recorded,
    samplesLost: store.observations.dropped,
    recoveredWithoutRestart: 1,
  })
})
