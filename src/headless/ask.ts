import { ORPCError } from '@orpc/client'
import { spendWindows } from '../contract/spend.ts'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import { connectSocket, type SocketClient } from '../daemon/hosting/socketClient.ts'
import { dataPaths } from '../daemon/platform/paths.ts'
import { KoraError } from '../domain/errors.ts'
import type { Invocation } from './cli.ts'
import { costReport } from './costReport.ts'

/** A check may wait for a slow service; everything else answers at once. */
const silenceMs = 60_000

/** `kora status`, `kora check` and `kora cost`: questions to the daemon that runs. @returns the exit code */
export async function ask(asked: Invocation): Promise<number> {
  const paths = dataPaths(process.env, process.platform, { demo: asked.demo })
  const socket = connectSocket(paths.socket, silenceMs)
  try {
    if (asked.command === 'check') return await check(socket, asked)
    return asked.command === 'cost' ? await cost(socket, asked) : await status(socket, asked)
  } catch (error) {
    const { code, message } = describe(error)
    if (asked.json) print(JSON.stringify({ error: { code, message } }))
    else process.stderr.write(`${message}\n`)
    if (code === 'daemon_not_running') return exitCodes.notRunning
    return code === 'not_found' || code === 'bad_input' ? exitCodes.badUsage : exitCodes.failed
  }
}

async function status(socket: SocketClient, { json }: Invocation): Promise<number> {
  const { client } = socket
  const [info, services, incidents, { address }] = await Promise.all([
    client.system.info(),
    client.probes.list(),
    client.incidents.list({ window: 'all', state: 'active', limit: 200 }),
    client.system.focus({}),
  ])
  if (json) {
    print(JSON.stringify({ address, daemon: info, services, incidents: incidents.items }, null, 2))
    return exitCodes.ok
  }
  print(`Kora ${info.version} is ${info.state.replace('_', ' ')} (${info.host}${info.demo ? ', demo' : ''}).`)
  print(`Data folder: ${info.dataFolder}`)
  const width = Math.max(0, ...services.map(({ title }) => title.length))
  for (const { title, summary, latencyMs } of services) {
    print(`  ${title.padEnd(width)}  ${summary}${latencyMs === null ? '' : `, ${latencyMs} ms`}`)
  }
  for (const { severity, title } of incidents.items) print(`Open ${severity}: ${title}`)
  for (const { message, action } of info.problems) print(`Attention: ${message} ${action}`)
  const link = await socket.signInAddress()
  if (link !== null) print(`Cockpit, for one browser, once, within 10 minutes: ${link}`)
  return exitCodes.ok
}

async function check({ client }: SocketClient, { probe, json }: Invocation): Promise<number> {
  const result = await client.probes.check({ id: probe })
  const took = result.latencyMs === null ? '' : `, ${result.latencyMs} ms`
  const because = result.error === null ? '' : `: ${result.error}`
  print(json ? JSON.stringify(result, null, 2) : `${result.id}: ${result.summary}${took}${because}`)
  return result.status === 'healthy' ? exitCodes.ok : exitCodes.failed
}

async function cost({ client }: SocketClient, { json }: Invocation): Promise<number> {
  if (json) {
    const [state, ...windows] = await Promise.all([
      client.spend.state(),
      ...spendWindows.map(async (window) => [window, await client.spend.window({ window })] as const),
    ])
    print(JSON.stringify({ state, windows: Object.fromEntries(windows) }, null, 2))
    return exitCodes.ok
  }
  const [state, { byRoute }] = await Promise.all([client.spend.state(), client.spend.window({ window: 'rolling_24h' })])
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  for (const line of costReport(state, byRoute, timeZone)) print(line)
  return exitCodes.ok
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof KoraError || error instanceof ORPCError) return { code: error.code, message: error.message }
  return { code: 'internal', message: String(error) }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
