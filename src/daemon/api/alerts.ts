import type { AlertService } from '../services/AlertService.ts'
import type { AlertViews } from '../services/AlertViews.ts'
import type { InboxService } from '../services/InboxService.ts'
import type { TestAlert } from '../services/TestAlert.ts'
import { api } from './implementer.ts'

export function alertsApi({
  alerts,
  views,
  inbox,
  testAlert,
}: {
  alerts: AlertService
  views: AlertViews
  inbox: InboxService
  testAlert: TestAlert
}) {
  return api.alerts.router({
    list: api.alerts.list.handler(({ input }) => views.list(input)),
    get: api.alerts.get.handler(({ input }) => views.detail(input.id)),
    acknowledge: api.alerts.acknowledge.handler(({ input }) => views.one(alerts.acknowledge(input.id).occurrenceId)),
    snooze: api.alerts.snooze.handler(({ input }) => views.one(alerts.snooze(input.id, input.forMs).occurrenceId)),
    resume: api.alerts.resume.handler(({ input }) => views.one(alerts.resume(input.id).occurrenceId)),
    test: api.alerts.test.handler(({ input }) => testAlert.send(input.severity)),
    inbox: api.alerts.inbox.handler(({ input }) => inbox.view(input.before, input.limit)),
    markRead: api.alerts.markRead.handler(({ input }) => {
      inbox.markRead(input.ids ?? null)
      return { ok: true }
    }),
  })
}
