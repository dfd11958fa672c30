import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import tls from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { selfSignedCertificate } from '../../../test/fakes/certificate.ts'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { startTestServer } from '../../../test/fakes/httpServer.ts'
import { isRefusedAddress, type ResolveName } from './addressGate.ts'
import { systemClock } from './clock.ts'
import { HttpFailure, type HttpRequest } from './http.ts'
import { createHttpClient, type HttpClientOptions } from './undiciHttp.ts'

function client(options: Partial<HttpClientOptions> = {}) {
  const http = createHttpClient({ clock: systemClock, allowPrivate: true, ...options })
  onTestFinished(() => http.close())
  return {
    ...http,
    get: (url: string, more: Partial<HttpRequest> = {}) =>
      http.request({ method: 'GET', url, timeoutMs: 5_000, ...more }),
    failure: async (url: string, more: Partial<HttpRequest> = {}): Promise<HttpFailure> => {
      const outcome = await http
        .request({ method: 'GET', url, timeoutMs: 5_000, ...more })
        .catch((error: unknown) => error)
      if (!(outcome instanceof HttpFailure)) throw new Error(`no HttpFailure but ${String(outcome)}`)
      return outcome
    },
  }
}

/** undici hands a connection back one turn of the loop after its answer. */
const freed = (): Promise<void> => nextTurn()

const resolveTo =
  (...addresses: string[]): ResolveName =>
  (_hostname, done) =>
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )

test('a plain exchange: status, headers, body, whole milliseconds, no certificate', async () => {
  const server = await startTestServer()
  server.reply(201, { ok: true }, { 'x-seen': 'yes' })
  const reply = await client().get(`${server.url}/a?b=c`, { headers: { 'X-Custom': 'v' } })
  expect(reply).toMatchObject({ status: 201, body: '{"ok":true}', truncated: false, certificateExpiresAtMs: null })
  expect(reply.headers['x-seen']).toBe('yes')
  expect(Number.isInteger(reply.latencyMs)).toBe(true)
  expect(server.requests[0]).toMatchObject({ method: 'GET', url: '/a?b=c' })
  expect(server.requests[0]?.headers).toMatchObject({ 'x-custom': 'v', 'user-agent': 'KoraCockpit' })
})

test('a name the system itself cannot resolve is a failure of that request and of nothing else', async () => {
  expect(await client().failure('http://nowhere.invalid/')).toMatchObject({ transport: 'dns' })
})

test('latency is read from the clock and truncated', async () => {
  const server = await startTestServer()
  const clock = createFakeClock()
  server.answer((_request, response) => {
    void clock.advance(1_234.9).then(() => response.end('x'))
  })
  expect((await client({ clock }).get(server.url)).latencyMs).toBe(1_234)
})

test('connections are kept and reused', async () => {
  const server = await startTestServer()
  const http = client()
  for (let index = 0; index < 5; index++) {
    await http.get(server.url)
    await freed()
  }
  expect(server.connections()).toBe(1)
  expect(server.requests).toHaveLength(5)
})

test('HEAD ends without a body; POST carries one', async () => {
  const server = await startTestServer()
  const http = client()
  expect((await http.get(server.url, { method: 'HEAD' })).body).toBe('')
  await http.get(server.url, { method: 'POST', body: 'hello' })
  expect(server.requests.map((request) => [request.method, request.body])).toEqual([
    ['HEAD', ''],
    ['POST', 'hello'],
  ])
})

test('a body is cut at its limit and the rest is not read', async () => {
  const server = await startTestServer()
  let sent = 0
  server.answer((_request, response) => {
    const push = (): void => {
      while (!response.destroyed && sent < 50_000_000) {
        sent += 65_536
        if (!response.write(Buffer.alloc(65_536, 'x'))) break
      }
    }
    response.on('drain', push)
    push()
  })
  const reply = await client().get(server.url, { maxBodyBytes: 1_000 })
  expect(reply.truncated).toBe(true)
  expect(reply.body).toBe('x'.repeat(1_000))
  expect(sent).toBeLessThan(50_000_000)
})

