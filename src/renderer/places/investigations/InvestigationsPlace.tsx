import { useState } from 'react'
import { routePath } from '../../app/route.ts'
import { navigate, useRoute } from '../../app/router.ts'
import { focusItem, isNarrow, moveFocus, useShortcuts } from '../../app/shortcuts.ts'
import { acknowledgeAlert, snoozeAlert } from '../../client/alertActions.ts'
import { type Cockpit, useCockpit } from '../../client/CockpitContext.ts'
import { checkNow, snooze } from '../../client/incidentActions.ts'
import { mirrorStore } from '../../client/mirror.ts'
import { uiStore } from '../../client/ui.ts'
import { ListInspector, PlaceHeader, Segmented } from '../../components/Layout.tsx'
import { EmptyState } from '../../components/States.tsx'
import { AlertInspector } from './AlertInspector.tsx'
import { Inspector } from './Inspector.tsx'
import { isResolved, type KindFilter, type Row, type StateFilter, type TimeWindow } from './pages.ts'
import { TroubleList } from './TroubleList.tsx'
import { type Troubles, useTroubles } from './useTroubles.ts'
import { totalsText } from './words.ts'

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

/** What woke Kora, what did it find, what did it do? */
export function InvestigationsPlace() {
  const cockpit = useCockpit()
  const { rest } = useRoute()
  const [kind, setKind] = useState<KindFilter>('all')
  const [window, setWindow] = useState<TimeWindow>('7d')
  const [state, setState] = useState<StateFilter>('any')
  const troubles = useTroubles(kind, window, state)
  const openedId = rest[0] ?? null
  const shownId = openedId ?? troubles.items[0]?.id ?? null
  const shown = troubles.items.find((row) => row.id === shownId)

  const move = (step: 1 | -1) => {
    if (isNarrow() && openedId === null) {
      moveFocus(document.querySelector('[data-list]'), step)
      return
    }
    const at = troubles.items.findIndex((row) => row.id === shownId)
    const next = troubles.items[at === -1 ? 0 : at + step]
    if (!next) return
    navigate(routePath('investigations', next.id), { replace: true, quiet: true })
    focusItem(next.id)
  }
  const leave = () => {
    if (isNarrow()) navigate('/investigations', { quiet: true })
    if (shownId) setTimeout(() => focusItem(shownId))
  }
  const act = (key: 's' | 'h' | 'r') => shown && actOn(shown, key, cockpit)
  useShortcuts([
    { keys: ['j', 'ArrowDown'], run: () => move(1) },
    { keys: ['k', 'ArrowUp'], run: () => move(-1) },
    { keys: ['Escape'], run: leave },
    { keys: ['s'], run: () => act('s') },
    { keys: ['h'], run: () => act('h') },
    { keys: ['r'], run: () => act('r') },
  ])

  return (
    <>
      <PlaceHeader
        title="Investigations"
        sub={<Totals troubles={troubles} kind={kind} window={window} />}
        actions={
          <>
            <Segmented<StateFilter> label="State" value={state} options={states} onChange={setState} />
            <Segmented<TimeWindow> label="Window" value={window} options={windows} onChange={setWindow} />
          </>
        }
      />
      <ListInspector
        listLabel="Incidents and alerts"
        backLabel="All incidents and alerts"
        list={
          <TroubleList
            troubles={troubles}
            shownId={shownId}
            kind={kind}
            window={window}
            state={state}
            onKind={setKind}
            onAll={() => setWindow('all')}
          />
        }
        inspector={<Shown id={shownId} row={shown ?? null} />}
        opened={openedId !== null}
        subject={shownId ?? ''}
        onBack={() => navigate('/investigations')}
      />
    </>
  )
}

/** Ids say what they are of. */
function Shown({ id, row }: { id: string | null; row: Row | null }) {
  if (id === null) return <EmptyState>Nothing is chosen, because the list is empty.</EmptyState>
  if (id.startsWith('alt_')) {
    return <AlertInspector key={id} id={id} known={row?.kind === 'alert' ? row.alert : null} />
  }
  return <Inspector key={id} id={id} known={row?.kind === 'incident' ? row.incident : null} />
}

function Totals({ troubles, kind, window }: { troubles: Troubles; kind: KindFilter; window: TimeWindow }) {
  const { incidents, alerts } = troubles.totals
  // Those that are not counted here need not be known.
  if ((kind !== 'kora' && incidents === null) || (kind !== 'services' && alerts === null)) return null
  return <>{totalsText(kind, window, incidents, alerts)}</>
}

/** What a single key does to the row that is shown. */
function actOn(row: Row, key: 's' | 'h' | 'r', { client, online }: Cockpit): void {
  if (!online) return
  if (key === 'r') {
    const service = row.kind === 'incident' ? mirrorStore.getState().mirror?.services[row.incident.probeId] : undefined
    if (service) void checkNow(client, service)
    return
  }
  if (isResolved(row)) return
  if (row.kind === 'incident') {
    if (key === 's') void snooze(client, row.incident)
    else uiStore.setState({ handling: row.incident })
    return
  }
  if (key === 's') void snoozeAlert(client, row.alert)
  else void acknowledgeAlert(client, row.alert)
}
