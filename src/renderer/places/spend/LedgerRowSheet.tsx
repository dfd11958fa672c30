import type { LedgerEntry } from '../../../contract/spend.ts'
import type { PriceBasis } from '../../../domain/ledger.ts'
import { formatMoney } from '../../../domain/money.ts'
import { ButtonLink } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Sheet } from '../../components/Dialog.tsx'
import { Count, CopyableAge } from '../../components/Figures.tsx'
import { formatExact } from '../../components/format.ts'
import { type Fact, KeyValues } from '../../components/Layout.tsx'
import { causeWord } from './ledgerColumns.tsx'
import { isAvoided } from './ledgerFilter.ts'
import styles from './Spend.module.css'
import { rungWords } from './spendWords.ts'

const basisWords: Readonly<Record<PriceBasis, string>> = {
  table: 'by the shipped prices',
  override: 'by your own prices',
  fallback: 'by a stand-in price',
  included: 'nothing to pay',
  reserved: 'what was set aside: the end of the call was not seen',
  unknown: 'no price is known',
}

/** One call in full, beside the table. */
export function LedgerRowSheet({ row, onClose }: { row: LedgerEntry | null; onClose: () => void }) {
  const title = row ? `${isAvoided(row) ? 'Reply without a call' : 'Call'}, ${row.route}` : ''
  return (
    <Sheet open={row !== null} title={title} label={title} onClose={onClose}>
      {row ? (
        <>
          <div className={styles['sheetActions']}>
            {row.openRoute === null ? null : (
              <ButtonLink look="primary" href={`#${row.openRoute}`}>
                Open the {causeWord(row.subject)}
              </ButtonLink>
            )}
            <CopyButton text={JSON.stringify(row, null, 2)} what="this record" word="Copy record" />
          </div>
          <KeyValues facts={factsOf(row)} />
        </>
      ) : null}
    </Sheet>
  )
}

function factsOf(row: LedgerEntry): readonly Fact[] {
  const estimate = { estimate: true }
  const fact = (name: string, value: Fact['value'] | null): readonly Fact[] => (value === null ? [] : [{ name, value }])
  const mono = (text: string | null) => (text === null ? null : <span className="mono">{text}</span>)
  return [
    ...fact(
      'When',
      <>
        <CopyableAge atMs={row.atMs} as="ago" /> <span className="dim">{formatExact(row.atMs)}</span>
      </>,
    ),
    ...fact(
      'Cost',
      <>
        {row.costNanoUsd === null ? 'unpriced' : formatMoney(row.costNanoUsd, estimate)}
        <span className="dim">, {row.correctedAtMs === null ? basisWords[row.priceBasis] : 'priced later'}</span>
      </>,
    ),
    ...fact(
      'Pool charge',
      <>
        {formatMoney(row.poolChargeNanoUsd, estimate)}
        <span className="dim">, {basisWords[row.poolBasis]}</span>
      </>,
    ),
    ...fact(
      'Correction',
      row.correctedAtMs === null ? null : (
        <>
          a price was found <CopyableAge atMs={row.correctedAtMs} as="ago" />{' '}
          <a href="#/spend/corrections">Corrections</a>
        </>
      ),
    ),
    ...fact('Saved', row.savedNanoUsd === 0 ? null : formatMoney(row.savedNanoUsd, estimate)),
    ...fact('Model', mono(row.model)),
    ...fact('Input', <Count value={row.inputTokens} />),
    ...fact('Output', <Count value={row.outputTokens} />),
    ...fact('Cache read', <Count value={row.cacheReadTokens} />),
    ...fact('Cache write', <Count value={row.cacheCreationTokens} />),
    ...fact('Reason', mono(row.reason)),
    ...fact('Lost signal', mono(row.clampedSignal)),
    ...fact('Rung', rungWords[row.rung]),
    ...fact('Iteration', row.parentRoute === null ? String(row.iteration) : `${row.iteration}, of ${row.parentRoute}`),
    ...fact('Cause', mono(row.subject)),
    ...fact('Note', mono(row.note)),
    ...fact('Prices', mono(row.priceVersion)),
    ...fact('Account', mono(row.account)),
    ...fact('Request', copyable(row.requestId, 'the request id')),
    ...fact('Row', copyable(row.id, 'the id of the row')),
  ]
}

function copyable(text: string, what: string) {
  return (
    <>
      <span className="mono">{text}</span> <CopyButton text={text} what={what} />
    </>
  )
}
