import { useCallback, useMemo, useState } from 'react'
import { useClient } from '../../client/CockpitContext.ts'
import type { Problem } from '../../client/errors.ts'
import { useMirror } from '../../client/mirror.ts'
import {
  alertRow,
  incidentRow,
  type KindFilter,
  mergeByTime,
  type Row,
  type StateFilter,
  type TimeWindow,
} from './pages.ts'
import { type Asked, useTimedList } from './useTimedList.ts'
import type { TroubleTotals } from './words.ts'

export interface Troubles {
  readonly kind: 'loading' | 'failed' | 'ready'
  readonly items: readonly Row[]
  /** Null until they were read. */
  readonly totals: { readonly incidents: TroubleTotals | null; readonly alerts: TroubleTotals | null }
  /** Set when there is a further page. */
  readonly more: (() => void) | null
  readonly reading: boolean
  readonly problem: Problem | null
  reload: () => void
}

/** Incidents of services and alerts of Kora as one list by time. One that cannot be read leaves the other. */
export function useTroubles(kind: KindFilter, window: TimeWindow, state: StateFilter): Troubles {
  const client = useClient()
  const liveIncidents = useMirror((mirror) => mirror.incidents)
  const liveAlerts = useMirror((mirror) => mirror.alerts)
  const [reading, setReading] = useState(false)
  const readIncidents = useCallback(
    async (asked: Asked) => {
      const { items, nextCursor, ...totals } = await client.incidents.list(asked)
      return { items: items.map(incidentRow), nextCursor, totals }
    },
    [client],
  )
  const readAlerts = useCallback(
    async (asked: Asked) => {
      const { items, nextCursor, ...totals } = await client.alerts.list(asked)
      return { items: items.map(alertRow), nextCursor, totals }
    },
    [client],
  )
  const incidents = useTimedList<TroubleTotals>(
    readIncidents,
    useMemo(() => liveIncidents.map(incidentRow), [liveIncidents]),
    window,
    state,
  )
  const alerts = useTimedList<TroubleTotals>(
    readAlerts,
    useMemo(() => liveAlerts.map(alertRow), [liveAlerts]),
    window,
    state,
  )

  const lists = { ...(kind === 'kora' ? {} : { incidents }), ...(kind === 'services' ? {} : { alerts }) }
  const shown = Object.values(lists)
  const ready = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.kind === 'ready'))
  const { items, next } = mergeByTime(ready)
  const more = async () => {
    setReading(true)
    await (next === 'incidents' ? incidents : alerts).more()
    setReading(false)
  }
  return {
    kind: shown.some((list) => list.kind === 'loading')
      ? 'loading'
      : shown.every((list) => list.kind === 'failed')
        ? 'failed'
        : 'ready',
    items,
    totals: { incidents: incidents.totals, alerts: alerts.totals },
    more: next === null ? null : () => void more(),
    reading,
    problem: shown.find((list) => list.problem !== null)?.problem ?? null,
    reload() {
      for (const list of shown) list.reload()
    },
  }
}
