import { useMemo } from 'react'
import { useCockpit } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { formatCount, formatDay } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { EmptyState, ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { formatRate } from '../../../domain/money.ts'
import { openableSource, type PriceLine, priceLines, sourceName } from './priceRows.ts'
import styles from './Spend.module.css'

/** Which price every estimate goes by, since when, and where it was read. */
export function PricesPage() {
  const { client } = useCockpit()
  const status = useMirror((mirror) => mirror.spend.prices)
  const { state, reload } = useFetched(
    () => client.spend.prices(),
    'prices',
    `${status.version}:${status.overlayRows}:${status.overlayError ?? ''}`,
  )
  const data = state.kind === 'ready' ? state.data : null
  const lines = useMemo(() => (data ? priceLines(data.rows) : []), [data])
  return (
    <SectionPage
      title="Prices"
      text={
        <>
          USD per million tokens, {status.version}, compared with the providers’ pages on {day(status.checkedAtMs)}
          {status.stale ? ', more than 60 days ago: look whether they still hold' : ''}.
        </>
      }
    >
      {state.kind === 'loading' ? <Skeleton lines={8} label="Loading prices" /> : null}
      {state.kind === 'failed' ? (
        <div className="panel">
          <ErrorState
            title="The prices could not be read. Estimates go on by those already loaded."
            problem={state.problem}
            onRetry={reload}
          />
        </div>
      ) : null}
      {data ? (
        <>
          <p className={styles['overlay']}>
            {data.overlayError === null ? null : (
              <span className={styles['overlayError']}>
                <Glyph name="attention" /> Your own price file is not used: {data.overlayError}
              </span>
            )}
            <span className="dim">Your own prices come from </span>
            <span className={`mono ${styles['path']}`}>{data.overlayFile}</span>{' '}
            <CopyButton text={data.overlayFile} what="the path of the price file" />
          </p>
          <div>
            {lines.length === 0 ? (
              <div className="panel">
                <EmptyState>
                  There is no price at all: every call is charged nothing and counted as unpriced.
                </EmptyState>
              </div>
            ) : (
              <DataTable
                label="Prices"
                columns={columns}
                rows={lines}
                rowKey={(line) => line.key}
                rowMark={(line) => (line.row.effective ? undefined : 'quiet')}
              />
            )}
          </div>
        </>
      ) : null}
      {state.kind === 'ready' && state.problem ? <InlineProblem problem={state.problem} /> : null}
    </SectionPage>
  )
}

/** Dates of prices are days of the provider, which are written without a zone; the year only when it is not this one. */
function day(atMs: number): string {
  return formatDay(atMs, daemonNowMs(), { timeZone: 'UTC' })
}

function price(key: keyof PriceLine['prices'], header: string, leftOut?: 'narrow' | 'tiny'): Column<PriceLine> {
  return {
    key,
    header,
    width: header.startsWith('Write') ? '5.125rem' : '4.875rem',
    align: 'right',
    ...(leftOut ? { leftOut } : {}),
    cell: ({ prices }) => formatRate(prices[key]),
    text: ({ prices }) => String(prices[key] ?? ''),
  }
}

const columns: readonly Column<PriceLine>[] = [
  { key: 'model', header: 'Model', cell: (line) => <Model line={line} />, text: modelText },
  price('input', 'In'),
  price('output', 'Out'),
  price('cacheRead', 'Read', 'narrow'),
  price('cacheWrite5m', 'Write 5 m', 'narrow'),
  price('cacheWrite1h', 'Write 1 h', 'narrow'),
  {
    key: 'dates',
    header: 'In force',
    width: '9.75rem',
    leftOut: 'tiny',
    cell: ({ row, aboveTokens }) => (
      <span className="num" title={dates(row.effectiveFromMs, row.effectiveToMs)}>
        {aboveTokens === null ? dates(row.effectiveFromMs, row.effectiveToMs) : ''}
      </span>
    ),
    text: ({ row }) => dates(row.effectiveFromMs, row.effectiveToMs),
  },
  {
    key: 'source',
    header: 'Source',
    width: '12.75rem',
    leftOut: 'narrow',
    cell: ({ row, aboveTokens }) => (aboveTokens === null ? <Source url={row.sourceUrl} /> : ''),
    text: ({ row }) => row.sourceUrl,
  },
  {
    key: 'checked',
    header: 'Checked',
    width: '5.5rem',
    align: 'right',
    leftOut: 'narrow',
    cell: ({ row, aboveTokens }) => <span className="dim">{aboveTokens === null ? day(row.checkedAtMs) : ''}</span>,
    text: ({ row }) => day(row.checkedAtMs),
  },
]

/** "from 1 May", "1 May to 31 Aug": the end of a price is exclusive. */
function dates(fromMs: number, toMs: number | null): string {
  return toMs === null ? `from ${day(fromMs)}` : `${day(fromMs)} to ${day(toMs - 1)}`
}

function modelText({ row, aboveTokens }: PriceLine): string {
  return aboveTokens === null ? row.model : `${row.model} above ${aboveTokens}`
}

function Model({ line: { row, aboveTokens } }: { line: PriceLine }) {
  if (aboveTokens !== null) {
    return <span className={`faint ${styles['above']}`}>above {formatCount(aboveTokens)} tokens</span>
  }
  return (
    <span title={row.aliases.length > 0 ? `Also ${row.aliases.join(', ')}` : undefined}>
      <span className="mono">{row.model}</span>
      {row.source === 'user_override' ? <span className={styles['own']}>yours</span> : null}
      {row.aliases.length > 0 ? <span className="faint small"> +{row.aliases.length}</span> : null}
    </span>
  )
}

/** The page a price was read on. A browser opens it; the desktop window opens nothing, so there it is copied. */
function Source({ url }: { url: string }) {
  const { host } = useCockpit()
  const href = openableSource(url)
  return (
    <span className={styles['source']}>
      {href !== null && host === 'headless' ? (
        <a className={styles['rowLink']} href={href} target="_blank" rel="noreferrer noopener" title={url}>
          {sourceName(url)}
        </a>
      ) : (
        <span title={url}>{sourceName(url)}</span>
      )}
      <CopyButton text={url} what="the address of the source" />
    </span>
  )
}
