import { EventEmitter } from 'node:events'
import type { IpcMain } from 'electron'
import { expect, test, vi } from 'vitest'
import { createMemoryLogger } from '../../test/fakes/memoryLogger.ts'
import type { RpcChannel } from '../daemon/hosting/rpcChannel.ts'
import { answerConnects } from './ipc.ts'

vi.mock('electron', () => import('../../test/electron-stand-in/ports.ts'))

const cockpit = { url: 'app://cockpit/index.html#/now' }

/** One request for a line: what the daemon served, and what the page was sent. */
async function connect(request: { frame: unknown; mainFrame: unknown; args?: unknown[]; leaves?: boolean }) {
  const ipcMain = new EventEmitter()
  const logger = createMemoryLogger()
  const served: RpcChannel[] = []
  const posted: unknown[][] = []
  const running = Promise.withResolvers<(channel: RpcChannel) => void>()
  answerConnects(ipcMain as unknown as IpcMain, { running: running.promise, logger })
  const sender = {
    mainFrame: request.mainFrame,
    isDestroyed: () => request.leaves === true,
    postMessage: (...args: unknown[]) => posted.push(args),
  }
  ipcMain.emit('kora:connect', { sender, senderFrame: request.frame }, ...(request.args ?? []))
  running.resolve((channel) => served.push(channel))
  await running.promise
  await Promise.resolve()
  return { served: served.length, posted: posted.map(([channel]) => channel), refusals: logger.lines.length }
}

test('the main frame of the cockpit gets one line', async () => {
  expect(await connect({ frame: cockpit, mainFrame: cockpit })).toEqual({
    served: 1,
    posted: ['kora:port'],
    refusals: 0,
  })
})

test.each([
  ['a frame inside the cockpit, whatever its address', { frame: { ...cockpit }, mainFrame: cockpit }],
  ['a frame that is gone', { frame: null, mainFrame: cockpit }],
  ['another host', { frame: { url: 'app://other/index.html' } }],
  ['a host that only begins like it', { frame: { url: 'app://cockpit.example/index.html' } }],
  ['another scheme', { frame: { url: 'https://cockpit/index.html' } }],
  ['a file', { frame: { url: 'file:///index.html' } }],
  ['an empty page', { frame: { url: 'about:blank' } }],
  ['no address at all', { frame: { url: '' } }],
  ['a request with arguments', { frame: cockpit, mainFrame: cockpit, args: [{ route: '/now' }] }],
])('%s gets none', async (_name, request) => {
  const { frame, mainFrame = frame, ...more } = request as { frame: unknown; mainFrame?: unknown; args?: unknown[] }
  expect(await connect({ frame, mainFrame, ...more })).toEqual({ served: 0, posted: [], refusals: 1 })
})

test('a page that left while the daemon was starting gets none', async () => {
  const gone = await connect({ frame: cockpit, mainFrame: cockpit, leaves: true })
  expect(gone).toEqual({ served: 0, posted: [], refusals: 0 })
})
