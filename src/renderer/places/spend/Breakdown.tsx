import { useMemo, useState } from 'react'
import type { ModelTally, RouterSuggestion, SpendWindow, Tally } from '../../../contract/spend.ts'
import { cacheShares } from '../../../domain/costTelemetry.ts'
import { shortCircuitModel } from '../../../domain/ledger.ts'
import { formatTokens, toUsd } from '../../../domain/money.ts'
import { withQuery } from '../../app/route.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { Count, Tokens } from '../../components/Figures.tsx'
import { countOf, formatExact } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { Section, Segmented } from '../../components/Layout.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import {
  clampedText,
  costText,
  escalation,
  type Judgement,
  modelOrder,
  type RouteLine,
  routeLines,
  signalText,
  suggestionText,
  windowOptions,
} from './breakdown.ts'
import styles from './Spend.module.css'

/** Calls of a window by route and by model, and what the cache was worth. */
export function Breakdown() {
  const client = useClient()
  const burn = useMirror((mirror) => mirror.spend.burn)
  const minute = useNow(60_000)
  const [chosen, setChosen] = useState<SpendWindow>('monthly')
  const option = windowOptions.find((one) => one.value === chosen) ?? windowOptions[0]
  const { state, reload } = useFetched(
    () => client.spend.window({ window: chosen }),
    chosen,
    `${burn.hourNanoUsd}:${burn.weekNanoUsd}:${minute}`,
  )
  const data = state.kind === 'ready' ? state.data : null
  const lines = useMemo(() => (data ? routeLines(data.byRoute, data.total) : []), [data])
  const models = useMemo(() => (data ? modelOrder(data.byModel) : []), [data])
  const tabs = <Segmented<SpendWindow> label="Window" value={chosen} options={windowOptions} onChange={setChosen} />

  return (
    <>
      <Section
        title={
          <span title={data?.sinceMs ? `Since ${formatExact(data.sinceMs)}` : undefined}>By route, {option.words}</span>
        }
        aside={
          <span className={styles['aside']}>
            {data ? <span>{totalText(data.total)}</span> : null}
            {tabs}
          </span>
        }
      >
        {state.kind === 'loading' ? <Skeleton lines={9} label="Loading the calls by route" /> : null}
        {state.kind === 'failed' ? (
          <div className="panel">
            <ErrorState
              title="The calls could not be counted. The budget above is current."
              problem={state.problem}
              onRetry={reload}
            />
          </div>
        ) : null}
        {data ? (
          <DataTable
            label={`Calls by route, ${option.words}`}
            columns={routeColumns}
            rows={lines}
            rowKey={lineKey}
            rowMark={(line) => (line.modelCalls === 0 ? 'quiet' : undefined)}
          />
        ) : null}
        {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
      </Section>
      {data ? (
        <div className={styles['two']}>
          <div>
            <Section title={`By model, ${option.words}`}>
              {models.length === 0 ? (
                <div className="panel">
                  <EmptyState>No model was called {option.words}.</EmptyState>
                </div>
              ) : (
                <DataTable
                  label={`Calls by model, ${option.words}`}
                  columns={modelColumns}
                  rows={models}
                  rowKey={modelKey}
                />
              )}
            </Section>
          </div>
          <div>
            <Section title={`Input by cache, ${option.words}`}>
              <div className={`panel ${styles['cache']}`}>
                <CacheBar total={data.total} />
              </div>
              <Suggestions list={data.suggestions} />
            </Section>
          </div>
        </div>
      ) : null}
    </>
  )
}

const lineKey = (line: RouteLine) => line.key
const modelKey = (row: ModelTally) => row.model

function totalText(total: Tally): string {
  const unpriced = total.unpriced > 0 ? ` · +${countOf(total.unpriced, 'call')} unpriced` : ''
  return `estimate${unpriced}`
}

/** How often the strong model was earned; beside it how often the budget said no, or whether the share is unusual. */
function Verdict({ judgement, line }: { judgement: Judgement; line: RouteLine }) {
  const loud = judgement.tone === 'attention' || judgement.tone === 'trouble'
  const word = clampedText(line) || judgement.word
  return (
    <span className={styles['verdict']} title={signalText(line.clampedSignals) || undefined}>
      {word ? <span className={styles['verdictWord']}>{word}</span> : null}
      {loud ? <Glyph name={judgement.tone} /> : null}
      <span>{judgement.text}</span>
    </span>
  )
}

function tokenColumn<Row extends Tally>(
  key: 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheCreationTokens',
  header: string,
  leftOut?: 'narrow' | 'tiny',
): Column<Row> {
  return {
    key,
    header,
    width: header.startsWith('Cache') ? '5.75rem' : '4.875rem',
    align: 'right',
    ...(leftOut ? { leftOut } : {}),
    cell: (row) => (
      <span className={row.calls > 0 ? 'dim' : undefined}>
        <Tokens value={row[key]} />
      </span>
    ),
    text: (row) => String(row[key]),
  }
}

const routeColumns: readonly Column<RouteLine>[] = [
  {
    key: 'route',
    header: 'Route',
    cell: (line) => <RouteName line={line} />,
    text: (line) => line.label,
  },
  {
    key: 'bar',
    header: 'Share',
    width: '5.5rem',
    leftOut: 'narrow',
    cell: (line) =>
      line.barPct === 0 ? null : (
        <span className={styles['bar']} aria-hidden="true">
          <i style={{ width: `${line.barPct}%` }} />
        </span>
      ),
  },
  {
    key: 'calls',
    header: 'Calls',
    width: '4.25rem',
    align: 'right',
    cell: (line) => <Count value={line.modelCalls} />,
    text: (line) => String(line.modelCalls),
  },
  tokenColumn('inputTokens', 'In', 'narrow'),
  tokenColumn('outputTokens', 'Out', 'narrow'),
  tokenColumn('cacheReadTokens', 'Cache read', 'narrow'),
  tokenColumn('cacheCreationTokens', 'Cache write', 'narrow'),
  {
    key: 'escalated',
    header: 'Escalated',
    width: '9.5rem',
    align: 'right',
    cell: (line) => (line.kind === 'avoided' ? '—' : <Verdict judgement={escalation(line)} line={line} />),
    text: (line) => (line.kind === 'avoided' ? '' : `${escalation(line).text} ${clampedText(line)}`.trim()),
  },
  {
    key: 'cost',
    header: 'Cost',
    width: '11.75rem',
    align: 'right',
    cell: (line) => costText(line),
    text: (line) => String(toUsd(line.costNanoUsd)),
  },
]

/** The way to the calls behind a line. */
function RouteName({ line }: { line: RouteLine }) {
  if (line.modelCalls === 0) return <span className="mono">{line.label}</span>
  const query = line.kind === 'avoided' ? { only: 'avoided' } : { route: line.route }
  return (
    <a className={`mono ${styles['rowLink']}`} href={`#${withQuery('/spend/ledger', query)}`} data-nav-item={line.key}>
      {line.label}
    </a>
  )
}

const modelColumns: readonly Column<ModelTally>[] = [
  {
    key: 'model',
    header: 'Model',
    cell: (row) => (
      <a
        className={`mono ${styles['rowLink']}`}
        href={`#${withQuery('/spend/ledger', { model: row.model })}`}
        data-nav-item={`model:${row.model}`}
        title={row.model}
      >
        {row.model === shortCircuitModel ? 'short circuit' : row.model}
      </a>
    ),
    text: (row) => row.model,
  },
  {
    key: 'calls',
    header: 'Calls',
    width: '4.5rem',
    align: 'right',
    cell: (row) => <Count value={row.calls} />,
    text: (row) => String(row.calls),
  },
  tokenColumn('inputTokens', 'In', 'tiny'),
  tokenColumn('outputTokens', 'Out', 'tiny'),
  {
    key: 'cost',
    header: 'Cost',
    width: '11.75rem',
    align: 'right',
    cell: (row) => costText(modelLine(row)),
    text: (row) => String(toUsd(row.costNanoUsd)),
  },
]

function modelLine(row: ModelTally): Parameters<typeof costText>[0] {
  return { ...row, kind: row.model === shortCircuitModel ? 'avoided' : 'route', modelCalls: row.calls }
}

/** Read, written, uncached: three classes that never overlap. */
function CacheBar({ total }: { total: Tally }) {
  const shares = cacheShares(total)
  if (shares === null) return <p className="dim">No input tokens yet.</p>
  const parts = [
    { key: 'reads', label: 'read from cache', pct: shares.reads, tokens: total.cacheReadTokens },
    { key: 'writes', label: 'written to cache', pct: shares.writes, tokens: total.cacheCreationTokens },
    { key: 'uncached', label: 'uncached', pct: shares.uncached, tokens: total.inputTokens },
  ]
  return (
    <>
      <div className={styles['shares']} aria-hidden="true">
        {parts.map((part) => (
          <span key={part.key} data-kind={part.key} style={{ width: `${part.pct}%` }} />
        ))}
      </div>
      <ul className={styles['legend']}>
        {parts.map((part) => (
          <li key={part.key} className={styles['legendItem']}>
            <span className={styles['swatch']} data-kind={part.key} aria-hidden="true" />
            <span className="dim">{part.label}</span>{' '}
            <span className="num">
              {part.pct.toFixed(1)}% <span className="faint">{formatTokens(part.tokens)}</span>
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** What the router could do better; quiet lines, because nothing follows them by itself. */
function Suggestions({ list }: { list: readonly RouterSuggestion[] }) {
  if (list.length === 0) return null
  return (
    <ul className={styles['suggestions']} aria-label="Suggestions for the router">
      {list.map((one) => (
        <li key={`${one.kind}:${one.route}`}>
          {suggestionText(one)} <span className="faint">{Math.round(one.confidence * 100)} % sure.</span>
        </li>
      ))}
      <li>
        <a href="#/settings/model">Open the router’s signals</a>
      </li>
    </ul>
  )
}
