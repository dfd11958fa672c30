import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Contract } from '../../src/contract/index.ts'
import { maxFrameLength } from '../../src/daemon/hosting/rpcChannel.ts'
import { serveRpc } from '../../src/daemon/hosting/serveRpc.ts'
import { portChannel } from '../../src/main/portChannel.ts'
import { headlessHost, openSocket } from '../fakes/headlessHost.ts'
import { createMemoryLogger, type MemoryLogger } from '../fakes/memoryLogger.ts'
import { createStubDaemon, type StubDaemon } from '../fakes/stubDaemon.ts'

/** One cockpit's line, seen from the cockpit. */
interface Line {
  readonly client: ContractRouterClient<Contract>
  /** Puts one frame on the line as it is. */
  write(frame: string | Uint8Array): void
  /** The other side ended the line. */
  readonly closed: Promise<unknown>
  close(): void
}

interface Host {
  readonly daemon: StubDaemon
  readonly logger: MemoryLogger
  readonly connect: () => Promise<Line>
}

/** The desktop: message ports, as the main process hands them to its page. */
async function desktop(): Promise<Host> {
  const daemon = createStubDaemon()
  const logger = createMemoryLogger()
  const serve = serveRpc(await daemon.router(), logger)
  return {
    daemon,
    logger,
    connect: () => {
      const { port1, port2 } = new MessageChannel()
      serve(
        portChannel({
          on: (event, run) => void port1.on(event, (data: unknown) => run({ data })),
          start: () => port1.start(),
          postMessage: (data) => port1.postMessage(data),
          close: () => port1.close(),
        }),
      )
      port2.start()
      onTestFinished(() => port2.close())
      return Promise.resolve({
        client: createORPCClient(new PortLink({ port: port2 })),
        write: (frame) => port2.postMessage(frame),
        closed: once(port2, 'close'),
        close: () => port2.close(),
      })
    },
  }
}

/** Headless: a WebSocket through the real server, guard and session included. */
async function headless(): Promise<Host> {
  const { daemon, logger, port, address, cookie } = await headlessHost()
  return {
    daemon,
    logger,
    async connect() {
      const socket = await openSocket(port, '/rpc', { origin: address, cookie: cookie() })
      if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket}`)
      onTestFinished(() => socket.terminate())
      return {
        client: createORPCClient(new SocketLink({ websocket: socket as unknown as globalThis.WebSocket })),
        write: (frame) => socket.send(frame),
        closed: once(socket, 'close'),
        close: () => socket.close(),
      }
    },
  }
}

describe.each([
  { name: 'desktop', open: desktop },
  { name: 'headless', open: headless },
])('a cockpit on the $name host', ({ open }) => {
  test('calls a procedure and gets its value', async () => {
    const { client } = await (await open()).connect()
    expect(await client.probes.check({ id: 'fly' })).toEqual({
      id: 'fly',
      status: 'healthy',
      cause: 'none',
      summary: 'Well',
      error: null,
      latencyMs: 12,
      observedAtMs: 1_000,
    })
  })

  test('gets an error with its code, message and data', async () => {
    const host = await open()
    const { client } = await host.connect()
    const error = await client.incidents.acknowledge({ id: 'inc1' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ORPCError)
    expect(error).toMatchObject({
      code: 'not_found',
      message: 'There is no such incident.',
      data: { id: 'inc1' },
    })
    expect(host.daemon.acknowledged).toEqual(['inc1'])
    expect(host.logger.lines).toEqual([])
  })

  test('is told which field of its input is wrong, and the procedure does not run', async () => {
    const host = await open()
    const { client } = await host.connect()
    const error = await client.incidents.acknowledge({ id: '' }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'BAD_REQUEST', data: { issues: [{ path: ['id'] }] } })
    expect(host.daemon.acknowledged).toEqual([])
  })

  test('hears of a procedure nobody implements', async () => {
    const { client } = await (await open()).connect()
    await expect(client.settings.get()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('calls many procedures at once and gets each its own answer', async () => {
    const { client } = await (await open()).connect()
    const ids = Array.from({ length: 200 }, (_, n) => `probe-${n}`)
    const results = await Promise.all(ids.map((id) => client.probes.check({ id })))
    expect(results.map(({ id }) => id)).toEqual(ids)
  })

  test('subscribes, and cancelling ends the generator behind it', async () => {
    const { daemon, connect } = await open()
    const { client } = await connect()
    const controller = new AbortController()
    const messages = await client.state.subscribe(undefined, { signal: controller.signal })
    const seen: number[] = []
    for await (const message of messages) {
      seen.push(message.seq)
      if (message.seq === 3) break
    }
    expect(seen).toEqual([1, 2, 3])
    await daemon.untilNoSubscription()
    expect(daemon.openSubscriptions()).toBe(0)
  })

  test('leaving without a word ends its subscriptions', async () => {
    const { daemon, connect } = await open()
    const line = await connect()
    const messages = await line.client.state.subscribe()
    await messages.next()
    expect(daemon.openSubscriptions()).toBe(1)
    line.close()
    await daemon.untilNoSubscription()
    expect(daemon.openSubscriptions()).toBe(0)
  })

  test.each([
    ['no JSON', 'hello'],
    ['JSON of another shape', '[1,2,3]'],
    ['a request without an id', '{"p":{"u":"/probes/check"}}'],
    ['a request without a payload', '{"i":"1"}'],
    ['an event without a payload', '{"i":"1","t":3}'],
    ['an unknown kind', '{"i":"1","t":9,"p":{"u":"/probes/check"}}'],
    ['an address elsewhere', '{"i":"1","p":{"u":"http://kora.example/probes/check"}}'],
    ['headers of another shape', '{"i":"1","p":{"u":"/probes/check","h":["x"]}}'],
    ['bytes', new Uint8Array([123, 125, 255])],
    ['more than a megabyte', `{"i":"1","p":{"u":"/probes/check","b":"${'x'.repeat(maxFrameLength)}"}}`],
  ])('a frame that is %s ends its own line, and the daemon is unharmed', async (_name, frame) => {
    const host = await open()
    const other = await host.connect()
    const line = await host.connect()
    line.write(frame)
    await line.closed
    expect(await other.client.probes.check({ id: 'fly' })).toMatchObject({ summary: 'Well' })
    const next = await host.connect()
    expect(await next.client.probes.check({ id: 'fly' })).toMatchObject({ summary: 'Well' })
  })

  test('a request whose input does not decode is answered, and the line lives on', async () => {
    const { connect } = await open()
    const line = await connect()
    line.write('{"i":"99","p":{"u":"/probes/check","b":{"json":{"id":1},"meta":[[99,["x"]]]}}}')
    line.write('{"i":"100","p":{"u":"/__proto__/constructor"}}')
    expect(await line.client.probes.check({ id: 'fly' })).toMatchObject({ summary: 'Well' })
  })
})
