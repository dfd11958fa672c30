import type { IncidentViews } from '../services/IncidentViews.ts'
import type { OperatorActions } from '../services/OperatorActions.ts'
import { api } from './implementer.ts'

export function incidentsApi({ actions, views }: { actions: OperatorActions; views: IncidentViews }) {
  return api.incidents.router({
    list: api.incidents.list.handler(({ input }) => views.list(input)),
    get: api.incidents.get.handler(({ input }) => views.detail(input.id)),
    acknowledge: api.incidents.acknowledge.handler(({ input }) => views.summary(actions.acknowledge(input.id))),
    snooze: api.incidents.snooze.handler(({ input }) => views.summary(actions.snooze(input.id, input.forMs))),
    resume: api.incidents.resume.handler(({ input }) => views.summary(actions.resume(input.id))),
    markHandled: api.incidents.markHandled.handler(({ input }) =>
      views.summary(actions.markHandled(input.id, input.reason)),
    ),
    reinvestigate: api.incidents.reinvestigate.handler(({ input }) => {
      actions.reinvestigate(input.id)
      return { ok: true }
    }),
  })
}
