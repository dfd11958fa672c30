import { implement, ORPCError } from '@orpc/server'
import { contract } from '../../contract/index.ts'
import { KoraError } from '../../domain/errors.ts'

/** Answers of a daemon; a `KoraError` crosses with its code, its words and its data. */
export const api = implement(contract).use(async ({ next }) => {
  try {
    return await next()
  } catch (error) {
    if (error instanceof KoraError) {
      const { code, message, data } = error
      throw new ORPCError(code, { status: statusOf(code), message, data, cause: error })
    }
    throw error
  }
})

function statusOf(code: KoraError['code']): number {
  switch (code) {
    case 'not_found':
    case 'task_unknown':
    case 'secret_unknown':
      return 404
    case 'conflict':
    case 'probe_id_taken':
    case 'task_running':
    case 'operational_state_paused':
      return 409
    case 'bad_input':
    case 'settings_invalid':
      return 400
    case 'daemon_stopping':
      return 503
    default:
      return 500
  }
}
