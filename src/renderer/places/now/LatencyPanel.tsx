import { lazy, Suspense, useMemo, useState } from 'react'
import type { SeriesPoint } from '../../../contract/probes.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Count } from '../../components/Figures.tsx'
import { formatClock, formatExact, formatLatency } from '../../components/format.ts'
import { Segmented } from '../../components/Layout.tsx'
import { EmptyState, ErrorState, Skeleton } from '../../components/States.tsx'
import { type LatencyWindow, latencyLines, latencySentence, latencyWindows } from './latencySeries.ts'
import styles from './Now.module.css'

// The chart library is a fifth of the cockpit's weight and is needed only here.
const LatencyChart = lazy(() => import('./LatencyChart.tsx'))

const pointsWanted = 300

const columns: readonly Column<SeriesPoint>[] = [
  { key: 'time', header: 'Time', cell: (point) => formatClock(point.atMs), text: (point) => formatExact(point.atMs) },
  {
    key: 'usual',
    header: 'Usual',
    align: 'right',
    cell: (point) => formatLatency(point.latencyMs),
    text: (point) => formatLatency(point.latencyMs),
  },
  {
    key: 'highest',
    header: 'Highest',
    align: 'right',
    cell: (point) => formatLatency(point.maxMs),
    text: (point) => formatLatency(point.maxMs),
  },
  {
    key: 'checks',
    header: 'Checks',
    align: 'right',
    cell: (point) => <Count value={point.samples} />,
    text: (point) => String(point.samples),
  },
  {
    key: 'failed',
    header: 'Failed',
    align: 'right',
    cell: (point) => <Count value={point.bad} />,
    text: (point) => String(point.bad),
  },
]

/**
 * A service's latency over one of four windows, as a chart or as its table.
 * @param observedAtMs time of the newest check: each one asks for the series again
 */
export function LatencyPanel({ id, observedAtMs }: { id: string; observedAtMs: number | null }) {
  const client = useClient()
  const [chosen, setChosen] = useState<LatencyWindow>('1h')
  const [asTable, setAsTable] = useState(false)
  const window = latencyWindows.find((one) => one.value === chosen) ?? latencyWindows[0]
  const { state, reload } = useFetched(
    async () => {
      const toMs = daemonNowMs()
      const fromMs = toMs - window.spanMs
      const series = await client.probes.series({ id, fromMs, toMs, points: pointsWanted })
      return { ...series, fromMs, toMs }
    },
    `${id}:${chosen}`,
    observedAtMs,
  )
  const data = state.kind === 'ready' ? state.data : null
  const lines = useMemo(() => (data ? latencyLines(data.points) : null), [data])
  const measured = data?.points.some((point) => point.samples > 0) ?? false

  return (
    <section className={styles['chartBox']} aria-label="Latency">
      <div className={styles['chartHead']}>
        <h3>Latency</h3>
        <Segmented<LatencyWindow> label="Window" value={chosen} options={latencyWindows} onChange={setChosen} />
        <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? 'As chart' : 'As table'}
        </Button>
      </div>
      {state.kind === 'loading' ? <Skeleton lines={3} label="Loading latency" /> : null}
      {state.kind === 'failed' ? (
        <ErrorState title="The latency could not be read" problem={state.problem} onRetry={reload} />
      ) : null}
      {data && !measured ? <EmptyState>{latencySentence(data.points, data.bucketMs, window.words)}</EmptyState> : null}
      {data && lines && measured && !asTable ? (
        <>
          <div className={`panel ${styles['chartArea']}`}>
            <Suspense fallback={<Skeleton lines={3} label="Loading the chart" />}>
              <LatencyChart
                lines={lines}
                fromMs={data.fromMs}
                toMs={data.toMs}
                sentence={latencySentence(data.points, data.bucketMs, window.words)}
              />
            </Suspense>
          </div>
          <p className={`small dim ${styles['chartNote']}`}>
            {latencySentence(data.points, data.bucketMs, window.words)} Solid: usual; dashed: highest; crosses: failed
            checks.
          </p>
        </>
      ) : null}
      {data && measured && asTable ? (
        <div className={styles['tableArea']} role="region" tabIndex={0} aria-label="Latency table" data-scroller="">
          <DataTable
            label="Latency"
            columns={columns}
            rows={data.points.filter((point) => point.samples > 0).toReversed()}
            rowKey={pointKey}
            copyable
          />
        </div>
      ) : null}
    </section>
  )
}

const pointKey = (point: SeriesPoint) => String(point.atMs)
