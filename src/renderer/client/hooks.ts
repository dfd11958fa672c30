import { useCallback, useEffect, useRef, useState } from 'react'
import { explain, type Problem } from './errors.ts'

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
  const latest = useRef(task)
  latest.current = task

  const run = useCallback((...input: Input): Promise<T | null> => {
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
  }, [])

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
  const latest = useRef(read)
  latest.current = read

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
  }, [subject, version, reloads])

  const state: Fetched<T> = held.subject === subject ? held.state : { kind: 'loading' }
  return { state, reload: useCallback(() => setReloads((count) => count + 1), []) }
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
