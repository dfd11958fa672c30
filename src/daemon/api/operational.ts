import type { OperationalActions } from '../services/OperationalActions.ts'
import { api } from './implementer.ts'

export function operationalApi({ actions }: { actions: OperationalActions }) {
  return api.operational.router({
    get: api.operational.get.handler(() => actions.view()),
    pause: api.operational.pause.handler(({ input }) => actions.pause(input)),
    resume: api.operational.resume.handler(({ input }) => actions.resume(input.actor)),
    shutDown: api.operational.shutDown.handler(({ input }) => {
      actions.shutDown(input.sessionId, input.reason)
      return { ok: true }
    }),
  })
}
