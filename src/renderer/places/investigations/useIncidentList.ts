import { useCallback, useEffect, useState } from 'react'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { explain, type Problem } from '../../client/errors.ts'
import { useNewest } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { matchesFilter, overlay, refreshed, type StateFilter, type TimeWindow } from './pages.ts'

const pageSize = 50

interface Pages {
  readonly key: string
  readonly items: readonly IncidentSummary[]
  readonly nextCursor: string | null
  readonly active: number
  readonly resolved: number
  readonly costNanoUsd: number | null
}

export interface IncidentList {
  readonly kind: 'loading' | 'failed' | 'ready'
  readonly items: readonly IncidentSummary[]
  readonly totals: Pick<Pages, 'active' | 'resolved' | 'costNanoUsd'> | null
  /** Set when there is a further page. */
  readonly more: (() => Promise<void>) | null
  readonly problem: Problem | null
  reload: () => void
}

/** Incidents of a window and state, page by page, kept fresh by the mirror. */
export function useIncidentList(window: TimeWindow, state: StateFilter): IncidentList {
  const client = useClient()
  const live = useMirror((mirror) => mirror.incidents)
  const nowMs = useNow()
  const key = `${window}:${state}`
  const [pages, setPages] = useState<Pages | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reloads, setReloads] = useState(0)
  const wanted = useNewest(key)
  // A change of one open incident's row is laid over; which incidents are open decides what has to be read again.
  const openIds = live.map((incident) => incident.id).join(' ')

  useEffect(() => {
    let current = true
    client.incidents.list({ window, state, limit: pageSize }).then(
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
  }, [client, window, state, key, openIds, reloads])

  const shown = pages?.key === key ? pages : null
  const cursor = shown?.nextCursor ?? null
  const more = useCallback(async () => {
    if (cursor === null) return
    try {
      const page = await client.incidents.list({ window, state, cursor, limit: pageSize })
      setPages((before) =>
        before?.key === wanted.current && before.nextCursor === cursor
          ? { ...before, items: [...before.items, ...page.items], nextCursor: page.nextCursor }
          : before,
      )
    } catch (error) {
      setProblem(explain(error))
    }
  }, [client, window, state, cursor, wanted])

  return {
    kind: shown ? 'ready' : problem ? 'failed' : 'loading',
    items: shown ? overlay(shown.items, live, (incident) => matchesFilter(incident, window, state, nowMs)) : [],
    totals: shown,
    more: cursor === null ? null : more,
    problem,
    reload: () => setReloads((count) => count + 1),
  }
}
