import type { HistoryFiles } from '../services/HistoryFiles.ts'
import type { HistoryService } from '../services/HistoryService.ts'
import { api } from './implementer.ts'

export function historyApi({ history, files }: { history: HistoryService; files: HistoryFiles }) {
  return api.history.router({
    query: api.history.query.handler(({ input }) => history.query(input)),
    record: api.history.record.handler(({ input }) => history.record(input.file, input.id)),
    density: api.history.density.handler(({ input }) => history.density(input)),
    bounds: api.history.bounds.handler(({ input }) => history.bounds(input.file)),
    files: api.history.files.handler(() => files.list()),
    open: api.history.open.handler(({ input, signal }) => files.open(input, signal ?? new AbortController().signal)),
    close: api.history.close.handler(async ({ input }) => {
      await files.close(input.file)
      return { ok: true }
    }),
    savedFilters: api.history.savedFilters.handler(() => history.savedFilters()),
    saveFilter: api.history.saveFilter.handler(({ input }) => history.saveFilter(input)),
    removeFilter: api.history.removeFilter.handler(({ input }) => history.removeFilter(input.id)),
  })
}
