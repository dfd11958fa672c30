import { type ReactNode, useRef } from 'react'
import { forecastSentence } from '../../../domain/forecast.ts'
import { ErrorBoundary } from '../../app/ErrorBoundary.tsx'
import { routePath, withQuery } from '../../app/route.ts'
import { navigate, useRoute } from '../../app/router.ts'
import shell from '../../app/Shell.module.css'
import { moveFocus, useShortcuts } from '../../app/shortcuts.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { PlaceHeader, Segmented } from '../../components/Layout.tsx'
import { type ChartSpanName, chartSpan, chartSpans } from './chartSeries.ts'
import { CorrectionsPage } from './CorrectionsPage.tsx'
import { LedgerPage } from './LedgerPage.tsx'
import { Overview } from './Overview.tsx'
import { PricesPage } from './PricesPage.tsx'
import styles from './Spend.module.css'
import { headline, periodWords, reconciledWords } from './spendWords.ts'

const pages: readonly { readonly id: string; readonly label: string }[] = [
  { id: '', label: 'Overview' },
  { id: 'ledger', label: 'Ledger' },
  { id: 'corrections', label: 'Corrections' },
  { id: 'prices', label: 'Prices' },
]

function pageOf(id: string, span: ReturnType<typeof chartSpan>): ReactNode {
  switch (id) {
    case 'ledger':
      return <LedgerPage />
    case 'corrections':
      return <CorrectionsPage />
    case 'prices':
      return <PricesPage />
    default:
      return <Overview span={span} />
  }
}

/** How fast is the credit pool burning, and on what? */
export function SpendPlace() {
  const scroller = useRef<HTMLDivElement>(null)
  const budget = useMirror((mirror) => mirror.spend.budget)
  const { rest, query } = useRoute()
  const shown = pages.find(({ id }) => id === rest[0]) ?? { id: '', label: 'Overview' }
  const span = chartSpan(query['span'])

  useShortcuts([
    { keys: ['j', 'ArrowDown'], run: () => moveFocus(scroller.current, 1) },
    { keys: ['k', 'ArrowUp'], run: () => moveFocus(scroller.current, -1) },
  ])

  const choose = (value: ChartSpanName) =>
    navigate(withQuery('/spend', { span: value === chartSpan(undefined).value ? undefined : value }), {
      replace: true,
      quiet: true,
    })
  return (
    <>
      <div className={styles['top']}>
        <PlaceHeader
          title={headline(budget)}
          sub={<HeaderLine />}
          actions={
            shown.id === '' ? (
              <Segmented<ChartSpanName> label="Charts show" value={span.value} options={chartSpans} onChange={choose} />
            ) : null
          }
        />
        <nav className={styles['pages']} aria-label="Spend">
          {pages.map(({ id, label }) => (
            <a
              key={id}
              className={styles['page']}
              href={`#${id === '' ? '/spend' : routePath('spend', id)}`}
              aria-current={id === shown.id ? 'page' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
      </div>
      <div className={shell['scroll']} ref={scroller} data-scroller="">
        <ErrorBoundary key={shown.id} place={shown.label}>
          {pageOf(shown.id, span)}
        </ErrorBoundary>
      </div>
    </>
  )
}

/** Under the sentence: where the pace leads, what the provider said, and which days are counted. */
function HeaderLine() {
  const spend = useMirror((mirror) => mirror.spend)
  const nowMs = useNow(60_000)
  const { budget, forecast, spike } = spend
  if (budget.kind === 'unknown') return <>{budget.reason}</>
  const sentence = forecastSentence(forecast, {
    extraUsageOff: budget.extraUsageOff,
    poolNanoUsd: budget.poolNanoUsd,
    periodEndMs: budget.periodEndMs,
    spike,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  })
  return (
    <>
      {sentence} · {reconciledWords(budget, nowMs)} ·{' '}
      <span className="nowrap" title="The provider counts days in UTC">
        {periodWords(budget, nowMs)}
      </span>
    </>
  )
}
