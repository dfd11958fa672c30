import type { OperationalView } from '../../../contract/operational.ts'
import { useMirror } from '../../client/mirror.ts'
import { type Column, DataTable } from '../../components/DataTable.tsx'
import { formatExact, formatMoment, sentenceCase } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { KeyValues } from '../../components/Layout.tsx'
import { actorWords, permissionWords, primaryStates, reasonWords } from '../../components/operationalWords.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import styles from './System.module.css'

type Change = OperationalView['history'][number]

const columns: readonly Column<Change>[] = [
  {
    key: 'at',
    header: 'When',
    width: '7rem',
    cell: (row) => (
      <time className="num" dateTime={new Date(row.atMs).toISOString()} title={formatExact(row.atMs)}>
        {formatMoment(row.atMs, daemonNowMs())}
      </time>
    ),
    text: (row) => formatExact(row.atMs),
  },
  {
    key: 'change',
    header: 'Change',
    width: '11rem',
    cell: (row) => changeWords(row),
    text: changeWords,
  },
  { key: 'trigger', header: 'What led to it', cell: (row) => row.trigger, text: (row) => row.trigger },
]

/** "Ready to paused"; an update that changes no state names it once. */
function changeWords({ from, to }: Change): string {
  const { word } = primaryStates[from]
  return from === to ? `${word}, updated` : `${word} to ${primaryStates[to].word.toLowerCase()}`
}

/** Where the daemon stands, what it may begin, and how it came there. */
export function OperationPart() {
  const operational = useMirror((mirror) => mirror.operational)
  const { primary, reasons, permission, sinceMs, trigger, actor, untilMs, validNext, history } = operational
  const { word, tone } = primaryStates[primary]
  return (
    <>
      <KeyValues
        facts={[
          {
            name: 'Operation',
            value: (
              <>
                <Status tone={tone}>{word}</Status> <span className="dim">since</span>{' '}
                <span title={formatExact(sinceMs)}>{formatMoment(sinceMs, daemonNowMs())}</span>
                {untilMs === null ? null : <span className="dim">, until {formatMoment(untilMs, daemonNowMs())}</span>}
              </>
            ),
          },
          { name: 'Led to it', value: `${sentenceCase(trigger)}, ${actorWords[actor]}` },
          {
            name: 'Degraded',
            value: reasons.length === 0 ? 'no' : sentenceCase(reasons.map((reason) => reasonWords[reason]).join(', ')),
          },
          { name: 'Permission', value: sentenceCase(permissionWords[permission]) },
          {
            name: 'May follow',
            value: validNext.length === 0 ? 'nothing' : validNext.map((next) => primaryStates[next].word).join(', '),
          },
        ]}
      />
      <h3 className={styles['subTitle']}>Last changes</h3>
      <DataTable
        label="Last changes of the operational state"
        columns={columns}
        rows={history.toReversed()}
        rowKey={(row) => `${row.atMs}:${row.to}:${row.trigger}`}
        copyable
      />
    </>
  )
}
