import RotateCw from 'lucide-react/icons/rotate-cw'
import { routePath } from '../../app/route.ts'
import type { ServiceRow } from '../../../contract/probes.ts'
import { freshness } from '../../../domain/freshness.ts'
import { isBad } from '../../../domain/observation.ts'
import { type Cockpit, offlineReason } from '../../client/CockpitContext.ts'
import { checkNow } from '../../client/incidentActions.ts'
import { useMirror } from '../../client/mirror.ts'
import { useTick } from '../../client/ticker.ts'
import { IconButton, Spinner } from '../../components/Button.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { formatExact, formatLatency } from '../../components/format.ts'
import { FreshAge } from '../../components/Freshness.tsx'
import { Glyph } from '../../components/Glyph.tsx'
import { Sparkline } from '../../components/Sparkline.tsx'
import { maintenanceUntil } from '../../components/operationalWords.ts'
import { serviceTone, type Tone, toneWords } from '../../components/status.ts'
import styles from './Now.module.css'

/** What the state column says: the daemon's own words, and that a first bad check is looked at again. */
export function stateWords(row: ServiceRow, maintenanceUntilMs: number | null = null): string {
  if (!row.enabled) return 'Switched off'
  const doubted = isBad(row.status) && row.incidentId === null && row.suspectSinceMs !== null
  const words = row.summary || toneWords[serviceTone(row)]
  if (maintenanceUntilMs !== null) return `${words}, maintenance`
  return doubted ? `${words}, looking again` : words
}

function useFreshness(row: ServiceRow) {
  return useTick((nowMs) =>
    row.enabled && row.status !== 'not_configured' ? freshness(row.observedAtMs, row.intervalMs, nowMs) : 'unknown',
  )
}

/** When the planned work that covers a service ends; null while none does. */
function useMaintenance(row: ServiceRow): number | null {
  return useMirror((mirror) => maintenanceUntil(mirror.maintenance, row.id))
}

/** What planned work does to a service alarms nobody. */
function toneUnder(row: ServiceRow, maintenanceUntilMs: number | null): Tone {
  return maintenanceUntilMs !== null && isBad(row.status) ? 'paused' : serviceTone(row)
}

/** The state's glyph, without its colour once the reading is too old to alarm or to calm anybody. */
function Mark({ row }: { row: ServiceRow }) {
  const stale = useFreshness(row) === 'stale'
  const tone = toneUnder(row, useMaintenance(row))
  return <Glyph name={tone} className={stale ? 'faint' : undefined} />
}

function State({ row }: { row: ServiceRow }) {
  const stale = useFreshness(row) === 'stale'
  const maintenanceUntilMs = useMaintenance(row)
  return (
    <span
      className={styles['state']}
      data-tone={toneUnder(row, maintenanceUntilMs)}
      data-stale={stale || undefined}
      title={row.error ?? undefined}
    >
      {stateWords(row, maintenanceUntilMs)}
    </span>
  )
}

function Latency({ row, ms, quiet = false }: { row: ServiceRow; ms: number | null; quiet?: boolean }) {
  const stale = useFreshness(row) === 'stale' || row.status === 'not_watching'
  return (
    <span className={styles['figure']} data-stale={stale || undefined} data-quiet={quiet || undefined}>
      {formatLatency(ms)}
    </span>
  )
}

/** Age of the newest reading. */
function Checked({ row }: { row: ServiceRow }) {
  if (row.checking) {
    return (
      <span className={styles['checking']}>
        <Spinner /> checking
      </span>
    )
  }
  if (!row.enabled || row.status === 'not_configured') return null
  return <FreshAge atMs={row.observedAtMs} expectedEveryMs={row.intervalMs} none="not yet" />
}

/** Columns of Now's table; made once per connection, because cells act on it. */
export function serviceColumns({ client, online }: Cockpit): readonly Column<ServiceRow>[] {
  return [
    {
      key: 'service',
      header: 'Service',
      cell: (row) => (
        <span className={styles['service']}>
          <Mark row={row} />
          <a className={styles['serviceLink']} href={`#${routePath('now', 'services', row.id)}`} data-nav-item={row.id}>
            {row.title}
          </a>
        </span>
      ),
      text: (row) => row.title,
      sort: (row) => row.title,
    },
    {
      key: 'state',
      header: 'State',
      width: '22%',
      cell: (row) => <State row={row} />,
      text: (row) => stateWords(row),
    },
    {
      key: 'spark',
      header: 'Latency, 1 h',
      width: 'clamp(5.25rem, 12cqi, 7.5rem)',
      leftOut: 'tiny',
      cell: (row) => <Sparkline values={row.spark} />,
    },
    {
      key: 'now',
      header: 'Now',
      width: 'clamp(4.5rem, 10cqi, 6.5rem)',
      align: 'right',
      cell: (row) => <Latency row={row} ms={row.latencyMs} />,
      text: (row) => formatLatency(row.latencyMs),
      sort: (row) => row.latencyMs,
    },
    {
      key: 'p95',
      header: 'p95',
      width: 'clamp(4.5rem, 10cqi, 6.5rem)',
      align: 'right',
      leftOut: 'tiny',
      cell: (row) => <Latency row={row} ms={row.p95Ms} quiet />,
      text: (row) => formatLatency(row.p95Ms),
      sort: (row) => row.p95Ms,
    },
    {
      key: 'checked',
      header: 'Checked',
      width: 'clamp(6.75rem, 14cqi, 9rem)',
      align: 'right',
      cell: (row) => (
        <span className={styles['checked']}>
          {row.enabled && !row.checking ? (
            <IconButton
              className={styles['checkNow']}
              label={`Check ${row.title} now`}
              unavailable={online ? null : offlineReason}
              onClick={() => void checkNow(client, row)}
            >
              <RotateCw size={13} aria-hidden="true" />
            </IconButton>
          ) : null}
          <Checked row={row} />
        </span>
      ),
      text: (row) => (row.observedAtMs === null ? 'never' : formatExact(row.observedAtMs)),
      sort: (row) => row.observedAtMs,
    },
  ]
}
