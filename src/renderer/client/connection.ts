import { connect, takeCode } from './connect.ts'
import type { Connection, ConnectionSource, ConnectionState } from './types.ts'

const firstRetryMs = 500
const longestRetryMs = 10_000

/**
 * Keeps one line to the daemon open: tries again after 0.5, 1, 2, 4, 8 and then every 10 s, and at once when the
 * network or the window comes back. Signed out it waits for an address with a code.
 * @param open one attempt; rejects when nobody answers
 */
export function createConnection(open: typeof connect = connect): ConnectionSource & { start(): void; stop(): void } {
  let state: ConnectionState = { kind: 'connecting' }
  let failures = 0
  let lostSinceMs: number | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt: AbortController | null = null
  const readers = new Set<() => void>()
  const events = new AbortController()

  function set(next: ConnectionState): void {
    state = next
    for (const read of readers) read()
  }

  async function tryNow(code: string | null = takeCode()): Promise<void> {
    clearTimeout(timer)
    attempt?.abort()
    const { signal } = (attempt = new AbortController())
    const result = await open(code).catch(() => null)
    if (signal.aborted) return
    if (result === null) lost()
    else if ('kind' in result) set({ kind: 'signed_out' })
    else opened(result, signal)
  }

  function opened(connection: Connection, signal: AbortSignal): void {
    failures = 0
    lostSinceMs = null
    connection.onClosed(() => {
      if (!signal.aborted) lost()
    })
    set({ kind: 'open', connection })
  }

  function lost(): void {
    lostSinceMs ??= Date.now()
    const delayMs = Math.min(firstRetryMs * 2 ** failures, longestRetryMs)
    failures++
    timer = setTimeout(() => void tryNow(), delayMs)
    set({ kind: 'lost', sinceMs: lostSinceMs, retryAtMs: Date.now() + delayMs })
  }

  /** Opening the printed address in a tab that already shows the cockpit changes the fragment and loads nothing. */
  function readCode(): void {
    const code = takeCode()
    if (code !== null && state.kind !== 'open') void tryNow(code)
  }

  function retryNow(): void {
    if (state.kind !== 'lost') return
    failures = 0
    void tryNow()
  }

  return {
    get: () => state,
    subscribe(run) {
      readers.add(run)
      return () => readers.delete(run)
    },
    retryNow,
    start() {
      const { signal } = events
      window.addEventListener('online', retryNow, { signal })
      document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && retryNow(), {
        signal,
      })
      window.addEventListener('hashchange', readCode, { signal })
      void tryNow()
    },
    stop() {
      events.abort()
      attempt?.abort()
      clearTimeout(timer)
    },
  }
}
