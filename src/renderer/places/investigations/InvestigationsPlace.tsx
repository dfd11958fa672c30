import { useState } from 'react'
import { routePath } from '../../app/route.ts'
import { navigate, useRoute } from '../../app/router.ts'
import { focusItem, isNarrow, moveFocus, useShortcuts } from '../../app/shortcuts.ts'
import { useCockpit } from '../../client/CockpitContext.ts'
import { checkNow, snooze } from '../../client/incidentActions.ts'
import { mirrorStore, useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { uiStore } from '../../client/ui.ts'
import { Button } from '../../components/Button.tsx'
import { formatStamp } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { ListInspector, ListItem, PlaceHeader, Segmented } from '../../components/Layout.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { incidentTone } from '../../components/status.ts'
import { formatMoney } from '../../../domain/money.ts'
import { Inspector } from './Inspector.tsx'
import styles from './Investigations.module.css'
import type { StateFilter, TimeWindow } from './pages.ts'
import { useIncidentList, type IncidentList } from './useIncidentList.ts'

const windows = [
  { value: '24h', label: '24 h' },
  { value: '7d', label: '7 days' },
  { value: 'all', label: 'All' },
] as const
const states = [
  { value: 'any', label: 'Any state' },
  { value: 'active', label: 'Active' },
  { value: 'resolved', label: 'Resolved' },
] as const

const windowWords: Readonly<Record<TimeWindow, string>> = { '24h': 'in 24 h', '7d': 'in 7 days', all: 'in all' }

/** What woke Kora, what did it find, what did it do? */
export function InvestigationsPlace() {
  const { client, online } = useCockpit()
  const { rest } = useRoute()
  const [window, setWindow] = useState<TimeWindow>('7d')
  const [state, setState] = useState<StateFilter>('any')
  const list = useIncidentList(window, state)
  const openedId = rest[0] ?? null
  const shownId = openedId ?? list.items[0]?.id ?? null
  const shown = list.items.find((incident) => incident.id === shownId)

  const move = (step: 1 | -1) => {
    if (isNarrow() && openedId === null) {
      moveFocus(document.querySelector('[data-list]'), step)
      return
    }
    const at = list.items.findIndex((incident) => incident.id === shownId)
    const next = list.items[at === -1 ? 0 : at + step]
    if (!next) return
    navigate(routePath('investigations', next.id), { replace: true, quiet: true })
    focusItem(next.id)
  }
  const leave = () => {
    if (isNarrow()) navigate('/investigations', { quiet: true })
    if (shownId) setTimeout(() => focusItem(shownId))
  }
  const open = shown && shown.state !== 'resolved' ? shown : null
  useShortcuts([
    { keys: ['j', 'ArrowDown'], run: () => move(1) },
    { keys: ['k', 'ArrowUp'], run: () => move(-1) },
    { keys: ['Escape'], run: leave },
    { keys: ['s'], run: () => online && open && void snooze(client, open) },
    { keys: ['h'], run: () => online && open && uiStore.setState({ handling: open }) },
    {
      keys: ['r'],
      run: () => {
        const service = shown && mirrorStore.getState().mirror?.services[shown.probeId]
        if (online && service) void checkNow(client, service)
      },
    },
  ])

  return (
    <>
      <PlaceHeader
        title="Investigations"
        sub={<Totals list={list} window={window} />}
        actions={
          <>
            <Segmented<StateFilter> label="State" value={state} options={states} onChange={setState} />
            <Segmented<TimeWindow> label="Window" value={window} options={windows} onChange={setWindow} />
          </>
        }
      />
      <ListInspector
        listLabel="Incidents"
        backLabel="All incidents"
        list={<Incidents list={list} shownId={shownId} window={window} state={state} onAll={() => setWindow('all')} />}
        inspector={
          shownId ? (
            <Inspector key={shownId} id={shownId} known={shown ?? null} />
          ) : (
            <EmptyState>Nothing is chosen, because the list is empty.</EmptyState>
          )
        }
        opened={openedId !== null}
        subject={shownId ?? ''}
        onBack={() => navigate('/investigations')}
      />
    </>
  )
}

function Totals({ list, window }: { list: IncidentList; window: TimeWindow }) {
  if (!list.totals) return null
  const { active, resolved, costNanoUsd } = list.totals
  const cost = costNanoUsd === null ? 'some of their cost is unknown' : `${formatMoney(costNanoUsd)} spent on them`
  return (
    <>
      {active} active · {resolved} resolved {windowWords[window]} · {cost}
    </>
  )
}

interface IncidentsProps {
  list: IncidentList
  shownId: string | null
  window: TimeWindow
  state: StateFilter
  onAll: () => void
}

function Incidents({ list, shownId, window, state, onAll }: IncidentsProps) {
  const nowMs = useNow()
  const [busy, setBusy] = useState(false)
  const services = useMirror((mirror) => mirror.services)
  if (list.kind === 'loading')
    return (
      <div className={styles['pad']}>
        <Skeleton lines={6} label="Loading incidents" />
      </div>
    )
  if (list.kind === 'failed' && list.problem) {
    return <ErrorState title="The incidents could not be read" problem={list.problem} onRetry={list.reload} />
  }
  if (list.items.length === 0) return <NoIncidents window={window} state={state} onAll={onAll} />
  const loadMore = async () => {
    setBusy(true)
    await list.more?.()
    setBusy(false)
  }
  return (
    <>
      {list.items.map((incident) => (
        <ListItem
          key={incident.id}
          id={incident.id}
          href={`#${routePath('investigations', incident.id)}`}
          mark={<Glyph name={incidentTone(incident, nowMs)} />}
          title={services[incident.probeId]?.title ?? incident.probeTitle}
          text={incident.title}
          edge={formatStamp(incident.openedAtMs, nowMs)}
          selected={incident.id === shownId}
        />
      ))}
      {list.problem ? (
        <div className={styles['pad']}>
          <InlineProblem problem={list.problem} />
        </div>
      ) : null}
      {list.more ? (
        <div className={styles['pad']}>
          <Button busy={busy} onClick={() => void loadMore()}>
            Show older ones
          </Button>
        </div>
      ) : null}
    </>
  )
}

function NoIncidents({ window, state, onAll }: { window: TimeWindow; state: StateFilter; onAll: () => void }) {
  if (state !== 'any')
    return (
      <EmptyState>
        No incident is {state} {windowWords[window]}.
      </EmptyState>
    )
  if (window === 'all')
    return <EmptyState>Nothing has ever gone wrong here, so there is nothing to investigate.</EmptyState>
  return (
    <EmptyState action={<Button onClick={onAll}>Show all</Button>}>
      Nothing went wrong {windowWords[window]}.
    </EmptyState>
  )
}
