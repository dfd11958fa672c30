import { type KeyboardEvent, useCallback, useMemo, useState } from 'react'
import { matchesKeys } from '../../app/keys.ts'
import { navigate } from '../../app/router.ts'
import { routePath } from '../../app/route.ts'
import { isMac } from '../../app/shortcuts.ts'
import type { ServiceRow } from '../../../contract/probes.ts'
import { type Cockpit, offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { checkNow, snooze } from '../../client/incidentActions.ts'
import { mirrorStore, useMirror } from '../../client/mirror.ts'
import { useTick } from '../../client/ticker.ts'
import { checkFailedAgain, checkSentence, uiStore, useUi } from '../../client/ui.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import { formatInterval } from '../../components/format.ts'
import { Section } from '../../components/Layout.tsx'
import { EmptyState } from '../../components/States.tsx'
import { troubleRank, watched } from './headline.ts'
import styles from './Now.module.css'
import { serviceColumns } from './serviceColumns.tsx'

/** From this many on a table wants to be searched. */
const filterPast = 20

/** Every service with its state, its last hour and its age. */
export function Services({ opened }: { opened: string | null }) {
  const cockpit = useCockpit()
  const byId = useMirror((mirror) => mirror.services)
  const ids = useMirror((mirror) => mirror.serviceIds)
  const [filter, setFilter] = useState('')
  const rows = useMemo(() => {
    const wanted = filter.trim().toLowerCase()
    return ids
      .flatMap((id) => byId[id] ?? [])
      .filter(
        (row) => wanted === '' || `${row.title} ${row.id} ${row.kind} ${row.summary}`.toLowerCase().includes(wanted),
      )
      .toSorted((a, b) => troubleRank(a) - troubleRank(b))
  }, [byId, ids, filter])
  const columns = useMemo(() => serviceColumns(cockpit), [cockpit])
  const onRowKey = useCallback((event: KeyboardEvent, row: ServiceRow) => pressed(event, row, cockpit), [cockpit])

  return (
    <Section
      title="Services"
      aside={
        <span className={styles['aside']}>
          <CheckProgress rows={ids.flatMap((id) => byId[id] ?? [])} />
          {ids.length > filterPast ? (
            <input
              className={styles['filter']}
              type="search"
              value={filter}
              placeholder="Filter services"
              aria-label="Filter services"
              onChange={(event) => setFilter(event.target.value)}
            />
          ) : null}
        </span>
      }
    >
      {ids.length === 0 ? (
        <div className="panel">
          <EmptyState action={<ButtonLink href="#/settings/probes/new">Add a probe</ButtonLink>}>
            Kora watches nothing yet, because no probe is set up.
          </EmptyState>
        </div>
      ) : rows.length === 0 ? (
        <div className="panel">
          <EmptyState>No service matches “{filter.trim()}”.</EmptyState>
        </div>
      ) : (
        <DataTable
          label="Services"
          columns={columns}
          rows={rows}
          rowKey={rowKey}
          rowMark={rowMark}
          selectedKey={opened}
          onOpen={open}
          onRowKey={onRowKey}
        />
      )}
    </Section>
  )
}

const rowKey = (row: ServiceRow) => row.id
const open = (row: ServiceRow) => navigate(routePath('now', 'services', row.id), { quiet: true })

function rowMark(row: ServiceRow): 'hatched' | 'quiet' | undefined {
  if (!row.enabled) return 'quiet'
  return row.status === 'not_watching' ? 'hatched' : undefined
}

function pressed(event: KeyboardEvent, row: ServiceRow, { client, online }: Cockpit): void {
  if (!online || event.defaultPrevented) return
  const incident = mirrorStore.getState().mirror?.incidents.find((one) => one.id === row.incidentId)
  const acts: readonly (readonly [string, () => void])[] = [
    ['r', () => void checkNow(client, row)],
    ['s', () => incident && void snooze(client, incident)],
    ['h', () => incident && uiStore.setState({ handling: incident })],
  ]
  for (const [keys, run] of acts) {
    if (!matchesKeys(keys, event, isMac)) continue
    event.preventDefault()
    run()
  }
}

/** How long the sentence about the last check of everything stays. */
const resultShownMs = 120_000

function CheckProgress({ rows }: { rows: readonly ServiceRow[] }) {
  const { client, online } = useCockpit()
  const checkAll = useUi((state) => state.checkAll)
  const old = useTick((nowMs) => checkAll.kind === 'done' && nowMs - checkAll.finishedAtMs > resultShownMs)
  if (checkAll.kind === 'running') {
    const asked = new Set(checkAll.ids)
    const done = rows.filter((row) => asked.has(row.id) && (row.observedAtMs ?? 0) >= checkAll.startedAtMs).length
    return (
      <span role="status">
        Checking, {done} of {checkAll.ids.length} done
      </span>
    )
  }
  if (checkAll.kind === 'failed') return <span role="status">Nothing was checked. {checkAll.problem.message}</span>
  if (checkAll.kind === 'done' && !old) {
    const { result } = checkAll
    return (
      <>
        <span role="status">{checkSentence(result)}</span>
        {result.failed.length > 0 ? (
          <Button
            look="quiet"
            className={styles['sectionButton']}
            unavailable={online ? null : offlineReason}
            aria-label="Check again what failed"
            onClick={() => void checkFailedAgain(client, result)}
          >
            Check again
          </Button>
        ) : null}
      </>
    )
  }
  return <span>{cadence(watched(rows))}</span>
}

/** "every 30 s", or the range when probes differ. */
function cadence(rows: readonly ServiceRow[]): string {
  if (rows.length === 0) return ''
  const intervals = rows.map((row) => row.intervalMs)
  const [least, most] = [Math.min(...intervals), Math.max(...intervals)]
  return least === most ? `every ${formatInterval(least)}` : `every ${formatInterval(least)} to ${formatInterval(most)}`
}
