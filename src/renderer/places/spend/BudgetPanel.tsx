import type { CSSProperties, ReactNode } from 'react'
import type { RateLimitPulse } from '../../../contract/spend.ts'
import { formatRound, formatTotal } from '../../../domain/money.ts'
import { useMirror } from '../../client/mirror.ts'
import { useNow } from '../../client/ticker.ts'
import { Age, Count, Tokens, Total } from '../../components/Figures.tsx'
import { formatClock, formatDay } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { type PoolPartKind, PoolSwatch, PoolTrack } from '../../components/PoolTrack.tsx'
import { markText, poolBar } from './poolBar.ts'
import { type LimitJudgement, limitJudgement } from './rateLimits.ts'
import styles from './Spend.module.css'
import { budgetSettings, type KnownBudget, rungLine } from './spendWords.ts'

/** The pool with its rung marks, what the rung means now, and how fast money goes. */
export function BudgetPanel() {
  const spend = useMirror((mirror) => mirror.spend)
  return (
    <section className={`panel ${styles['budget']}`} aria-label="Budget">
      {spend.budget.kind === 'known' ? <Pool budget={spend.budget} /> : <UnknownPool />}
      <dl className={styles['figures']}>
        <Burn name="Last hour" nanoUsd={spend.burn.hourNanoUsd} />
        <Burn name="Last 24 h" nanoUsd={spend.burn.dayNanoUsd} />
        <Burn name="Last 7 days" nanoUsd={spend.burn.weekNanoUsd} />
        {spend.budget.kind === 'known' && spend.budget.dailyCap ? <DailyCap cap={spend.budget.dailyCap} /> : null}
        {spend.pulse ? <Limits pulse={spend.pulse} /> : null}
      </dl>
    </section>
  )
}

const partWords: Readonly<Record<PoolPartKind, string>> = {
  spent: 'Spent',
  overdraft: 'Over the pool',
  hidden: 'Billed beyond our own figure',
  reserved: 'Set aside for running calls',
  critical: 'Kept for critical investigations',
}
/** The order in which people read them, which is not the order in which they are drawn. */
const legend: readonly PoolPartKind[] = ['spent', 'overdraft', 'hidden', 'reserved', 'critical']

function Pool({ budget }: { budget: KnownBudget }) {
  const nowMs = useNow(60_000)
  const { parts, marks } = poolBar(budget)
  const line = rungLine(budget, nowMs)
  const lines = Math.max(...marks.map((mark) => mark.line)) + 1
  const narrowLines = Math.max(...marks.map((mark) => mark.narrowLine)) + 1
  const amount = (kind: PoolPartKind) =>
    kind === 'spent' ? budget.spentNanoUsd : (parts.find((part) => part.kind === kind)?.nanoUsd ?? 0)
  return (
    <>
      <div className={styles['rung']}>
        {budget.rung === 'normal' && !line.held ? (
          <span className="dim">{line.word}</span>
        ) : (
          <Status tone={line.tone}>
            <strong>{line.word}</strong>
          </Status>
        )}
        <span className={styles['rungText']}>{line.text}</span>
        {budget.rampUntilMs !== null && budget.rampUntilMs > nowMs ? (
          <span className="dim">Investigations resume one at a time until {formatClock(budget.rampUntilMs)}.</span>
        ) : null}
        {line.held ? (
          <a href={budgetSettings} data-nav-item="raise">
            Raise the pool in Settings
          </a>
        ) : null}
      </div>
      <PoolTrack
        parts={parts}
        marks={marks.map((mark) => mark.leftPct)}
        used={{
          pct: budget.pctUsed,
          text: `${budget.pctUsed} % of ${formatRound(budget.poolNanoUsd)} used, by estimate`,
        }}
      />
      <ul
        className={styles['marks']}
        aria-label="Rungs"
        style={{ '--lines': lines, '--narrow-lines': narrowLines } as CSSProperties}
      >
        {marks.map((mark) => (
          <li
            key={mark.rung}
            className={styles['mark']}
            data-reached={reached(budget, mark.rung) || undefined}
            style={
              {
                right: `${100 - mark.leftPct}%`,
                '--line': mark.line,
                '--narrow-line': mark.narrowLine,
              } as CSSProperties
            }
          >
            {markText(mark)}
          </li>
        ))}
      </ul>
      <div className={styles['legendRow']}>
        <ul className={styles['legend']}>
          {legend
            .filter((kind) => kind === 'spent' || amount(kind) > 0)
            .map((kind) => (
              <li key={kind} className={styles['legendItem']}>
                <PoolSwatch kind={kind} />
                <span className="dim">{partWords[kind]}</span>{' '}
                <span className="num">
                  {formatTotal(amount(kind), { estimate: kind === 'spent' ? amount(kind) > 0 : kind === 'overdraft' })}
                  {kind === 'spent' ? <span className="faint"> {budget.pctUsed} %</span> : null}
                  {kind === 'hidden' ? <span className="faint"> billed</span> : null}
                </span>
              </li>
            ))}
          {budget.unpricedCalls > 0 ? (
            <li className={`${styles['legendItem']} faint`}>
              +{budget.unpricedCalls} unpriced, charged by a stand-in price
            </li>
          ) : null}
        </ul>
        <PassingLine />
      </div>
    </>
  )
}

