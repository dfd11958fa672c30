import type { implement } from '@orpc/server'
import type { contract } from '../../src/contract/index.ts'

type Os = ReturnType<typeof implement<typeof contract>>

/** History of the invented world. */
export function historyAnswers(os: Os) {
  return {
    query: os.history.query.handler(() => ({ items: [], next: null })),
    record: os.history.record.handler(({ input }) => {
      throw new Error(`there is no record ${input.id}`)
    }),
    density: os.history.density.handler(({ input }) => ({
      fromMs: input.fromMs,
      bucketMs: Math.ceil((input.toMs - input.fromMs) / input.buckets),
      counts: Array.from({ length: input.buckets }, () => 0),
      total: 0,
      gaps: [],
    })),
    bounds: os.history.bounds.handler(() => ({
      oldestAtMs: null,
      newestAtMs: null,
      records: 0,
      waiting: 0,
      seams: [],
    })),
    files: os.history.files.handler(() => []),
    open: os.history.open.handler(async function* () {}),
    close: os.history.close.handler(() => ({ ok: true as const })),
    savedFilters: os.history.savedFilters.handler(() => []),
    saveFilter: os.history.saveFilter.handler(({ input }) => [input]),
    removeFilter: os.history.removeFilter.handler(() => []),
  }
}
