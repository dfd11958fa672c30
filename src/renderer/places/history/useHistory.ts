import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { HistoryBounds, HistoryFile } from '../../../contract/history.ts'
import { useCockpit } from '../../client/CockpitContext.ts'
import type { Problem } from '../../client/errors.ts'
import { useFetched, useNewest, usePaced, useReconnects } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import type { Density } from './density.ts'
import { filterOf, type HistoryView, isNarrowed, narrowingOf, viewPath } from './historyView.ts'
import { type AskPage, type ReaderState, RecordReader } from './recordReader.ts'
import { type Plan, planSpan } from './span.ts'

/** New records are looked for at most this often: a burst of them is one look. */
const lookEveryMs = 2_000
/** This far behind, what is found changes with the index as well. */
const farBehind = 200

/** What was counted, and of what: both stay until the next count is there. */
export interface Counted {
  readonly key: string
  readonly density: Density
  readonly plan: Plan
  readonly narrowed: boolean
}

export interface History {
  /** Stands for everything that is listed but the moment. */
  readonly key: string
  readonly plan: Plan
  readonly bounds: HistoryBounds | null
  readonly counted: Counted | null
  readonly countProblem: Problem | null
  /** Of the records; `useReading` tells what changes in it. */
  readonly reader: RecordReader
  /** Brings what is new into the list, and moves its end to now. */
  take: () => void
  /** Reads everything again. */
  retry: () => void
}

/**
 * Everything a view shows. A view that ends now moves on with new records and with the minute, but only while its
 * newest ones are in sight and nothing else is read.
 * @param file the opened file that the view is about; null for the daemon's own records
 * @param atTop whether new records may move the list
 */
export function useHistory(view: HistoryView, file: HistoryFile | null, atTop: () => boolean): History {
  const { client } = useCockpit()
  const own = useMirror((mirror) => mirror.history)
  const key = viewPath(view)
  const behind = view.file === null && own.waiting > farBehind ? own.waiting : 0
  const { bounds, problem: boundsProblem, reload: reloadBounds } = useBounds(view, behind)
  const { anchorMs, moveOn } = useAnchor(key, atTop)
  const [takes, setTakes] = useState(0)
  const nowMs = file ? (file.newestAtMs ?? file.openedAtMs) : anchorMs
  const plan = useMemo(
    () => planSpan(view.span, nowMs, bounds?.oldestAtMs ?? null),
    [view.span, nowMs, bounds?.oldestAtMs],
  )
  // A minute that passes without a record is no reason to count again, until it begins another bar.
  const version = `${plan.strip.fromMs} ${plan.strip.toMs} ${takes} ${behind}`
  const { counted, problem, reload } = useDensity(view, key, plan, version, bounds !== null)

  const [reader] = useState(() => new RecordReader())
  const newest = useNewest({ client, view, plan })
  const ask = useCallback<AskPage>(
    (part, signal) => {
      const now = newest.current
      return now.client.history.query({ ...filterOf(now.view, now.plan), ...part }, { signal })
    },
    [newest],
  )
  useEffect(() => void reader.open(key, ask), [reader, key, ask])
  useEffect(() => () => reader.stop(), [reader])
  const reconnects = useReconnects()
  useEffect(() => {
    if (reconnects > 0) reader.retry()
  }, [reader, reconnects])
  useEffect(() => {
    if (plan.fromMs !== null && reader.get().key === key) reader.narrow(ask, plan.fromMs)
  }, [reader, key, ask, plan.fromMs])

  const take = useCallback(() => {
    reader.take()
    setTakes((count) => count + 1)
    moveOn()
  }, [reader, moveOn])
  const top = useNewest(atTop)
  const news = usePaced(`${own.newestAtMs ?? ''} ${behind}`, lookEveryMs)
  const live = plan.live && view.file === null
  useEffect(() => {
    if (!live) return
    void reader.look().then(() => {
      if (top.current() && reader.get().fresh > 0) take()
    })
  }, [reader, live, news, top, take])

  return {
    key,
    plan,
    bounds,
    counted,
    countProblem: problem ?? boundsProblem,
    reader,
    take,
    retry: () => {
      reader.retry()
      reloadBounds()
      reload()
    },
  }
}

/**
 * Part of what was read. A page more draws only what depends on it.
 * @param select must return what compares by identity
 */
export function useReading<T>(reader: RecordReader, select: (state: ReaderState) => T): T {
  return useSyncExternalStore(reader.subscribe, () => select(reader.get()))
}

/** What the records of a view are taken from, as a whole. */
function useBounds(view: HistoryView, behind: number) {
  const { client } = useCockpit()
  const reconnects = useReconnects()
  const minute = useMirror(({ history }) => Math.floor((history.newestAtMs ?? 0) / 60_000))
  const { state, reload } = useFetched(
    () => client.history.bounds(view.file === null ? {} : { file: view.file }),
    view.file ?? '',
    view.file === null ? `${minute} ${behind} ${reconnects}` : reconnects,
  )
  const bounds: HistoryBounds | null = state.kind === 'ready' ? state.data : null
  return { bounds, problem: state.kind === 'loading' ? null : state.problem, reload }
}

/** The moment at which a view ends that ends now. It stands still while somebody reads further down. */
function useAnchor(key: string, atTop: () => boolean): { anchorMs: number; moveOn: () => void } {
  const [held, setHeld] = useState(() => ({ key, ms: daemonNowMs() }))
  if (held.key !== key) setHeld({ key, ms: daemonNowMs() })
  const moveOn = useCallback(() => setHeld((now) => ({ ...now, ms: daemonNowMs() })), [])
  const top = useNewest(atTop)
  useEffect(() => {
    const timer = setInterval(() => (top.current() ? moveOn() : undefined), 60_000)
    return () => clearInterval(timer)
  }, [top, moveOn])
  return { anchorMs: held.ms, moveOn }
}

function useDensity(view: HistoryView, key: string, plan: Plan, version: string, bounded: boolean) {
  const { client } = useCockpit()
  const reconnects = useReconnects()
  const [counted, setCounted] = useState<Counted | null>(null)
  // Where the first record lies must be known before everything can be counted.
  const ready = bounded || plan.fromMs !== null
  const { state, reload } = useFetched(
    async (signal): Promise<Counted | null> => {
      if (!ready) return null
      const filter = { ...narrowingOf(view), ...(view.file === null ? {} : { file: view.file }) }
      const density = await client.history.density({ ...filter, ...plan.strip }, { signal })
      return { key, density, plan, narrowed: isNarrowed(view) }
    },
    key,
    `${version} ${ready} ${reconnects}`,
  )
  const data = state.kind === 'ready' ? state.data : null
  if (data !== null && data !== counted) setCounted(data)
  const problem = state.kind === 'loading' ? null : state.problem
  return { counted: data ?? counted, problem, reload }
}
