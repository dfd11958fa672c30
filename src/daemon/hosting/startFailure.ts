import { KoraError } from '../../domain/errors.ts'
import type { DataPaths } from '../platform/paths.ts'
import { exitCodes } from './exitCodes.ts'
import { connectSocket } from './socketClient.ts'

const silenceMs = 3_000

/** Why a host could not start, in one line, and the code to leave with. A daemon that already runs is brought forward. */
export async function explainStartFailure(
  error: unknown,
  paths: Pick<DataPaths, 'data' | 'socket'>,
): Promise<{ line: string; exitCode: number }> {
  if (!(error instanceof KoraError)) {
    return { line: `Kora could not start: ${String(error)}`, exitCode: exitCodes.failed }
  }
  if (error.code === 'folder_locked') {
    return { line: await pointAtFirst(paths).catch(() => error.message), exitCode: exitCodes.alreadyRunning }
  }
  const misconfigured = error.code === 'config_invalid' || error.code === 'port_taken'
  return { line: error.message, exitCode: misconfigured ? exitCodes.badUsage : exitCodes.failed }
}

async function pointAtFirst({ data, socket }: Pick<DataPaths, 'data' | 'socket'>): Promise<string> {
  const { address } = await connectSocket(socket, silenceMs).client.system.focus({})
  return address === null
    ? `Kora already runs on ${data}; its window was brought to the front.`
    : `Kora already runs on ${data}, at ${address}. A fresh sign-in link: kora status`
}
