import { otherSeams } from '../../../domain/history.ts'
import { toUsd } from '../../../domain/money.ts'
import type { HistoryItem } from '../../../contract/history.ts'
import type { Column } from '../../components/DataTable.tsx'
import { Money } from '../../components/Figures.tsx'
import { formatClockSeconds, formatExact } from '../../components/format.ts'
import { Glyph } from '../../components/Glyph.tsx'
import { toneWords } from '../../components/status.ts'
import styles from './RecordList.module.css'
import { kindIcons, kindWords, sourceWord } from './kinds.ts'
import type { Line } from './recordLines.ts'

/** A column of records; headings are drawn across all of them. */
function column(
  part: Omit<Column<Line>, 'cell' | 'text'> & {
    cell: (item: HistoryItem) => ReturnType<Column<Line>['cell']>
    text: (item: HistoryItem) => string
  },
): Column<Line> {
  return {
    ...part,
    cell: (line) => (line.kind === 'record' ? part.cell(line.item) : null),
    text: (line) => (line.kind === 'record' ? part.text(line.item) : ''),
  }
}

/** Columns of History. @param pathOf where a record is opened */
export function recordColumns(pathOf: (id: number) => string): readonly Column<Line>[] {
  return [
    column({
      key: 'at',
      header: 'Time',
      width: '6.5rem',
      cell: (item) => (
        <time className="num dim" dateTime={new Date(item.atMs).toISOString()} title={formatExact(item.atMs)}>
          {formatClockSeconds(item.atMs)}
        </time>
      ),
      text: (item) => formatExact(item.atMs),
    }),
    column({
      key: 'kind',
      header: 'Kind',
      // Narrower where there is little room: the sign alone is drawn then.
      width: 'var(--kind-width)',
      cell: (item) => <Kind item={item} />,
      text: (item) => kindWords[item.kind],
    }),
    column({
      key: 'tone',
      header: 'Tone',
      width: '1.5rem',
      bare: true,
      cell: (item) => <Tone item={item} />,
      text: (item) => (item.tone === 'neutral' ? '' : toneWords[item.tone]),
    }),
    column({
      key: 'text',
      header: 'What happened',
      cell: (item) => <What item={item} href={`#${pathOf(item.id)}`} />,
      text: (item) => [item.text, ...asideOf(item)].join(', '),
    }),
    column({
      key: 'cost',
      header: 'Cost',
      width: '6rem',
      align: 'right',
      leftOut: 'narrow',
      cell: (item) => <Cost item={item} />,
      text: (item) => (item.costNanoUsd === null ? '' : String(toUsd(item.costNanoUsd))),
    }),
    column({
      key: 'source',
      header: 'Source',
      width: '6rem',
      leftOut: 'narrow',
      cell: (item) => <span className="dim">{item.origin === null ? '' : sourceWord(item.origin)}</span>,
      text: (item) => item.origin ?? '',
    }),
  ]
}

function Kind({ item }: { item: HistoryItem }) {
  const Icon = kindIcons[item.kind]
  return (
    <span className={styles['kind']}>
      <Icon size={13} aria-hidden="true" />
      <span className={styles['kindWord']}>{kindWords[item.kind]}</span>
    </span>
  )
}

function What({ item, href }: { item: HistoryItem; href: string }) {
  const aside = asideOf(item)
  return (
    <bdi>
      <a className={styles['text']} href={href} data-nav-item={item.id}>
        {item.text}
      </a>
      {aside.length > 0 ? <span className={styles['aside']}>{aside.join(', ')}</span> : null}
    </bdi>
  )
}

function Tone({ item }: { item: HistoryItem }) {
  if (item.tone === 'neutral') return null
  return (
    <>
      <Glyph name={item.tone} />
      <span className="visuallyHidden">{toneWords[item.tone]}</span>
    </>
  )
}

/** What stands behind the text: how severe it was, in a word, and the quieter words of the record. */
function asideOf(item: HistoryItem): string[] {
  return [item.severity, item.aside].filter((part) => part !== null)
}

function Cost({ item }: { item: HistoryItem }) {
  if (item.costNanoUsd !== null) return <Money nanoUsd={item.costNanoUsd} estimate={item.costNanoUsd > 0} />
  return item.seam === otherSeams.call ? <span className="faint">unpriced</span> : null
}
