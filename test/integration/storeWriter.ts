import { writeSync } from 'node:fs'
import { aMessage, anIncident, startMs } from '../fakes/records.ts'
import { createFakeClock } from '../fakes/fakeClock.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { openStore } from '../../src/daemon/store/openStore.ts'

/**
 * A process that writes until it is killed: `node storeWriter.ts <file> <name of the round>`. Prints the number of
 * every step once it is durable.
 */
const [file = '', round = ''] = process.argv.slice(2)
const store = openStore({
  file,
  clock: createFakeClock(),
  logger: createMemoryLogger(),
  redactor: createRedactor(),
  readWorker: new URL('../../src/daemon/store/readWorker.ts', import.meta.url),
})

for (let step = 0; ; step++) {
  const key = `${round}-${step}`
  store.transaction(() => {
    store.incidents.save(anIncident({ id: `inc_${key}` }))
    store.outbox.insert(aMessage({ id: `msg_${key}`, incidentId: `inc_${key}` }))
    store.audit.append({ seam: 'probe.wake_requested', incidentId: `inc_${key}`, details: { key } }, startMs)
  })
  store.settings.set(key, step)
  writeSync(1, `${step}\n`)
}
