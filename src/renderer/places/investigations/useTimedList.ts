import { useCallback, useEffect, useState } from 'react'
import { explain, type Problem } from '../../client/errors.ts'
import { useNewest } from '../../client/hooks.ts'
import { useNow } from '../../client/ticker.ts'
import { matchesFilter, overlay, refreshed, type Row, type Source, type StateFilter, type TimeWindow } from './pages.ts'

const pageSize = 50

/** One page as the daemon answers it, its items as rows. */
export interface Page<Totals> {
  readonly items: readonly Row[]
  readonly nextCursor: string | null
  /** Of the whole filter; null where the daemon counts none. */
  readonly totals: Totals
}

export interface Asked {
  readonly window: TimeWindow
  readonly state: StateFilter
  readonly cursor?: string
  readonly limit: number
}

export interface TimedList<Totals> extends Source {
  readonly kind: 'loading' | 'failed' | 'ready'
  readonly totals: Totals | null
  /** Reads the next page; nothing once everything was read. */
  more: () => Promise<void>
  readonly problem: Problem | null
  reload: () => void
}

interface Pages<Totals> extends Page<Totals> {
  readonly key: string
}

/**
 * Rows of a window and state, page by page, kept fresh by the mirror.
 * @param live what the mirror holds of them
 */
export function useTimedList<Totals>(
  read: (asked: Asked) => Promise<Page<Totals>>,
  live: readonly Row[],
  window: TimeWindow,
  state: StateFilter,
): TimedList<Totals> {
  const nowMs = useNow()
  const key = `${window}:${state}`
  const [pages, setPages] = useState<Pages<Totals> | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reloads, setReloads] = useState(0)
  const wanted = useNewest(key)
  // A change of one live row is laid over; which rows are live decides what has to be read again.
  const liveIds = live.map((row) => row.id).join(' ')

  useEffect(() => {
    let current = true
    read({ window, state, limit: pageSize }).then(
      (page) => {
        if (!current) return
        setProblem(null)
        setPages((before) => {
          const further = before?.key === key && before.items.length > pageSize
          return further
            ? { ...page, key, items: refreshed(before.items, page.items), nextCursor: before.nextCursor }
            : { ...page, key }
        })
      },
      (error: unknown) => current && setProblem(explain(error)),
    )
    return () => {
      current = false
    }
  }, [read, window, state, key, liveIds, reloads])

  const shown = pages?.key === key ? pages : null
  const cursor = shown?.nextCursor ?? null
  const more = useCallback(async () => {
    if (cursor === null) return
    try {
      const page = await read({ window, state, cursor, limit: pageSize })
      setPages((before) =>
        before?.key === wanted.current && before.nextCursor === cursor
          ? { ...before, items: [...before.items, ...page.items], nextCursor: page.nextCursor }
          : before,
      )
    } catch (error) {
      setProblem(explain(error))
    }
  }, [read, window, state, cursor, wanted])

  return {
    kind: shown ? 'ready' : problem ? 'failed' : 'loading',
    items: shown ? overlay(shown.items, live, (row) => matchesFilter(row, window, state, nowMs)) : [],
    readToMs: cursor === null ? null : (shown?.items.at(-1)?.atMs ?? null),
    totals: shown?.totals ?? null,
    more,
    problem,
    reload: useCallback(() => setReloads((count) => count + 1), []),
  }
}
