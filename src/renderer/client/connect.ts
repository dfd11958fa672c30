import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { Bridge } from '../../contract/bridge.ts'
import type { Connection } from './types.ts'

declare global {
  interface Window {
    /** There on the desktop only; put there by the preload script. */
    readonly kora?: Bridge
  }
}

const signedOut = { kind: 'signed_out' } as const

/**
 * Opens a line to the daemon: a message port on the desktop, a WebSocket in a browser. In a browser a one-time code in
 * the address (`#code=…`) is traded for a session first and erased from the address bar and the history entry.
 * @param code by default the one in the address
 * @returns `signed_out` when this browser has no session and the code, if any, was used up or too old
 * @throws when nobody answers
 */
export async function connect(code: string | null = takeCode()): Promise<Connection | typeof signedOut> {
  if (window.kora) return connectPort(window.kora)
  const signedIn = await signIn(code)
  return signedIn ? connectSocket() : signedOut
}

/** The one-time code in the address, erased from it before anything else happens to it; null when there is none. */
export function takeCode(): string | null {
  const code = /^#code=(.*)$/.exec(location.hash)?.[1]
  if (code === undefined) return null
  history.replaceState(null, '', `${location.pathname}#/now`)
  return code
}

/** Trades the code; without one, or with one that no longer counts, asks whether an earlier session still holds. */
async function signIn(code: string | null): Promise<boolean> {
  if (code !== null && (await askSession({ code }))) return true
  return askSession({})
}

async function askSession(body: { code?: string }): Promise<boolean> {
  const reply = await fetch('/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (reply.ok) return ((await reply.json()) as { signedIn: boolean }).signedIn
  if (reply.status === 401 || reply.status === 429) return false
  throw new Error(`The cockpit's server answered ${reply.status}`)
}

function connectSocket(): Promise<Connection> {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`)
  const client = createORPCClient(new SocketLink({ websocket: socket })) as Connection['client']
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => {
      resolve({ client, host: 'headless', onClosed: (run) => onceClosed(socket, run) })
    })
    socket.addEventListener('close', () => reject(new Error('The connection could not be opened')))
  })
}

async function connectPort(bridge: Bridge): Promise<Connection> {
  const port = await new Promise<MessagePort>((resolve) => {
    const take = (event: MessageEvent): void => {
      const [offered] = event.ports
      if (event.source !== window || event.data !== 'kora:port' || !offered) return
      window.removeEventListener('message', take)
      resolve(offered)
    }
    window.addEventListener('message', take)
    bridge.connect()
  })
  const client = createORPCClient(new PortLink({ port })) as Connection['client']
  port.start()
  return { client, host: 'desktop', onClosed: (run) => onceClosed(port, run) }
}

function onceClosed(line: EventTarget, run: () => void): () => void {
  line.addEventListener('close', run, { once: true })
  return () => line.removeEventListener('close', run)
}
