import { useMemo, useState } from 'react'
import { type Route, routes, shortCircuitModel } from '../../../domain/ledger.ts'
import { formatTotal } from '../../../domain/money.ts'
import { withQuery } from '../../app/route.ts'
import { navigate, useRoute } from '../../app/router.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { ExportButtons } from '../../components/ExportButtons.tsx'
import { countOf } from '../../components/format.ts'
import { Select } from '../../components/Select.tsx'
import { EmptyState } from '../../components/States.tsx'
import { ledgerFormats, ledgerSource } from './ledgerExport.ts'
import {
  isNarrowed,
  ledgerFilter,
  ledgerSpans,
  type LedgerView,
  onlyOptions,
  readView,
  viewQuery,
} from './ledgerFilter.ts'
import { LedgerRows, useLedgerVersion } from './LedgerRows.tsx'
import styles from './Spend.module.css'

const routeOptions = [
  { value: 'any' as const, label: 'Every route' },
  ...routes.map((route) => ({ value: route, label: route })),
]

/** Every call and every avoided one, newest first, as the daemon recorded them. */
export function LedgerPage() {
  const client = useClient()
  const { query } = useRoute()
  const [seen, setSeen] = useState<readonly string[]>([])
  const periodStartMs = useMirror(({ spend }) => (spend.budget.kind === 'known' ? spend.budget.periodStartMs : null))
  const version = useLedgerVersion()
  const view = readView(query)
  const key = withQuery('', viewQuery(view))
  // Where a span begins must stay put while its pages are read.
  const filter = useMemo(() => ledgerFilter(readView(query), daemonNowMs(), periodStartMs), [query, periodStartMs])
  const { state: totals } = useFetched(() => client.spend.ledgerTotals(filter), key, version)
  const change = (part: Partial<LedgerView>) =>
    navigate(withQuery('/spend/ledger', viewQuery({ ...view, ...part })), { replace: true, quiet: true })
  const narrowed = isNarrowed(view)

  return (
    <SectionPage
      title="Ledger"
      text={
        totals.kind === 'ready' ? (
          <Totals totals={totals.data} narrowed={narrowed} />
        ) : (
          'One line for each call, as it was recorded.'
        )
      }
      actions={
        <ExportButtons
          source={ledgerSource(client, filter)}
          subject={key}
          name="kora-ledger"
          formats={ledgerFormats}
          one="row"
        />
      }
    >
      <div className={styles['filters']} role="group" aria-label="Filter">
        <Select label="Span" value={view.span} options={ledgerSpans} onChange={(span) => change({ span })} />
        <Select<Route | 'any'>
          label="Route"
          value={view.route}
          options={routeOptions}
          onChange={(route) => change({ route })}
        />
        <ModelSelect seen={seen} model={view.model} onChange={(model) => change({ model })} />
        <Select label="Only" value={view.only} options={onlyOptions} onChange={(only) => change({ only })} />
        {narrowed ? (
          <Button look="quiet" onClick={() => change(readView({}))}>
            Show all
          </Button>
        ) : null}
      </div>
      <LedgerRows
        key={`${key}:${periodStartMs ?? ''}`}
        filter={filter}
        none={
          narrowed ? (
            <EmptyState action={<Button onClick={() => change(readView({}))}>Show all</Button>}>
              No call matches this filter.
            </EmptyState>
          ) : (
            <EmptyState>No model was called yet in this period, so nothing is recorded.</EmptyState>
          )
        }
        onModels={setSeen}
      />
    </SectionPage>
  )
}

function Totals({
  totals,
  narrowed,
}: {
  totals: { rows: number; costNanoUsd: number; unpriced: number }
  narrowed: boolean
}) {
  const cost = formatTotal(totals.costNanoUsd, { estimate: totals.costNanoUsd > 0 })
  return (
    <span className="num" role="status">
      {countOf(totals.rows, 'row')}
      {narrowed ? ' match' : ' in this period'}, {cost} by estimate
      {totals.unpriced > 0 ? `, +${totals.unpriced} unpriced` : ''}.
    </span>
  )
}

/** The models that are known of without asking for them: those in use, those without a price, those in sight. */
function ModelSelect({
  seen,
  model,
  onChange,
}: {
  seen: readonly string[]
  model: string
  onChange: (model: string) => void
}) {
  const spend = useMirror((mirror) => mirror.spend)
  const { cheap, strong } = spend.models
  const unpriced = spend.unpricedModels.map((one) => one.model)
  const known = new Set([cheap, strong, shortCircuitModel, ...unpriced, ...seen, model])
  known.delete('')
  const options = [
    { value: '', label: 'Every model' },
    ...[...known].toSorted().map((value) => ({ value, label: value.replace('_', ' ') })),
  ]
  return <Select label="Model" value={model} options={options} onChange={onChange} />
}
