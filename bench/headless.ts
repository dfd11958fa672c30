import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { Contract } from '../src/contract/index.ts'

const root = join(import.meta.dirname, '..')

// A bench that fails or is interrupted leaves nothing running.
const children = new Set<ChildProcess>()
process.once('exit', () => children.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

/** A process of ours that says on its standard output that it is ready. */
export interface Started {
  readonly pid: number
  /** What matched. */
  readonly ready: string
  stop(): Promise<void>
}

/** Starts a process and waits for the words that say it is ready. */
export async function startProcess(args: readonly string[], env: Env, ready: RegExp): Promise<Started> {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  children.add(child)
  child.once('exit', () => children.delete(child))
  return {
    pid: child.pid ?? 0,
    ready: await printed(child, ready),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

type Env = Readonly<Record<string, string | undefined>>

function printed({ stdout, exitCode }: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const match = pattern.exec(text)
      if (match) resolve(match[0])
    })
    stdout?.once('end', () => reject(new Error(`the process ended with ${String(exitCode)}:\n${text}`)))
  })
}

/**
 * The built headless daemon; `ready` is the address that signs one browser in.
 * @param more variables of its own; without any, nobody is told and no model asked
 */
export function startHeadless(home: string, more: Env = {}): Promise<Started> {
  const plain = Object.entries(process.env).filter(([name]) => !/^(KORA_|ANTHROPIC_)/.test(name))
  const env = { ...Object.fromEntries(plain), ...more, KORA_HOME: home }
  return startProcess([join(root, 'out', 'main', 'kora.js'), 'serve', '--port', '0'], env, /http:\S+#code=\S+/)
}

export interface Line {
  readonly client: ContractRouterClient<Contract>
  readonly close: () => void
}

/** Signs in with the printed address as a browser does and opens the cockpit's WebSocket. */
export async function connect(address: string): Promise<Line> {
  const { origin, hash } = new URL(address)
  const reply = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.replace('#code=', '') }),
  })
  const cookie = reply.headers.get('set-cookie')?.split(';')[0]
  if (!reply.ok || !cookie) throw new Error(`signing in failed with ${reply.status}`)
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { origin, cookie } })
  const client = createORPCClient<ContractRouterClient<Contract>>(new RPCLink({ websocket: socket }))
  await once(socket, 'open')
  return { client, close: () => socket.close() }
}

/** CPU time of a whole process so far, user and system, in ms; the kernel counts in hundredths of a second. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Resident memory of a process now, in MB of 1,048,576 bytes. */
export function residentMb(pid: number): number {
  return statusMb(pid, 'VmRSS')
}

/** The part of it that no file stands behind: of Node's own program as much is resident as the system happens to map. */
export function ownMb(pid: number): number {
  return statusMb(pid, 'RssAnon')
}

function statusMb(pid: number, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? Number.NaN) / 1_024
}