test('a body of exactly the limit is whole', async () => {
  const server = await startTestServer()
  server.answer((_request, response) => void response.end('12345'))
  expect(await client().get(server.url, { maxBodyBytes: 5 })).toMatchObject({ body: '12345', truncated: false })
})

test('the limit is wall clock: no answer, half an answer, and a chain of redirects all end at it', async () => {
  const clock = createFakeClock()
  const http = client({ clock })
  const server = await startTestServer()
  for (const [index, handler] of [
    () => undefined,
    (_request: unknown, response: { write(text: string): unknown }) => void response.write('half'),
  ].entries()) {
    server.answer(handler)
    const waiting = http.failure(server.url, { timeoutMs: 10_000 })
    await server.arrived(index + 1)
    await clock.advance(9_999)
    await clock.advance(1)
    expect(await waiting).toMatchObject({
      transport: 'timeout',
      message: 'TimeoutError: no complete answer within 10000 ms',
    })
  }
  expect(clock.pendingTimers()).toBe(0)
})

test('the limit holds while a name is still being resolved', async () => {
  const clock = createFakeClock()
  const asked: string[] = []
  const http = client({ clock, resolve: (hostname) => void asked.push(hostname) })
  const first = http.failure('http://slow.test/', { timeoutMs: 1_000 })
  const second = http.failure('http://slow.test:81/', { timeoutMs: 1_000 })
  await clock.advance(1_000)
  expect((await first).transport).toBe('timeout')
  expect((await second).transport).toBe('timeout')
  expect(asked).toEqual(['slow.test'])
})

test("the caller's signal ends a request", async () => {
  const server = await startTestServer()
  server.answer(() => undefined)
  const stop = new AbortController()
  const waiting = client().failure(server.url, { signal: stop.signal })
  await server.arrived(1)
  stop.abort()
  expect(await waiting).toMatchObject({ transport: 'timeout', message: expect.stringMatching(/^AbortError: /) })
})

test('transport trouble is told apart', async () => {
  const closed = await startTestServer()
  await closed.close()
  const dead = await startTestServer()
  dead.answer((request) => void request.socket.destroy())
  const plain = createServer((socket) => void socket.end('this is not HTTP\r\n\r\n'))
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void plain.close())
  const plainPort = (plain.address() as AddressInfo).port

  const nowhere: ResolveName = (hostname, done) =>
    done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), [])
  expect(await client({ resolve: nowhere }).failure('http://gone.test/')).toMatchObject({
    transport: 'dns',
    message: 'Error: getaddrinfo ENOTFOUND gone.test',
  })
  expect(await client().failure(closed.url)).toMatchObject({
    transport: 'connect',
    message: `Error: connect ECONNREFUSED 127.0.0.1:${closed.port}`,
  })
  expect((await client().failure(dead.url)).transport).toBe('reset')
  expect((await client().failure(`http://127.0.0.1:${plainPort}/`)).transport).toBe('reset')
  expect((await client().failure(`https://127.0.0.1:${plainPort}/`)).transport).toBe('tls')
})

test('several addresses in vain still give a message', async () => {
  const closed = await startTestServer()
  await closed.close()
  const http = client({ resolve: resolveTo('127.0.0.1', '127.0.0.2') })
  expect(await http.failure(`http://both.test:${closed.port}/`)).toMatchObject({
    transport: 'connect',
    message: expect.stringMatching(/^Error: connect ECONNREFUSED 127\.0\.0\./),
  })
})

