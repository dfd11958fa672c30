import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useCockpit } from './CockpitContext.ts'
import { explain, type Problem } from './errors.ts'

/** The value as of the newest drawing, for what runs later: a press, an effect, an answer that comes in. */
export function useNewest<T>(value: T): RefObject<T> {
  const newest = useRef(value)
  useLayoutEffect(() => {
    newest.current = value
  })
  return newest
}

export type Work<T> =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly sinceMs: number }
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'failed'; readonly problem: Problem }

/**
 * One thing a button does. A second press while it runs joins the first. The promise never rejects: it resolves with
 * the result, or with null after a failure, which is in the state.
 */
export function useWork<Input extends readonly unknown[], T>(
  task: (...input: Input) => Promise<T>,
): { state: Work<T>; run: (...input: Input) => Promise<T | null>; reset: () => void } {
  const [state, setState] = useState<Work<T>>({ kind: 'idle' })
  const running = useRef<Promise<T | null> | null>(null)
  const latest = useNewest(task)

  const run = useCallback(
    (...input: Input): Promise<T | null> => {
      if (running.current) return running.current
      setState({ kind: 'running', sinceMs: Date.now() })
      const started = latest.current(...input).then(
        (result) => {
          setState({ kind: 'done', result })
          return result
        },
        (error: unknown) => {
          setState({ kind: 'failed', problem: explain(error) })
          return null
        },
      )
      running.current = started
      void started.finally(() => {
        running.current = null
      })
      return started
    },
    [latest],
  )

  const reset = useCallback(() => setState({ kind: 'idle' }), [])
  return { state, run, reset }
}

export type Fetched<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly problem: Problem }
  /** `problem` is what the last refresh ran into; the older data stays readable. */
  | { readonly kind: 'ready'; readonly data: T; readonly problem: Problem | null }

/**
 * Reads something that is paged or too large to mirror, again whenever `key` changes. A refresh never blanks what is
 * shown: only another `subject` does.
 * @param subject what the data is about, such as an incident's id
 * @param version grows when the daemon's copy may have changed
 */
export function useFetched<T>(
  read: (signal: AbortSignal) => Promise<T>,
  subject: string,
  version: unknown = 0,
): { state: Fetched<T>; reload: () => void } {
  const [held, setHeld] = useState<{ subject: string; state: Fetched<T> }>({ subject, state: { kind: 'loading' } })
  const [reloads, setReloads] = useState(0)
  const latest = useNewest(read)

  useEffect(() => {
    const controller = new AbortController()
    const settle = (next: (before: Fetched<T>) => Fetched<T>) => {
      if (controller.signal.aborted) return
      setHeld((now) => ({ subject, state: next(now.subject === subject ? now.state : { kind: 'loading' }) }))
    }
    latest.current(controller.signal).then(
      (data) => settle(() => ({ kind: 'ready', data, problem: null })),
      (error: unknown) =>
        settle((before) =>
          before.kind === 'ready'
            ? { ...before, problem: explain(error) }
            : { kind: 'failed', problem: explain(error) },
        ),
    )
    return () => controller.abort()
  }, [subject, version, reloads, latest])

  const state: Fetched<T> = held.subject === subject ? held.state : { kind: 'loading' }
  return { state, reload: useCallback(() => setReloads((count) => count + 1), []) }
}

/** Grows whenever the line to the daemon comes back: a version for what is read again then, and not when it goes. */
export function useReconnects(): number {
  const { online } = useCockpit()
  const [held, setHeld] = useState({ online, count: 0 })
  if (held.online !== online) setHeld({ online, count: online ? held.count + 1 : held.count })
  return held.count
}

/** True once `waiting` has lasted 150 ms: quick answers draw no skeleton. */
export function useSlow(waiting: boolean, afterMs = 150): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    if (!waiting) return
    const timer = setTimeout(() => setSlow(true), afterMs)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [waiting, afterMs])
  return waiting && slow
}

/** A value that changes at most every so often; the first change at once. */
export function usePaced<T extends string | number>(value: T, everyMs: number): T {
  const [shown, setShown] = useState(value)
  const changedAtMs = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (shown === value) return
    const change = () => {
      changedAtMs.current = performance.now()
      setShown(value)
    }
    const timer = setTimeout(change, Math.max(0, changedAtMs.current + everyMs - performance.now()))
    return () => clearTimeout(timer)
  }, [value, shown, everyMs])
  return shown
}

/** How much is read at once, and how to read on from the last row there is. */
interface Pages<Row> {
  readonly first: Fetched<readonly Row[]>
  /** What is listed, such as a filter: another key forgets the older rows. */
  readonly key: string
  readonly size: number
  readonly id: (row: Row) => string | number
  readonly readOlder: (last: Row) => Promise<readonly Row[]>
}

export interface Paged<Row> {
  readonly rows: readonly Row[]
  /** Null when the first row ever is shown. */
  readonly more: (() => void) | null
  readonly work: Work<void>
}

/** A first page that is refreshed, and the older ones behind it that were asked for. */
export function usePaged<Row>({ first, key, size, id, readOlder }: Pages<Row>): Paged<Row> {
  const [older, setOlder] = useState<{ key: string; rows: readonly Row[]; end: boolean }>({ key, rows: [], end: false })
  const fresh = first.kind === 'ready' ? first.data : []
  const known = new Set(fresh.map(id))
  const mine = older.key === key ? older : null
  const behind = mine ? mine.rows.filter((row) => !known.has(id(row))) : []
  const rows = [...fresh, ...behind]
  const { state, run } = useWork(async () => {
    const last = rows.at(-1)
    if (last === undefined) return
    const page = await readOlder(last)
    // The first page too: what newer rows push out of it later must not fall between the two.
    setOlder({ key, rows: [...rows, ...page], end: page.length < size })
  })
  const read = mine !== null && (mine.end || mine.rows.length > 0)
  const end = read ? mine.end : fresh.length < size
  return { rows, more: end ? null : () => void run(), work: state }
}
