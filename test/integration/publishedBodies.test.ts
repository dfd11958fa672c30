import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { endpoint } from '../../src/daemon/hosting/publishedEndpoint.ts'
import { headlessHost, send } from '../fakes/headlessHost.ts'

const json = { 'content-type': 'application/json' }

describe('what is published and takes a body', () => {
  const table = [
    endpoint({
      method: 'POST',
      path: '/api/note',
      name: 'Noted',
      summary: 'Takes a note.',
      body: z.object({ text: z.string() }),
      response: async () => z.object({ length: z.number() }),
      answer: (_sources, { body }) => ({ length: body.text.length }),
    }),
  ]
  const note = JSON.stringify({ text: 'hello' })

  test('is taken from a program and from the cockpit, as JSON', async () => {
    const { port, address, token, cookie } = await headlessHost({ table })
    const bearer = { authorization: `Bearer ${token}` }
    const asked: Record<string, string>[] = [
      { ...bearer, ...json },
      { ...bearer, 'content-type': 'Application/JSON; charset=utf-8' },
      { ...json, cookie: cookie(), origin: address },
      { ...json, cookie: cookie(), 'sec-fetch-site': 'same-origin' },
    ]
    for (const headers of asked) {
      const all = { host: `127.0.0.1:${port}`, ...headers }
      const reply = await send(port, { method: 'POST', path: '/api/note?x', headers: all, body: note })
      expect([reply.status, reply.body, reply.headers['cache-control']]).toEqual([200, '{"length":5}', 'no-store'])
    }
  })

  test('is closed to everybody else, as reading is', async () => {
    const { port, token, cookie } = await headlessHost({ table })
    const bearer = { authorization: `Bearer ${token}` }
    const elsewhere = 'http://kora.example'
    const refused: [status: number, headers: Record<string, string>][] = [
      [401, {}],
      [401, { authorization: `Bearer ${token}x` }],
      [401, { cookie: cookie() }],
      [401, { cookie: cookie(), 'sec-fetch-site': 'none' }],
      [403, { cookie: cookie(), origin: elsewhere }],
      [403, { cookie: cookie(), 'sec-fetch-site': 'same-site' }],
      [403, { ...bearer, origin: elsewhere }],
      [403, { ...bearer, origin: `http://localhost:${port}` }],
      [421, { ...bearer, host: `kora.example:${port}` }],
    ]
    for (const [status, headers] of refused) {
      const all = { ...json, host: `127.0.0.1:${port}`, ...headers }
      const reply = await send(port, { method: 'POST', path: '/api/note', headers: all, body: note })
      expect([headers, reply.status, reply.body]).toEqual([headers, status, ''])
    }
  })

  test('wants JSON of its form, of 16 KB at most', async () => {
    const { port, token, logger } = await headlessHost({ table })
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    const post = async (type: string | null, body: string) => {
      const all = type === null ? headers : { ...headers, 'content-type': type }
      return (await send(port, { method: 'POST', path: '/api/note', headers: all, body })).status
    }
    const filled = (length: number) => JSON.stringify({ text: 'x'.repeat(length - '{"text":""}'.length) })
    expect(await post('application/json', filled(16_384))).toBe(200)
    expect(await post('application/json', filled(16_385))).toBe(413)
    expect(await post('application/json', filled(1_000_000))).toBe(413)
    for (const type of [null, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'text/json']) {
      expect([type, await post(type, note)]).toEqual([type, 415])
    }
    for (const body of ['', '{', 'null', '[]', '{"text":1}', '{}']) {
      expect([body, await post('application/json', body)]).toEqual([body, 400])
    }
    expect(logger.messages('error')).toEqual([])
  })

  test('is there for POST alone', async () => {
    const { port, token } = await headlessHost({ table })
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const reply = await send(port, { method, path: '/api/note', headers })
      expect([method, reply.status, reply.headers['allow']]).toEqual([method, 405, 'POST'])
    }
  })

  test('waits until the daemon runs', async () => {
    const { host, port, token } = await headlessHost({ early: true, table })
    const headers = { ...json, host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    const asked = { method: 'POST', path: '/api/note', headers, body: note }
    expect((await send(port, asked)).status).toBe(503)
    host.open()
    expect((await send(port, asked)).status).toBe(200)
  })
})

test('a source that fails is one line in the log and no more than a status', async () => {
  const table = [
    endpoint({
      method: 'GET',
      path: '/api/broken',
      name: 'Broken',
      summary: 'Fails.',
      response: async () => z.object({}),
      answer: () => {
        throw new Error('the disk is gone')
      },
    }),
  ]
  const { port, token, logger } = await headlessHost({ table })
  const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
  const reply = await send(port, { path: '/api/broken', headers })
  expect([reply.status, reply.body]).toEqual([500, ''])
  expect(logger.messages('error')).toEqual(['request failed'])
})
