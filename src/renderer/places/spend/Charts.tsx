import { lazy, Suspense, useMemo, useState } from 'react'
import type { SpendPoint } from '../../../contract/spend.ts'
import { toUsd } from '../../../domain/money.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs, useNow } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { csvLine } from '../../components/csv.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Count, Money, Tokens } from '../../components/Figures.tsx'
import { formatExact } from '../../components/format.ts'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { copyText } from '../../components/toasts.ts'
import {
  type Bars,
  barsSentence,
  bucketTitle,
  bucketWords,
  type ChartSpan,
  costBars,
  type SpendSeries,
  tokenBars,
} from './chartSeries.ts'
import type { SharedCursor } from './SpendChart.tsx'
import styles from './Spend.module.css'

// The chart library is a fifth of the cockpit's weight and is needed only here and on Now.
const SpendChart = lazy(() => import('./SpendChart.tsx'))

interface Drawn extends SpendSeries {
  readonly fromMs: number
  readonly toMs: number
}

/** Tokens and cost over time, side by side, or both as one table. */
export function Charts({ span }: { span: ChartSpan }) {
  const client = useClient()
  const burn = useMirror((mirror) => mirror.spend.burn)
  const minute = useNow(60_000)
  const [asTable, setAsTable] = useState(false)
  const { state, reload } = useFetched(
    async (): Promise<Drawn> => {
      const toMs = daemonNowMs()
      const fromMs = toMs - span.spanMs
      const series = await client.spend.series({ fromMs, toMs, points: span.points })
      return { ...series, fromMs: Math.min(fromMs, series.points[0]?.atMs ?? fromMs), toMs }
    },
    span.value,
    // A call moves the burn at once; what only grows old moves with the minute.
    `${burn.hourNanoUsd}:${burn.weekNanoUsd}:${minute}`,
  )
  const data = state.kind === 'ready' ? state.data : null
  const tokens = useMemo(() => (data ? tokenBars(data) : null), [data])
  const cost = useMemo(() => (data ? costBars(data) : null), [data])
  const used = data?.points.some((point) => point.calls > 0) ?? false
  const [cursor] = useState<SharedCursor>(() => new Set())

  return (
    <section className={styles['charts']} aria-label={`Tokens and cost in ${span.words}`}>
      {state.kind === 'loading' ? (
        <div className={`panel ${styles['chart']}`}>
          <Skeleton lines={5} label="Loading the charts" />
        </div>
      ) : null}
      {state.kind === 'failed' ? (
        <div className="panel">
          <ErrorState
            title="The charts could not be read. The budget above is current."
            problem={state.problem}
            onRetry={reload}
          />
        </div>
      ) : null}
      {data && !used ? (
        <div className="panel">
          <EmptyState>No model was called in {span.words}.</EmptyState>
        </div>
      ) : null}
      {data && tokens && cost && used && !asTable ? (
        <div className={styles['two']}>
          {[tokens, cost].map((bars) => (
            <ChartBox key={bars.kind} bars={bars} data={data} words={span.words} cursor={cursor} />
          ))}
        </div>
      ) : null}
      {data && used && asTable ? (
        <div className={styles['tableArea']} role="region" tabIndex={0} aria-label="Figures table" data-scroller="">
          <DataTable
            label="Tokens and cost"
            columns={tableColumns(data)}
            rows={data.points.filter((point) => point.covered > 0 || point.calls > 0).toReversed()}
            rowKey={(point) => String(point.atMs)}
            copyable
          />
        </div>
      ) : null}
      {data && used ? (
        <div className={styles['chartTools']}>
          <span className={styles['quiet']}>
            Cost is our estimate, before what the provider bills. Hatched: Kora was not running.
          </span>
          <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'As charts' : 'As table'}
          </Button>
          <Button look="quiet" onClick={() => copyText(seriesCsv(data.points), 'the series as CSV')}>
            Copy as CSV
          </Button>
        </div>
      ) : null}
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
    </section>
  )
}

function ChartBox({ bars, data, words, cursor }: { bars: Bars; data: Drawn; words: string; cursor: SharedCursor }) {
  return (
    <figure className={`panel ${styles['chart']}`}>
      <figcaption className={styles['chartHead']}>
        <span className="dim">
          {bars.kind === 'tokens' ? 'Tokens' : 'Cost'} per {bucketWords(bars.bucketMs)}
        </span>
        <span className={styles['keys']}>
          {bars.series.map((one) => (
            <span key={one.label} className={styles['key']}>
              <i data-striped={one.striped || undefined} style={{ backgroundColor: `var(${one.colour})` }} />
              {one.label}
            </span>
          ))}
        </span>
      </figcaption>
      <div className={styles['chartArea']}>
        <Suspense fallback={null}>
          <SpendChart
            bars={bars}
            fromMs={data.fromMs}
            toMs={data.toMs}
            sentence={barsSentence(bars, words)}
            cursor={cursor}
          />
        </Suspense>
      </div>
    </figure>
  )
}

function tableColumns({ bucketMs, points }: SpendSeries): readonly Column<SpendPoint>[] {
  const tokens = (key: 'inputTokens' | 'outputTokens' | 'cacheTokens', header: string): Column<SpendPoint> => ({
    key,
    header,
    align: 'right',
    cell: (point) => <Tokens value={point[key]} />,
    text: (point) => String(point[key]),
  })
  const money = (key: 'cheapNanoUsd' | 'strongNanoUsd', header: string): Column<SpendPoint> => ({
    key,
    header,
    align: 'right',
    cell: (point) => <Money nanoUsd={point[key]} />,
    text: (point) => String(toUsd(point[key])),
  })
  return [
    {
      key: 'at',
      header: 'When',
      width: '13rem',
      cell: (point) => bucketTitle(point.atMs + bucketMs / 2, bucketMs),
      text: (point) => formatExact(point.atMs),
    },
    {
      key: 'calls',
      header: 'Calls',
      align: 'right',
      cell: (point) => <Count value={point.calls} />,
      text: (point) => String(point.calls),
    },
    tokens('inputTokens', 'Input'),
    tokens('outputTokens', 'Output'),
    tokens('cacheTokens', 'Cache'),
    money('cheapNanoUsd', 'Cheap'),
    money('strongNanoUsd', 'Strong'),
    ...(points.some((point) => point.unpriced > 0) ? [unpriced] : []),
  ]
}

const unpriced: Column<SpendPoint> = {
  key: 'unpriced',
  header: 'Unpriced',
  align: 'right',
  cell: (point) => <Count value={point.unpriced} />,
  text: (point) => String(point.unpriced),
}

const csvHead = 'from,covered,calls,unpriced,input_tokens,output_tokens,cache_tokens,cheap_usd,strong_usd'

/** Every bucket; where nothing was covered the figures are empty, not zero. */
function seriesCsv(points: readonly SpendPoint[]): string {
  const lines = points.map((point) => {
    const known = point.covered > 0 || point.calls > 0
    const figures = [
      point.calls,
      point.unpriced,
      point.inputTokens,
      point.outputTokens,
      point.cacheTokens,
      toUsd(point.cheapNanoUsd),
      toUsd(point.strongNanoUsd),
    ]
    return csvLine([
      new Date(point.atMs).toISOString(),
      point.covered,
      ...figures.map((figure) => (known ? figure : null)),
    ])
  })
  return [csvHead, ...lines].join('\n')
}
