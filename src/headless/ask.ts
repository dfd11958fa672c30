import { ORPCError } from '@orpc/client'
import type { DaemonStatus } from '../contract/system.ts'
import { spendWindows } from '../contract/spend.ts'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import { connectSocket, type SocketClient } from '../daemon/hosting/socketClient.ts'
import { parseConfig } from '../daemon/platform/config.ts'
import { systemClock } from '../daemon/platform/clock.ts'
import { type DataPaths, dataPaths } from '../daemon/platform/paths.ts'
import { machineTimeZone } from '../daemon/platform/timeZone.ts'
import { readSnapshotFile } from '../daemon/services/SnapshotFile.ts'
import { KoraError } from '../domain/errors.ts'
import { formatDuration } from '../domain/time.ts'
import type { Invocation } from './cli.ts'
import { costReport } from './costReport.ts'
import { pause, resume, stop } from './steer.ts'

/** A check may wait for a slow service; everything else answers at once. */
const silenceMs = 60_000

type Asked = Invocation & { readonly command: keyof typeof answers }

/** Everything that the daemon which runs is asked or told. @returns the exit code */
export async function ask(asked: Asked): Promise<number> {
  const paths = dataPaths(process.env, process.platform, { demo: asked.demo })
  const socket = connectSocket(paths.socket, silenceMs)
  try {
    return await answers[asked.command](socket, asked)
  } catch (error) {
    const { code, message } = describe(error)
    if (code === 'daemon_not_running' && asked.command === 'snapshot') return await leftBehind(paths)
    const absent = code === 'daemon_not_running' && asked.command === 'status'
    if (asked.json) print(JSON.stringify({ error: { code, message }, ...(absent ? { status: notRunning } : {}) }))
    else process.stderr.write(`${message}\n`)
    if (code === 'daemon_not_running') return exitCodes.notRunning
    return code === 'not_found' || code === 'bad_input' ? exitCodes.badUsage : exitCodes.failed
  }
}

const notRunning: DaemonStatus = {
  state: 'not_running',
  uptime_seconds: null,
  shutdown_reason: null,
  listeners: [],
  daemon_session_id: null,
}

const answers = { status, check, cost, snapshot, pause, resume, stop }

async function status(socket: SocketClient, { json }: Invocation): Promise<number> {
  const { client } = socket
  const [info, standing, operational, services, incidents, alerts, { address }] = await Promise.all([
    client.system.info(),
    client.system.status(),
    client.operational.get(),
    client.probes.list(),
    client.incidents.list({ window: 'all', state: 'active', limit: 200 }),
    client.alerts.list({ window: 'all', state: 'active', limit: 200 }),
    client.system.focus({}),
  ])
  if (json) {
    const active = { incidents: incidents.items, alerts: alerts.items }
    print(JSON.stringify({ address, status: standing, daemon: info, operational, services, ...active }, null, 2))
    return exitCodes.ok
  }
  print(`Kora ${info.version} is ${info.state.replace('_', ' ')} (${info.host}${info.demo ? ', demo' : ''}).`)
  print(`Data folder: ${info.dataFolder}`)
  if (operational.primary === 'paused') print(`Paused: ${operational.reasons.join(', ')} (${operational.trigger}).`)
  const width = Math.max(0, ...services.map(({ title }) => title.length))
  for (const { title, summary, latencyMs } of services) {
    print(`  ${title.padEnd(width)}  ${summary}${latencyMs === null ? '' : `, ${latencyMs} ms`}`)
  }
  for (const { severity, title } of incidents.items) print(`Open ${severity}: ${title}`)
  for (const { severity, title, voice } of alerts.items) {
    if (voice !== 'incident') print(`Alert, ${severity}: ${title}`)
  }
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
  for (const line of costReport(state, byRoute, machineTimeZone())) print(line)
  return exitCodes.ok
}

/** As `GET /api/snapshot` answers it. */
async function snapshot({ client }: SocketClient): Promise<number> {
  const current = await client.state.current()
  print(JSON.stringify(current, null, 2))
  return 'error' in current ? exitCodes.failed : exitCodes.ok
}

/** What the last process wrote, while it is fresh by its own word; whoever reads it is told that nobody keeps it so. */
async function leftBehind(paths: DataPaths): Promise<number> {
  const file = parseConfig(process.env).config.snapshot.path ?? paths.snapshot
  const nowMs = systemClock.nowMs()
  const found = await readSnapshotFile(file, nowMs)
  if (typeof found === 'string') {
    process.stderr.write(`Kora is not running for this data folder, and its last snapshot is ${notFresh[found]}.\n`)
    print(JSON.stringify({ error: 'no_snapshot', stale: true }))
    return exitCodes.notRunning
  }
  const age = formatDuration(nowMs - Date.parse(found.computed_at))
  process.stderr.write(`Kora is not running for this data folder: this is what it wrote ${age} ago.\n`)
  print(JSON.stringify(found, null, 2))
  return exitCodes.ok
}

const notFresh = {
  missing: 'not there',
  unreadable: 'not readable',
  stale: 'too old',
  newer_schema: 'of a newer Kora',
} as const

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof KoraError || error instanceof ORPCError) return { code: error.code, message: error.message }
  return { code: 'internal', message: String(error) }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
