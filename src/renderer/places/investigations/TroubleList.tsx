import { routePath } from '../../app/route.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { alertTone } from '../../components/alertWords.ts'
import { Button } from '../../components/Button.tsx'
import { formatStamp } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { ListItem, Segmented } from '../../components/Layout.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { incidentTone } from '../../components/status.ts'
import styles from './Investigations.module.css'
import type { KindFilter, Row, StateFilter, TimeWindow } from './pages.ts'
import type { Troubles } from './useTroubles.ts'
import { emptyText } from './words.ts'

const kinds = [
  { value: 'all', label: 'All' },
  { value: 'services', label: 'Services' },
  { value: 'kora', label: 'Kora' },
] as const

interface TroubleListProps {
  troubles: Troubles
  shownId: string | null
  kind: KindFilter
  window: TimeWindow
  state: StateFilter
  onKind: (kind: KindFilter) => void
  onAll: () => void
}

/** Incidents of services and alerts of Kora, newest first, and the switch between them. */
export function TroubleList(props: TroubleListProps) {
  return (
    <>
      <div className={styles['kinds']}>
        <Segmented<KindFilter> label="Shown" value={props.kind} options={kinds} onChange={props.onKind} />
      </div>
      <Rows {...props} />
    </>
  )
}

function Rows({ troubles, shownId, kind, window, state, onAll }: TroubleListProps) {
  if (troubles.kind === 'loading') {
    return (
      <div className={styles['pad']}>
        <Skeleton lines={6} label="Loading incidents and alerts" />
      </div>
    )
  }
  if (troubles.kind === 'failed' && troubles.problem) {
    return <ErrorState title="The list could not be read" problem={troubles.problem} onRetry={troubles.reload} />
  }
  return (
    <>
      {troubles.items.length === 0 ? (
        <EmptyState
          action={state === 'any' && window !== 'all' ? <Button onClick={onAll}>Show all</Button> : undefined}
        >
          {emptyText(kind, window, state)}
        </EmptyState>
      ) : null}
      {troubles.items.map((row) => (
        <Line key={row.id} row={row} selected={row.id === shownId} />
      ))}
      {troubles.problem ? (
        <div className={styles['pad']}>
          <InlineProblem problem={troubles.problem} />
          <Button onClick={troubles.reload}>Try again</Button>
        </div>
      ) : null}
      {troubles.more ? (
        <div className={styles['pad']}>
          <Button busy={troubles.reading} onClick={troubles.more}>
            Show older ones
          </Button>
        </div>
      ) : null}
    </>
  )
}

function Line({ row, selected }: { row: Row; selected: boolean }) {
  const nowMs = useNow()
  const title = useMirror((mirror) =>
    row.kind === 'incident' ? (mirror.services[row.incident.probeId]?.title ?? row.incident.probeTitle) : 'Kora',
  )
  return (
    <ListItem
      id={row.id}
      href={`#${routePath('investigations', row.id)}`}
      mark={<Glyph name={row.kind === 'incident' ? incidentTone(row.incident, nowMs) : alertTone(row.alert, nowMs)} />}
      title={title}
      text={row.kind === 'incident' ? row.incident.title : row.alert.title}
      edge={formatStamp(row.atMs, nowMs)}
      selected={selected}
    />
  )
}
