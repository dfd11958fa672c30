import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { dataPaths } from '../src/daemon/platform/paths.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import { http } from '../src/daemon/probes/http.ts'
import { openStore } from '../src/daemon/store/openStore.ts'
import type { Store } from '../src/daemon/store/Store.ts'
import { createMemoryLogger } from '../test/fakes/memoryLogger.ts'

/** Runs with a data folder of its own, which is removed afterwards. */
export async function withHome(run: (home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'kora-bench-'))
  try {
    await run(home)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** Opens the store of a data folder that no daemon uses now. */
export async function withStore<T>(home: string, use: (store: Store) => T): Promise<T> {
  const { database } = dataPaths({ KORA_HOME: home }, process.platform, { demo: false })
  const readWorker = new URL('../src/daemon/store/readWorker.ts', import.meta.url)
  const store = openStore({
    file: database,
    clock: systemClock,
    logger: createMemoryLogger(),
    redactor: createRedactor(),
    readWorker,
  })
  try {
    return use(store)
  } finally {
    await store.close()
  }
}

/** Defines `count` http probes, as if an operator had, on a fresh store. @returns their ids */
export function defineProbes(store: Store, count: number, url: string, intervalMs: number): string[] {
  const nowMs = systemClock.nowMs()
  const ids = Array.from({ length: count }, (_, index) => `site-${String(index).padStart(3, '0')}`)
  store.transaction(() => {
    store.settings.set('seeded', true)
    for (const [index, id] of ids.entries()) {
      const config = http.schema.parse({ url: `${url}/${index}` }) as Record<string, unknown>
      const definition = { id, kind: 'http', title: `Site ${index}`, config, intervalMs, enabled: true } as const
      store.probes.insert({ ...definition, createdAtMs: nowMs, updatedAtMs: nowMs })
    }
  })
  return ids
}
