import type { ReactNode } from 'react'
import type { HistoryItem } from '../../../contract/history.ts'
import { otherSeams } from '../../../domain/history.ts'
import { isNarrow } from '../../app/shortcuts.ts'
import { navigate } from '../../app/router.ts'
import { useOpenedFocus } from '../../app/useOpenedFocus.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { useFetched, useReconnects } from '../../client/hooks.ts'
import { Button, ButtonLink } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { CopyableAge, Money } from '../../components/Figures.tsx'
import { formatExact, sentenceCase } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { type Fact, KeyValues } from '../../components/Layout.tsx'
import { ErrorState, InlineProblem, Skeleton } from '../../components/States.tsx'
import { toneWords } from '../../components/status.ts'
import { type HistoryView, usualView, viewPath } from './historyView.ts'
import { kindIcons, kindWords, sourceWord } from './kinds.ts'
import { rawText } from './record.ts'
import styles from './RecordInspector.module.css'
import { everything, spanAround } from './span.ts'

interface RecordInspectorProps {
  id: number
  /** As the list has it; null when it is not among what was read. */
  known: HistoryItem | null
  file: string | null
}

/** One record in full, and the ways on from it. */
export function RecordInspector({ id, known, file }: RecordInspectorProps) {
  const client = useClient()
  const { state, reload } = useFetched(
    () => client.history.record({ id, ...(file === null ? {} : { file }) }),
    `${file ?? ''}:${id}`,
    useReconnects(),
  )
  const item = state.kind === 'ready' ? state.data : known
  if (item === null) {
    if (state.kind !== 'failed') return <Skeleton lines={8} label="Loading the record" />
    return <ErrorState title="This record could not be read." problem={state.problem} onRetry={reload} />
  }
  return (
    <>
      <Headline item={item} />
      <WaysOn item={item} file={file} />
      <KeyValues facts={factsOf(item)} />
      <h3 className={styles['title']}>Stored record</h3>
      {state.kind === 'ready' ? <Raw record={state.data.record} /> : null}
      {state.kind === 'loading' ? <Skeleton lines={5} label="Loading the stored record" /> : null}
      {state.kind === 'failed' ? (
        <>
          <InlineProblem problem={state.problem} />
          <Button onClick={reload}>Try again</Button>
        </>
      ) : null}
    </>
  )
}

function Headline({ item }: { item: HistoryItem }) {
  const heading = useOpenedFocus()
  const Icon = kindIcons[item.kind]
  return (
    <>
      <p className={styles['head']}>
        <span className={styles['kind']}>
          <Icon size={13} aria-hidden="true" />
          {kindWords[item.kind]}
        </span>
        {item.tone === 'neutral' ? null : (
          <span className={styles['kind']}>
            <Glyph name={item.tone} />
            {item.severity === null ? toneWords[item.tone] : sentenceCase(item.severity)}
          </span>
        )}
      </p>
      <h2 ref={heading} tabIndex={-1} className={styles['headline']} data-inspector-heading="">
        <bdi>{item.text}</bdi>
      </h2>
      {item.aside ? (
        <p className={styles['aside']}>
          <bdi>{item.aside}</bdi>
        </p>
      ) : null}
    </>
  )
}

/** What the page of a record is called. */
function pageWord(route: string): string {
  if (route.startsWith('/investigations/')) return 'Open the investigation'
  if (route.startsWith('/spend/ledger')) return 'Open the ledger'
  return `Open ${sentenceCase(route.split('/')[1] ?? 'its page')}`
}

function WaysOn({ item, file }: { item: HistoryItem; file: string | null }) {
  const { correlationId, sessionId } = item
  // In a narrow window the list is behind the record: the way leads to the list then, and the focus goes with it.
  const go = (view: Partial<HistoryView>) => {
    const narrow = isNarrow()
    const next = { ...usualView, span: everything, file, ...view }
    navigate(viewPath(next, narrow ? null : item.id), { quiet: !narrow })
  }
  const around = { ...usualView, span: spanAround(item.atMs), file }
  const link = new URL(`#${viewPath(around, item.id)}`, location.href).href
  return (
    <div className={styles['ways']}>
      {item.route === null ? null : (
        <ButtonLink look="primary" href={`#${item.route}`}>
          {pageWord(item.route)}
        </ButtonLink>
      )}
      {correlationId === null ? null : <Button onClick={() => go({ correlationId })}>Everything about this</Button>}
      {sessionId === null ? null : <Button onClick={() => go({ sessionId })}>Same session</Button>}
      <Button onClick={() => go(around)}>Around this time</Button>
      <CopyButton text={link} what="a link to this record" word="Copy link" />
    </div>
  )
}

function factsOf(item: HistoryItem): readonly Fact[] {
  const fact = (name: string, value: ReactNode): readonly Fact[] => (value === null ? [] : [{ name, value }])
  const id = (value: string | null, what: string) =>
    value === null ? null : (
      <>
        <span className="mono">{value}</span> <CopyButton text={value} what={what} />
      </>
    )
  return [
    ...fact(
      'When',
      <>
        <CopyableAge atMs={item.atMs} as="ago" /> <span className="dim">{formatExact(item.atMs)}</span>
      </>,
    ),
    ...fact(
      'Seam',
      <>
        <span className="mono">{item.seam}</span>
        {item.known ? null : <span className="dim"> of another version</span>}
      </>,
    ),
    ...fact('Source', item.origin === null ? null : sentenceCase(sourceWord(item.origin))),
    ...fact('Session', id(item.sessionId, 'the session')),
    ...fact('Belongs to', id(item.correlationId, 'the id it belongs to')),
    ...fact('Cost', costOf(item)),
    ...fact('Record', id(String(item.id), 'the number of the record')),
  ]
}

function costOf(item: HistoryItem): ReactNode {
  if (item.costNanoUsd !== null) return <Money nanoUsd={item.costNanoUsd} estimate={item.costNanoUsd > 0} />
  return item.seam === otherSeams.call ? 'unpriced' : null
}

function Raw({ record }: { record: Record<string, unknown> }) {
  const text = rawText(record)
  return (
    <div className={styles['raw']}>
      <pre className="mono" role="region" tabIndex={0} aria-label="Stored record">
        {text}
      </pre>
      <CopyButton text={text} what="this record" />
    </div>
  )
}
