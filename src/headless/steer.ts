import type { OperationalView } from '../contract/operational.ts'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import type { SocketClient } from '../daemon/hosting/socketClient.ts'
import { formatDuration } from '../domain/time.ts'
import type { Invocation } from './cli.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** `kora pause`: no model is called and nothing is told; watching goes on. */
export async function pause({ client }: SocketClient, asked: Invocation): Promise<number> {
  const { forMs, reason, criticals, json } = asked
  const state = await client.operational.pause({ forMs, reason, criticals, actor: 'command_line' })
  const end = forMs === null ? 'until kora resume' : `for ${formatDuration(forMs)}`
  return say(state, json, `Paused ${end}: no model is called${criticals ? '' : ', nothing is told'}. Watching goes on.`)
}

/** `kora resume`: ends a pause that was asked for; one for cost ends with the budget. */
export async function resume({ client }: SocketClient, { json }: Invocation): Promise<number> {
  const state = await client.operational.resume({ actor: 'command_line' })
  const still = state.primary === 'paused'
  return say(state, json, still ? `Still paused: ${state.reasons.join(', ')} (${state.trigger}).` : 'Resumed.')
}

/** `kora stop`: ends the process that answers now, and no later one. */
export async function stop({ client }: SocketClient, { reason, json }: Invocation): Promise<number> {
  const { sessionId, host } = await client.system.info()
  await client.operational.shutDown({ sessionId, reason: reason === '' ? 'kora stop' : reason })
  print(json ? JSON.stringify({ stopping: sessionId, host }) : `Stopping (${host}).`)
  return exitCodes.ok
}

function say(state: OperationalView, json: boolean, words: string): number {
  print(json ? JSON.stringify(state, null, 2) : words)
  return exitCodes.ok
}