test('a kept connection that dies when reused is tried once more, a first one is not', async () => {
  const server = await startTestServer()
  const http = client()
  await http.get(server.url)
  await freed()
  let broken = 0
  server.answer((request, response) => {
    if (broken++ === 0) request.socket.destroy()
    else response.end('second try')
  })
  expect((await http.get(server.url)).body).toBe('second try')
  expect(server.requests).toHaveLength(3)

  const fresh = await startTestServer()
  fresh.answer((request) => void request.socket.destroy())
  expect((await client().failure(fresh.url)).transport).toBe('reset')
  expect(fresh.requests).toHaveLength(1)
})

test('what may never be done twice is not repeated', async () => {
  const server = await startTestServer()
  const http = client()
  await http.get(server.url)
  await freed()
  server.answer((request) => void request.socket.destroy())
  expect((await http.failure(server.url, { method: 'POST', body: 'once' })).transport).toBe('reset')
  expect(server.requests).toHaveLength(2)
})

test('kept connections are dropped after a timeout and after a sleep', async () => {
  const clock = createFakeClock()
  const server = await startTestServer()
  const http = client({ clock })
  await http.get(server.url)
  await freed()
  await http.get(server.url)
  expect(server.connections()).toBe(1)

  clock.sleep(3_600_000)
  await http.get(server.url)
  await freed()
  expect(server.connections()).toBe(2)

  server.answer((request, response) => {
    if (request.url !== '/hangs') response.end('x')
  })
  const waiting = http.failure(`${server.url}/hangs`, { timeoutMs: 5_000 })
  await server.arrived(4)
  await clock.advance(5_000)
  expect((await waiting).transport).toBe('timeout')
  const before = server.connections()
  await http.get(server.url)
  expect(server.connections()).toBe(before + 1)
})

test('redirects are answers by default, and followed up to the limit when asked', async () => {
  const server = await startTestServer()
  server.answer((request, response) => {
    const step = Number(request.url?.slice(1) || 0)
    if (step < 3) response.writeHead(302, { location: `/${step + 1}` }).end('moved')
    else response.end('there')
  })
  const http = client()
  expect((await http.get(server.url)).status).toBe(302)
  expect(await http.get(server.url, { maxRedirects: 3 })).toMatchObject({ status: 200, body: 'there' })
  expect(await http.get(server.url, { maxRedirects: 2 })).toMatchObject({ status: 302 })
})

test('POST turns into GET on 303, and stays itself on 307', async () => {
  const server = await startTestServer()
  for (const [status, method, body] of [
    [303, 'GET', ''],
    [307, 'POST', 'data'],
  ] as const) {
    server.answer((request, response) => {
      if (request.url === '/end') response.end('x')
      else response.writeHead(status, { location: '/end' }).end()
    })
    await client().get(`${server.url}/start`, {
      method: 'POST',
      body: 'data',
      headers: { 'content-type': 'text/plain' },
      maxRedirects: 1,
    })
    expect(server.requests.at(-1)).toMatchObject({ url: '/end', method, body })
  }
})

test('credentials and unknown headers stay behind when a redirect leaves the origin', async () => {
  const [from, to] = [await startTestServer(), await startTestServer()]
  from.reply(302, undefined, { location: `${to.url}/landing` })
  const headers = {
    Authorization: 'Bearer one',
    apikey: 'two',
    Cookie: 'three',
    'X-Custom-Key': 'four',
    accept: 'text/html',
  }
  await client().get(from.url, { headers, maxRedirects: 1 })
  expect(from.requests[0]?.headers).toMatchObject({ authorization: 'Bearer one', apikey: 'two', cookie: 'three' })
  expect(to.requests[0]?.headers['accept']).toBe('text/html')
  for (const name of ['authorization', 'apikey', 'cookie', 'x-custom-key']) {
    expect(to.requests[0]?.headers[name]).toBeUndefined()
  }
})

test('every redirect passes the gate again', async () => {
  const server = await startTestServer()
  for (const location of ['http://169.254.169.254/latest/', 'file:///etc/passwd', 'http://[::ffff:a9fe:a9fe]/']) {
    server.reply(302, undefined, { location })
    expect((await client().failure(server.url, { maxRedirects: 1 })).transport).toBe('blocked_address')
  }
})

