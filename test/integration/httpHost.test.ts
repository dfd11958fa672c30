import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { describe, expect, onTestFinished, test } from 'vitest'
import { HttpHost } from '../../src/headless/HttpHost.ts'
import { SignIn } from '../../src/headless/SignIn.ts'
import { maxFrameLength } from '../../src/daemon/hosting/rpcChannel.ts'
import { openShell } from '../../src/daemon/hosting/Shell.ts'
import { createFakeClock } from '../fakes/fakeClock.ts'
import { headlessHost, openSocket, send } from '../fakes/headlessHost.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { stubCostState, stubTelemetry } from '../fakes/publishedSources.ts'
import { createStubDaemon } from '../fakes/stubDaemon.ts'

const json = { 'content-type': 'application/json' }

describe('the shell', () => {
  test('is public, and every answer carries the security headers', async () => {
    const { port } = await headlessHost()
    const page = await send(port, { path: '/', headers: { host: `127.0.0.1:${port}` } })
    const asset = await send(port, { path: '/assets/index-abc123.js', headers: { host: `localhost:${port}` } })
    const missing = await send(port, { path: '/nothing', headers: { host: `127.0.0.1:${port}` } })
    expect([page.status, page.body]).toEqual([200, '<!doctype html><title>Kora</title>'])
    expect(page.headers['cache-control']).toBe('no-cache')
    expect([asset.status, asset.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8'])
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(missing.status).toBe(404)
    for (const { headers } of [page, asset, missing]) {
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
      expect(headers['content-security-policy']).not.toContain('unsafe')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    }
  })

  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/index.html%00.js',
    'http://127.0.0.1/index.html',
  ])('does not leave its folder for %s', async (path) => {
    const { port } = await headlessHost()
    const reply = await send(port, { path, headers: { host: `127.0.0.1:${port}` } })
    expect(reply).toMatchObject({ status: 404, body: '' })
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('answers %s with 405', async (method) => {
    const { port } = await headlessHost()
    const reply = await send(port, { method, path: '/index.html', headers: { host: `127.0.0.1:${port}` } })
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD'])
  })

  test.each([
    'kora.example',
    'kora.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.nip.example:PORT',
    'LOCALHOST',
  ])('refuses the Host %s: a rebound name reads nothing', async (name) => {
    const { port, cookie } = await headlessHost()
    const headers = { host: name.replace('PORT', String(port)), cookie: cookie() }
    expect((await send(port, { path: '/', headers })).status).toBe(421)
    expect((await send(port, { method: 'POST', path: '/session', headers: { ...headers, ...json } })).status).toBe(421)
  })
})

describe('the session', () => {
  test('a code becomes an HttpOnly SameSite cookie once, and only once', async () => {
    const { port, signIn, address } = await headlessHost()
    const exchange = {
      method: 'POST',
      path: '/session',
      headers: { ...json, host: `127.0.0.1:${port}`, origin: address },
      body: JSON.stringify({ code: signIn.createCode() }),
    }
    const first = await send(port, exchange)
    const second = await send(port, exchange)
    expect([first.status, first.body]).toEqual([200, '{"signedIn":true}'])
    expect(first.headers['cache-control']).toBe('no-store')
    const [set = ''] = first.headers['set-cookie'] ?? []
    expect(set).toMatch(
      new RegExp(`^kora_session_${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/; Max-Age=2592000$`),
    )
    expect([second.status, second.headers['set-cookie']]).toEqual([401, undefined])

    const [session = ''] = set.split(';')
    const asked = await send(port, { ...exchange, headers: { ...exchange.headers, cookie: session }, body: '{}' })
    expect(asked.body).toBe('{"signedIn":true}')
    const stranger = await send(port, { ...exchange, body: '{}' })
    expect(stranger.body).toBe('{"signedIn":false}')
  })

  test('cross-site and shapeless posts change nothing', async () => {
    const { port, signIn, address } = await headlessHost()
    const body = JSON.stringify({ code: signIn.createCode() })
    const own = { host: `127.0.0.1:${port}`, origin: address }
    const post = (headers: Record<string, string>, text = body) =>
      send(port, { method: 'POST', path: '/session', headers, body: text })
    const { origin: _, ...silent } = own
    expect((await post({ ...own, 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post({ ...own, 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415)
    expect((await post({ ...json, ...own, origin: 'http://kora.example' })).status).toBe(403)
    expect((await post({ ...json, ...own, origin: `http://localhost:${port}` })).status).toBe(403)
    expect((await post({ ...json, ...own, origin: 'null' })).status).toBe(403)
    expect((await post({ ...json, ...silent })).status).toBe(403)
    expect((await post({ ...json, ...silent, 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await post({ ...json, ...own }, '{"code":1}')).status).toBe(400)
    expect((await post({ ...json, ...own }, '{"code":"x","more":true}')).status).toBe(400)
    expect((await post({ ...json, ...own }, JSON.stringify({ code: 'x'.repeat(100_000) }))).status).toBe(400)
    expect((await post({ ...json, ...own }, body + ' '.repeat(100_000))).status).toBe(400)
    expect((await send(port, { path: '/session', headers: own })).status).toBe(405)
    // None of these used the code up, and a browser that leaves Origin out may use it.
    expect((await post({ ...json, ...silent, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  test('a code ends after ten minutes and a session after thirty days', async () => {
    const { signIn, clock } = await headlessHost()
    const late = signIn.createCode()
    clock.setWall(clock.nowMs() + 10 * 60_000)
    expect(signIn.exchange(late)).toEqual({ kind: 'refused' })
    const result = signIn.exchange(signIn.createCode())
    if (result.kind !== 'signed_in') throw new Error(result.kind)
    expect(signIn.holds(result.session)).toBe(true)
    expect(signIn.holds(`${result.session}x`)).toBe(false)
    clock.setWall(clock.nowMs() + 30 * 86_400_000)
    expect(signIn.holds(result.session)).toBe(false)
  })

  test('after five wrong codes within a minute a right one has to wait', async () => {
    const { port, signIn, clock, address } = await headlessHost()
    const headers = { ...json, host: `127.0.0.1:${port}`, origin: address }
    const attempt = async (code: string) =>
      (await send(port, { method: 'POST', path: '/session', headers, body: JSON.stringify({ code }) })).status
    const right = signIn.createCode()
    for (let round = 0; round < 5; round++) expect(await attempt('wrong')).toBe(401)
    expect(await attempt(right)).toBe(429)
    await clock.advance(60_000)
    expect(await attempt(right)).toBe(200)
  })

  test('a restart keeps the operator signed in; the file holds hashes and is the owner’s', async () => {
    const { signIn, clock, folder } = await headlessHost()
    const result = signIn.exchange(signIn.createCode())
    if (result.kind !== 'signed_in') throw new Error(result.kind)
    const file = join(folder, 'sessions.json')
    expect(await readFile(file, 'utf8')).not.toContain(result.session)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(new SignIn({ clock, file }).holds(result.session)).toBe(true)
  })

  test('neither code nor session reaches the log', async () => {
    const { port, host, logger, cookie, address } = await headlessHost()
    const code = host.signInAddress().split('#code=')[1] ?? ''
    const session = cookie().split('=')[1] ?? ''
    const headers = { ...json, host: `127.0.0.1:${port}`, origin: address, cookie: cookie() }
    const post = (body: string) => send(port, { method: 'POST', path: '/session', headers, body })
    await post(JSON.stringify({ code: `${code}x` }))
    await post(JSON.stringify({ code }))
    await post(`{"code":"${code}"`)
    const socket = await openSocket(port, '/rpc', headers)
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
    socket.send(`nonsense ${code}`)
    await once(socket, 'close')
    const log = JSON.stringify(logger.lines)
    expect(logger.messages('warn')).toEqual(['sign-in refused', 'request frame refused'])
    expect([code.length, session.length, log.includes(code), log.includes(session)]).toEqual([43, 43, false, false])
  })
})

describe('the WebSocket', () => {
  const hosts = ['right', 'wrong', 'other port'] as const
  const origins = ['right', 'wrong', 'other name', 'other port', 'null', 'fetch metadata only', 'absent'] as const
  const sessions = ['right', 'wrong', 'absent'] as const
  const matrix = hosts.flatMap((host) =>
    origins.flatMap((origin) => sessions.map((session) => ({ host, origin, session }))),
  )

  test('opens for the right host, origin and session together, and for nothing less', async () => {
    const { port, cookie } = await headlessHost()
    const values = {
      host: { right: `127.0.0.1:${port}`, wrong: `kora.example:${port}`, 'other port': `127.0.0.1:${port + 1}` },
      origin: {
        right: `http://127.0.0.1:${port}`,
        wrong: 'http://kora.example',
        'other name': `http://localhost:${port}`,
        'other port': `http://127.0.0.1:${port + 1}`,
        null: 'null',
        'fetch metadata only': undefined,
        absent: undefined,
      },
      session: { right: cookie(), wrong: `kora_session_${port}=${'x'.repeat(43)}`, absent: undefined },
    }
    const answers: unknown[] = []
    for (const { host, origin, session } of matrix) {
      const headers: Record<string, string> = { host: values.host[host] }
      if (values.origin[origin]) headers['origin'] = values.origin[origin]
      if (origin === 'fetch metadata only') headers['sec-fetch-site'] = 'same-origin'
      if (values.session[session]) headers['cookie'] = values.session[session]
      const socket = await openSocket(port, '/rpc', headers)
      if (typeof socket !== 'number') socket.close()
      answers.push({ host, origin, session, answer: typeof socket === 'number' ? socket : 'open' })
    }
    const refusal = (host: string, origin: string): number => (host !== 'right' ? 421 : origin !== 'right' ? 403 : 401)
    const expected = matrix.map(({ host, origin, session }) => {
      const all = host === 'right' && origin === 'right' && session === 'right'
      return { host, origin, session, answer: all ? 'open' : refusal(host, origin) }
    })
    expect(answers).toHaveLength(63)
    expect(answers).toEqual(expected)
  })

  test('cuts a frame of more than a megabyte off before it is read to the end', async () => {
    const { port, cookie, address, logger } = await headlessHost()
    const socket = await openSocket(port, '/rpc', { origin: address, cookie: cookie() })
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
    socket.send(Buffer.alloc(maxFrameLength + 1, 'x').toString())
    await once(socket, 'close')
    // The frame never reached the place where frames are judged.
    expect(logger.lines).toEqual([])
  })

  test('is served at /rpc only', async () => {
    const { port, cookie, address } = await headlessHost()
    const headers = { host: `127.0.0.1:${port}`, origin: address, cookie: cookie() }
    expect(await openSocket(port, '/', headers)).toBe(404)
    expect(await openSocket(port, '/rpc/x', headers)).toBe(404)
  })

  test('waits until the daemon runs', async () => {
    const { host, port, address, cookie } = await headlessHost({ early: true })
    const headers = { origin: address, cookie: cookie() }
    expect(await openSocket(port, '/rpc', headers)).toBe(503)
    host.open()
    expect(await openSocket(port, '/rpc', headers)).toBeInstanceOf(WebSocket)
  })

  test('a line that stops answering pings is ended', async () => {
    const { port, cookie, address, clock } = await headlessHost()
    const socket = await openSocket(port, '/rpc', { origin: address, cookie: cookie() })
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
    socket.pause()
    const closed = once(socket, 'close')
    await clock.advance(30_000)
    await clock.advance(30_000)
    socket.resume()
    await closed
    expect(socket.readyState).toBe(WebSocket.CLOSED)
  })
})

describe('what is published', () => {
  const paths = ['/api/cost_telemetry', '/api/cost-state']

  test.each([
    ['/api/cost_telemetry', stubTelemetry],
    ['/api/cost-state', stubCostState],
    ['/api/cost-state?tenant_id=default', stubCostState],
    ['/api/cost_telemetry?x', stubTelemetry],
  ])('%s is the bare body, for a program and for the cockpit', async (path, body) => {
    const { port, address, token, cookie } = await headlessHost()
    const host = `127.0.0.1:${port}`
    const asked: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { authorization: `bearer ${token}`, origin: address },
      { cookie: cookie(), 'sec-fetch-site': 'same-origin' },
      { cookie: cookie(), origin: address },
    ]
    for (const headers of asked) {
      const reply = await send(port, { path, headers: { host, ...headers } })
      expect([reply.status, JSON.parse(reply.body)]).toEqual([200, body])
      expect(reply.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'content-length': String(Buffer.byteLength(reply.body)),
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
      })
      expect(reply.headers['content-security-policy']).toMatch(/^default-src 'none'/)
      expect(reply.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  test('parameters and encoded ids arrive', async () => {
    const { port, token } = await headlessHost()
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    const reply = await send(port, { path: '/api/investigations/probe:fly%3Ax?y=1', headers })
    expect(JSON.parse(reply.body)).toMatchObject({ session: { caller_session_id: 'probe:fly:x', kind: 'probe' } })
  })

  test('HEAD says how long it is and sends nothing', async () => {
    const { port, token } = await headlessHost()
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    for (const path of paths) {
      const [head, get] = [await send(port, { method: 'HEAD', path, headers }), await send(port, { path, headers })]
      expect([head.status, head.body, head.headers['content-length']]).toEqual([
        200,
        '',
        String(Buffer.byteLength(get.body)),
      ])
      expect(get.body.length).toBeGreaterThan(0)
    }
  })

  test('is for nobody else: every door but the two is closed', async () => {
    const { port, address, token, cookie } = await headlessHost()
    const bearer = `Bearer ${token}`
    const elsewhere = 'http://kora.example'
    const refused: [status: number, headers: Record<string, string>][] = [
      [401, {}],
      [401, { authorization: 'Bearer' }],
      [401, { authorization: token }],
      [401, { authorization: `Basic ${token}` }],
      [401, { authorization: `Bearer ${token}x` }],
      [401, { authorization: `Bearer ${token.slice(0, -1)}` }],
      [401, { authorization: `Bearer ${token} x` }],
      [401, { authorization: `Bearer ${'x'.repeat(10_000)}` }],
      // The cookie alone proves no page: a form, an image or a rebound name would carry it as well.
      [401, { cookie: cookie() }],
      [401, { cookie: cookie(), 'sec-fetch-site': 'none' }],
      [401, { cookie: `kora_session_${port}=${token}`, origin: address }],
      [401, { cookie: `api-token=${token}`, origin: address }],
      [403, { cookie: cookie(), origin: elsewhere }],
      [403, { cookie: cookie(), 'sec-fetch-site': 'cross-site' }],
      [403, { authorization: bearer, origin: elsewhere }],
      [403, { authorization: bearer, origin: 'null' }],
      [403, { authorization: bearer, origin: `http://localhost:${port}` }],
      [403, { authorization: bearer, origin: `http://127.0.0.1:${port + 1}` }],
      [403, { authorization: bearer, 'sec-fetch-site': 'cross-site' }],
      [403, { authorization: bearer, 'sec-fetch-site': 'same-site' }],
      [421, { authorization: bearer, host: `kora.example:${port}` }],
      [421, { authorization: bearer, host: `127.0.0.1:${port + 1}` }],
    ]
    for (const [status, headers] of refused) {
      for (const path of paths) {
        for (const method of ['GET', 'HEAD', 'POST']) {
          const reply = await send(port, { method, path, headers: { host: `127.0.0.1:${port}`, ...headers } })
          const scheme = status === 401 ? 'Bearer' : undefined
          expect([headers, method, reply.status, reply.body, reply.headers['www-authenticate']]).toEqual([
            headers,
            method,
            status,
            '',
            scheme,
          ])
        }
      }
    }
  })

  test('takes no other method and knows no other path', async () => {
    const { port, token } = await headlessHost()
    const headers = { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const reply = await send(port, { method, path: '/api/cost-state', headers })
      expect([method, reply.status, reply.headers['allow']]).toEqual([method, 405, 'GET, HEAD'])
    }
    for (const path of ['/api/', '/api/cost_state', '/api/cost-state/', '/api/COST-STATE', '/api/../api/cost-state']) {
      expect([path, (await send(port, { path, headers })).status]).toEqual([path, 404])
      // Who may not read learns nothing about what there is.
      expect((await send(port, { path, headers: { host: headers.host } })).status).toBe(401)
    }
  })

  test('waits until the daemon runs', async () => {
    const { host, port, token } = await headlessHost({ early: true })
    const asked = { path: '/api/cost-state', headers: { host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` } }
    expect((await send(port, asked)).status).toBe(503)
    host.open()
    expect((await send(port, asked)).status).toBe(200)
  })

  test('the token is the owner’s, and in no line of the log', async () => {
    const { port, folder, token, logger } = await headlessHost()
    expect(token).toMatch(/^[\w-]{43}$/)
    expect((await stat(join(folder, 'api-token'))).mode & 0o777).toBe(0o600)
    for (const authorization of [`Bearer ${token}`, `Bearer ${token}x`]) {
      await send(port, { path: '/api/cost-state', headers: { host: `127.0.0.1:${port}`, authorization } })
    }
    expect(JSON.stringify(logger.lines)).not.toContain(token)
  })
})

test('a taken port is one line with both ways out', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const taken = other.address()
  if (taken === null || typeof taken === 'string') throw new Error('no port')
  const { folder } = await headlessHost()
  const clock = createFakeClock()
  const late = new HttpHost({
    host: '127.0.0.1',
    port: taken.port,
    platform: 'linux',
    router: createStubDaemon().router,
    published: () => null,
    isBearer: () => false,
    shell: openShell(join(folder, 'renderer')),
    signIn: new SignIn({ clock, file: join(folder, 'other.json') }),
    clock,
    logger: createMemoryLogger(),
  })
  await expect(late.listen()).rejects.toMatchObject({
    code: 'port_taken',
    message:
      `Port ${taken.port} on 127.0.0.1 is taken. See who has it with: ss -ltnp 'sport = :${taken.port}', ` +
      'or choose another with --port or KORA_WEB_PORT.',
  })
})
