import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { connect } from './connect.ts'
import { createConnection } from './connection.ts'
import type { Connection } from './types.ts'

/** As much of a browser's page as the two modules touch. */
function page(hash: string) {
  const location = { hash, pathname: '/', origin: 'http://127.0.0.1:9119' }
  const window = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', document)
  vi.stubGlobal('location', location)
  vi.stubGlobal('history', {
    replaceState: (_state: unknown, _title: string, url: string) => {
      location.hash = url.slice(url.indexOf('#'))
    },
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  return { location, window, document }
}

describe('a kept connection', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function line(): { connection: Connection; close(): void } {
    let ended: () => void = () => undefined
    const onClosed = (run: () => void): (() => void) => {
      ended = run
      return () => undefined
    }
    return { connection: { client: {} as Connection['client'], host: 'headless', onClosed }, close: () => ended() }
  }

  function started(attempts: ReadonlyArray<() => ReturnType<typeof connect>>) {
    const around = page('#/now')
    const codes: (string | null | undefined)[] = []
    const source = createConnection((code) => {
      codes.push(code)
      return (attempts[codes.length - 1] ?? refuse)()
    })
    onTestFinished(() => source.stop())
    source.start()
    return { ...around, source, codes }
  }

  const refuse = (): Promise<never> => Promise.reject(new Error('nobody there'))

  test('tries again after 0.5, 1, 2, 4, 8 and then every 10 s', async () => {
    const { source, codes } = started([])
    const waits: number[] = []
    for (let round = 0; round < 7; round++) {
      await vi.advanceTimersByTimeAsync(0)
      const state = source.get()
      if (state.kind !== 'lost') throw new Error(state.kind)
      expect(state.sinceMs).toBe(1_000_000)
      waits.push(state.retryAtMs - Date.now())
      await vi.advanceTimersByTimeAsync(state.retryAtMs - Date.now())
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
    expect(codes).toHaveLength(8)
  })

  test('opens, is lost, and opens again with the waiting begun afresh', async () => {
    const first = line()
    const second = line()
    const { source } = started([
      refuse,
      () => Promise.resolve(first.connection),
      () => Promise.resolve(second.connection),
    ])
    const seen: string[] = []
    source.subscribe(() => seen.push(source.get().kind))
    expect(source.get()).toEqual({ kind: 'connecting' })
    await vi.advanceTimersByTimeAsync(500)
    expect(source.get()).toEqual({ kind: 'open', connection: first.connection })
    first.close()
    expect(source.get()).toEqual({ kind: 'lost', sinceMs: 1_000_500, retryAtMs: 1_001_000 })
    await vi.advanceTimersByTimeAsync(500)
    expect(source.get()).toEqual({ kind: 'open', connection: second.connection })
    expect(seen).toEqual(['lost', 'open', 'lost', 'open'])
  })

  test.each([
    ['the network returns', 'window', 'online'],
    ['the window is looked at', 'document', 'visibilitychange'],
  ] as const)('does not wait when %s', async (_name, where, event) => {
    const { connection } = line()
    const { source, ...around } = started([refuse, () => Promise.resolve(connection)])
    await vi.advanceTimersByTimeAsync(0)
    expect(source.get().kind).toBe('lost')
    around[where].dispatchEvent(new Event(event))
    await vi.advanceTimersByTimeAsync(0)
    expect(source.get()).toEqual({ kind: 'open', connection })
  })

  test('signed out it waits for a code in the address; open it only erases one', async () => {
    const { connection } = line()
    const { source, codes, location, window } = started([
      () => Promise.resolve({ kind: 'signed_out' as const }),
      () => Promise.resolve(connection),
    ])
    await vi.advanceTimersByTimeAsync(60_000)
    source.retryNow()
    expect([source.get().kind, codes]).toEqual(['signed_out', [null]])
    for (const code of ['fresh', 'another']) {
      location.hash = `#code=${code}`
      window.dispatchEvent(new Event('hashchange'))
      await vi.advanceTimersByTimeAsync(0)
      expect([source.get(), location.hash]).toEqual([{ kind: 'open', connection }, '#/now'])
    }
    expect(codes).toEqual([null, 'fresh'])
  })
})

describe('signing in from the address', () => {
  interface Asked {
    readonly body: unknown
    readonly hashThen: string
  }

  /** A page at this address whose `/session` answers in turn with these statuses; notes what was asked. */
  function server(hash: string, ...replies: ReadonlyArray<readonly [status: number, signedIn: boolean]>): Asked[] {
    const asked: Asked[] = []
    const { location } = page(hash)
    vi.stubGlobal('fetch', (path: string, init: { method: string; body: string }) => {
      expect([path, init.method]).toEqual(['/session', 'POST'])
      asked.push({ body: JSON.parse(init.body), hashThen: location.hash })
      const [status, signedIn] = replies[asked.length - 1] ?? [500, false]
      return Promise.resolve(new Response(JSON.stringify({ signedIn }), { status }))
    })
    return asked
  }

  test('erases the code before it is sent, and stays signed out when it is refused', async () => {
    const asked = server('#code=used-up', [401, false], [200, false])
    expect(await connect()).toEqual({ kind: 'signed_out' })
    expect(asked).toEqual([
      { body: { code: 'used-up' }, hashThen: '#/now' },
      { body: {}, hashThen: '#/now' },
    ])
  })

  test('without a code asks for an earlier session and leaves the route alone', async () => {
    const asked = server('#/system', [200, false])
    expect(await connect()).toEqual({ kind: 'signed_out' })
    expect(asked).toEqual([{ body: {}, hashThen: '#/system' }])
  })

  test('a server in trouble is no sign-out', async () => {
    server('#/now', [500, false])
    await expect(connect()).rejects.toThrow('500')
  })
})
