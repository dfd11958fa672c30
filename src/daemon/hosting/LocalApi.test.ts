import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { send } from '../../../test/fakes/headlessHost.ts'
import { coordinated } from '../../../test/fakes/listeners.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { publishedSources } from '../../../test/fakes/publishedSources.ts'
import type { Settings } from '../../contract/settings.ts'
import { LocalApi } from './LocalApi.ts'
import { createPublishedApi } from './publishedApi.ts'

const made = vi.hoisted(() => ({ servers: [] as Server[] }))

// The API's own server, so that a test can end it as nobody who uses the API can.
vi.mock('../platform/nodeHttp.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../platform/nodeHttp.ts')>()
  return {
    ...original,
    createServer(...given: Parameters<typeof original.createServer>) {
      const server = original.createServer(...given)
      made.servers.push(server)
      return server
    },
  }
})

beforeEach(() => void made.servers.splice(0))

/** The API as the desktop's listener, and what Settings say of it. */
function localApi(first: Settings['localApi']) {
  let settings = first
  let apply = (): void => undefined
  const api = new LocalApi({
    settings: () => settings,
    onSettings(run) {
      apply = run
      return () => undefined
    },
    published: createPublishedApi(publishedSources()),
    openToken: () => Promise.resolve((authorization) => authorization === 'Bearer right'),
    logger: createMemoryLogger(),
  })
  const world = coordinated([api.listener()])
  onTestFinished(() => world.coordinator.stop('the test ended'))
  const change = (next: Settings['localApi']): void => {
    settings = next
    apply()
  }
  const port = () => Number(new URL(world.row('web').note ?? '').port)
  const ask = async (token = 'right') => {
    const headers = { host: `127.0.0.1:${port()}`, authorization: `Bearer ${token}` }
    return (await send(port(), { path: '/api/snapshot', headers })).status
  }
  return { ...world, change, port, ask }
}

/** Once it was brought in line with Settings. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('the local API', () => {
  it('is off until it is switched on, then answers whoever carries the token, and is off again', async () => {
    const { coordinator, states, row, change, ask } = localApi({ enabled: false, port: 0 })
    await coordinator.start()
    expect([states(), made.servers]).toEqual([{ web: 'off' }, []])
    change({ enabled: true, port: 0 })
    await until(() => row('web').note?.startsWith('http') === true)
    expect([states(), await ask(), await ask('wrong')]).toEqual([{ web: 'up' }, 200, 401])
    change({ enabled: false, port: 0 })
    await until(() => made.servers[0]?.listening === false)
    expect(states()).toEqual({ web: 'off' })
  })

  it('daemon 31: whose server dies is down within one look, and is started again', async () => {
    const { coordinator, clock, states, row, changes, ask } = localApi({ enabled: true, port: 0 })
    await coordinator.start()
    expect(await ask()).toBe(200)
    const [server] = made.servers
    server?.close()
    server?.closeAllConnections()
    coordinator.look()
    expect(row('web')).toMatchObject({ state: 'down', lastError: 'the server does not listen any more' })
    await clock.advance(5_000)
    await until(() => states()['web'] === 'up')
    expect([await ask(), row('web').restarts]).toEqual([200, 1])
    expect(changes).toEqual(['web: up to down, the server does not listen any more', 'web: down to up, null'])
  })

  it('daemon 14: whose port is taken is down and says so; everything else is started', async () => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const { coordinator, row } = localApi({ enabled: true, port })
    await coordinator.start()
    expect(coordinator.state).toBe('running')
    expect(row('web')).toMatchObject({
      state: 'down',
      lastError: `Port ${port} is taken: choose another under Settings, Local API.`,
    })
  })
})
