import type { NotificationMessage } from '../../contract/state.ts'
import type { ActivityService } from '../services/ActivityService.ts'
import type { SnapshotService } from '../services/SnapshotService.ts'
import type { StateService } from '../services/StateService.ts'
import { api } from './implementer.ts'

export function stateApi(services: {
  state: StateService
  activity: ActivityService
  snapshots: SnapshotService
  notifications: (signal: AbortSignal) => AsyncIterable<NotificationMessage>
}) {
  return api.state.router({
    subscribe: api.state.subscribe.handler(({ signal }) =>
      services.state.subscribe(signal ?? new AbortController().signal),
    ),
    current: api.state.current.handler(() => services.snapshots.published()),
    notifications: api.state.notifications.handler(async function* ({ signal }) {
      yield* services.notifications(signal ?? new AbortController().signal)
    }),
    looked: api.state.looked.handler(() => {
      services.activity.looked()
      return { ok: true }
    }),
  })
}
