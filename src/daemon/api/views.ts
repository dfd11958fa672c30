import type { ViewService } from '../services/ViewService.ts'
import { api } from './implementer.ts'

export function viewsApi({ views }: { views: ViewService }) {
  return api.views.router({
    record: api.views.record.handler(({ input }) => {
      views.record(input)
      return { ok: true }
    }),
    usage: api.views.usage.handler(() => views.usage()),
    list: api.views.list.handler(({ input }) => views.list(input)),
    erase: api.views.erase.handler(() => views.erase()),
  })
}
