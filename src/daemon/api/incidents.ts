import type { IncidentService } from '../services/IncidentService.ts'
import type { IncidentViews } from '../services/IncidentViews.ts'
import { api } from './implementer.ts'

export function incidentsApi({ incidents, views }: { incidents: IncidentService; views: IncidentViews }) {
  return api.incidents.router({
    list: api.incidents.list.handler(({ input }) => views.list(input)),
    get: api.incidents.get.handler(({ input }) => views.detail(input.id)),
    acknowledge: api.incidents.acknowledge.handler(({ input }) => views.summary(incidents.acknowledge(input.id))),
    snooze: api.incidents.snooze.handler(({ input }) => views.summary(incidents.snooze(input.id, input.forMs))),
    resume: api.incidents.resume.handler(({ input }) => views.summary(incidents.resume(input.id))),
    markHandled: api.incidents.markHandled.handler(({ input }) =>
      views.summary(incidents.markHandled(input.id, input.reason)),
    ),
    reinvestigate: api.incidents.reinvestigate.handler(({ input }) => {
      incidents.reinvestigate(input.id)
      return { ok: true }
    }),
  })
}