function reached(budget: KnownBudget, rung: string): boolean {
  const mark = budget.marks.find((candidate) => candidate.rung === rung)
  return mark !== undefined && budget.spentNanoUsd + budget.hiddenNanoUsd >= mark.atNanoUsd
}

/** When the next marks are passed at the present pace; nothing when none is before the period ends. */
function PassingLine() {
  const forecast = useMirror((mirror) => mirror.spend.forecast)
  const nowMs = useNow(60_000)
  if (forecast.kind !== 'pace') return null
  const ahead = forecast.passings.flatMap(({ pct, centreMs }) =>
    centreMs === null ? [] : [`${pct} % on ${formatDay(centreMs, nowMs)}`],
  )
  if (ahead.length === 0) return null
  return (
    <p className={styles['passings']} title="The rest of the period is taken to run as much as the last week did">
      At this pace {ahead.join(' · ')}
    </p>
  )
}

function UnknownPool() {
  return (
    <>
      <div className={styles['rung']}>
        <Status tone="unknown">
          <strong>Unknown</strong>
        </Status>
        <span className={styles['rungText']}>Cheap model only, until the ledger can be read again.</span>
      </div>
      <PoolTrack parts={[]} marks={[]} used={null} />
      <ul className={styles['legend']}>
        <li className={styles['legendItem']}>
          <span className="dim">Spent</span> <Total nanoUsd={null} />
        </li>
        <li className={styles['legendItem']}>
          <span className="dim">Left</span> <Total nanoUsd={null} />
        </li>
      </ul>
    </>
  )
}

function Figure({ name, children, note }: { name: string; children: ReactNode; note?: ReactNode }) {
  return (
    <div className={styles['figure']}>
      <dt>{name}</dt>
      <dd>
        <span className={styles['figureValue']}>{children}</span>
        {note ? <span className={styles['figureNote']}>{note}</span> : null}
      </dd>
    </div>
  )
}

function Burn({ name, nanoUsd }: { name: string; nanoUsd: number | null }) {
  return (
    <Figure name={name}>
      <Total nanoUsd={nanoUsd} estimate={nanoUsd !== null && nanoUsd > 0} />
    </Figure>
  )
}

function Meter({ share, judgement }: { share: number; judgement?: LimitJudgement['tone'] }) {
  return (
    <span className={styles['meter']} aria-hidden="true">
      <span
        className={styles['meterFill']}
        data-tone={judgement}
        style={{ width: `${Math.min(100, Math.max(0, share * 100))}%` }}
      />
    </span>
  )
}

function DailyCap({ cap }: { cap: NonNullable<KnownBudget['dailyCap']> }) {
  const full = cap.spentNanoUsd >= cap.capNanoUsd
  return (
    <Figure
      name="Today’s cap"
      note={
        <>
          <Meter share={cap.spentNanoUsd / cap.capNanoUsd} {...(full ? { judgement: 'trouble' as const } : {})} />
          {full ? <Status tone="trouble">used up until 00:00 UTC</Status> : null}
        </>
      }
    >
      <Total nanoUsd={cap.spentNanoUsd} estimate={cap.spentNanoUsd > 0} />
      <span className="faint"> of {formatRound(cap.capNanoUsd)}</span>
    </Figure>
  )
}

function Limits({ pulse }: { pulse: RateLimitPulse }) {
  return (
    <>
      {(['requests', 'tokens'] as const).map((axis) => {
        const { limit, remaining } = pulse[axis]
        const { share, tone, word } = limitJudgement(pulse[axis])
        const Amount = axis === 'requests' ? Count : Tokens
        return (
          <Figure
            key={axis}
            name={axis === 'requests' ? 'Requests left' : 'Tokens left'}
            note={
              <>
                <Meter share={share} judgement={tone} />
                {tone === 'well' ? (
                  <span className="faint">
                    <Age atMs={pulse.capturedAtMs} as="ago" />
                  </span>
                ) : (
                  <Status tone={tone}>{word}</Status>
                )}
              </>
            }
          >
            <Amount value={remaining} />
            <span className="faint">
              {' '}
              of <Amount value={limit} />
            </span>
          </Figure>
        )
      })}
    </>
  )
}
