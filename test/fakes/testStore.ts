import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createRedactor, type Redactor } from '../../src/daemon/platform/redactor.ts'
import { openStore } from '../../src/daemon/store/openStore.ts'
import type { Store } from '../../src/daemon/store/Store.ts'
import { createFakeClock, type FakeClock } from './fakeClock.ts'
import { createMemoryLogger, type MemoryLogger } from './memoryLogger.ts'
import { tempFolder } from './tempFolder.ts'

export const readWorker = new URL('../../src/daemon/store/readWorker.ts', import.meta.url)

export interface TestStore {
  readonly store: Store
  readonly clock: FakeClock
  readonly logger: MemoryLogger
  readonly redactor: Redactor
  readonly folder: string
  readonly file: string
}

/** A real store on a real file, closed and removed when the running test ends. */
export async function openTestStore(options: { folder?: string } = {}): Promise<TestStore> {
  const folder = options.folder ?? (await tempFolder())
  const file = join(folder, 'kora.db')
  const clock = createFakeClock()
  const redactor = createRedactor()
  const logger = createMemoryLogger()
  const store = openStore({ file, clock, logger, redactor, readWorker })
  onTestFinished(() => store.close())
  return { store, clock, logger, redactor, folder, file }
}