test('addresses behind names are vetted, and the connection goes to the vetted one', async () => {
  const server = await startTestServer()
  let asked = 0
  const rebinding: ResolveName = (_hostname, done) =>
    done(null, [{ address: asked++ === 0 ? '127.0.0.1' : '169.254.169.254', family: 4 }])
  const http = client({ resolve: rebinding })
  expect((await http.get(`http://rebind.test:${server.port}/`)).status).toBe(200)
  expect(asked).toBe(1)
  await server.close()
  expect((await http.failure(`http://rebind.test:${server.port}/`)).transport).toBe('blocked_address')

  const mixed = await startTestServer()
  const partly = client({ resolve: resolveTo('169.254.169.254', '127.0.0.1') })
  expect((await partly.get(`http://mixed.test:${mixed.port}/`)).status).toBe(200)
})

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9.0xfe.0xa9.0xfe/',
  'http://0251.0376.0251.0376/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://0.0.0.0/',
  'http://[::]/',
  'http://224.0.0.1/',
  'http://[ff02::1]/',
  'http://255.255.255.255/',
  'http://metadata.google.internal/',
  'http://METADATA.google.internal./',
  'ftp://example.test/',
])('%s is refused', async (url) => {
  expect((await client().failure(url)).transport).toBe('blocked_address')
})

test('own services are reachable unless the host says otherwise', async () => {
  const server = await startTestServer()
  expect((await client().get(server.url)).status).toBe(200)
  const strict = client({ allowPrivate: false, resolve: resolveTo('127.0.0.1') })
  expect(await strict.failure(server.url)).toMatchObject({ transport: 'blocked_address' })
  expect(await strict.failure(`http://name.test:${server.port}/`)).toMatchObject({
    transport: 'blocked_address',
    message: 'BlockedAddress: name.test leads to an address that may not be reached',
  })
  for (const address of ['10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', '::1', 'fc00::1', '::ffff:10.0.0.1']) {
    expect([isRefusedAddress(address, false), isRefusedAddress(address, true)]).toEqual([true, false])
  }
  expect(isRefusedAddress('93.184.216.34', false)).toBe(false)
  expect(isRefusedAddress('fe80::1%eth0', true)).toBe(true)
  expect(isRefusedAddress('not an address', true)).toBe(true)
})

test('the end of the certificate is told, also on a kept connection', async () => {
  const expiresAtMs = Date.UTC(2031, 2, 4, 5, 6, 7)
  const pair = selfSignedCertificate(expiresAtMs)
  const server = await startTestServer({ tls: pair })
  expect(await client().failure(server.url)).toMatchObject({ transport: 'tls' })

  const trusted = tls.getCACertificates('default')
  onTestFinished(() => tls.setDefaultCACertificates(trusted))
  tls.setDefaultCACertificates([...trusted, pair.cert])
  const http = client()
  expect((await http.get(server.url)).certificateExpiresAtMs).toBe(expiresAtMs)
  expect((await http.get(server.url)).certificateExpiresAtMs).toBe(expiresAtMs)
  expect(server.requests).toHaveLength(2)
})

test('an expired certificate is a TLS failure', async () => {
  const pair = selfSignedCertificate(Date.UTC(2021, 0, 1))
  const server = await startTestServer({ tls: pair })
  const trusted = tls.getCACertificates('default')
  onTestFinished(() => tls.setDefaultCACertificates(trusted))
  tls.setDefaultCACertificates([...trusted, pair.cert])
  expect(await client().failure(server.url)).toMatchObject({
    transport: 'tls',
    message: 'Error: certificate has expired',
  })
})

test('close ends what is under way', async () => {
  const server = await startTestServer()
  server.answer(() => undefined)
  const http = client()
  const waiting = http.failure(server.url)
  await server.arrived(1)
  await http.close()
  expect((await waiting).transport).toBe('reset')
})
