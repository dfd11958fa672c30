import RotateCw from 'lucide-react/icons/rotate-cw'
import type { ReactNode } from 'react'
import { forecastSentence } from '../../../domain/forecast.ts'
import { freshness } from '../../../domain/freshness.ts'
import { formatRound } from '../../../domain/money.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useSlow } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { ownTimeZone } from '../../client/pausing.ts'
import { useNow, useTick } from '../../client/ticker.ts'
import { IconButton, Spinner } from '../../components/Button.tsx'
import { Total } from '../../components/Figures.tsx'
import { sentenceCase } from '../../components/format.ts'
import { FreshAge } from '../../components/Freshness.tsx'
import { Glyph } from '../../components/Glyph.tsx'
import layout from '../../components/Layout.module.css'
import { PoolTrack } from '../../components/PoolTrack.tsx'
import { Skeleton } from '../../components/States.tsx'
import type { Tone } from '../../components/status.ts'
import styles from './Heroes.module.css'
import {
  alertsWords,
  budgetParts,
  budgetText,
  budgetTone,
  healthWords,
  type HeroWords,
  namedMarks,
  operationWords,
} from './heroWords.ts'
import type { Hero, Heroes } from './useHeroes.ts'

/** The four questions an operator has first, each answered with its age. */
export function HeroCards({ heroes }: { heroes: Heroes }) {
  const nowMs = useNow(60_000)
  return (
    <section className={`${layout['section']} ${styles['frame']}`} aria-label="At a glance">
      <div className={`panel ${styles['cards']}`}>
        <Card label="Operation" href="#/system/daemon" hero={heroes.operation}>
          {(operation) => <Words words={operationWords(operation, nowMs)} />}
        </Card>
        <Card label="Alerts" href="#/investigations" hero={heroes.alerts}>
          {(alerts) => <Words words={alertsWords(alerts)} />}
        </Card>
        <Card label="Budget" href="#/spend" hero={heroes.budget}>
          {(budget) => <Budget budget={budget} />}
        </Card>
        <Card label="Health" href="#/system/listeners" hero={heroes.health}>
          {(health) => <Words words={healthWords(health)} />}
        </Card>
      </div>
    </section>
  )
}

interface CardProps<T> {
  label: string
  /** Where more of it is. */
  href: string
  hero: Hero<T>
  children: (value: T) => ReactNode
}

function Card<T>({ label, href, hero, children }: CardProps<T>) {
  const { online } = useCockpit()
  const { value, source, observedAtMs, expectedEveryMs, reading, problem } = hero
  const stale = useTick((nowMs) => value !== null && freshness(observedAtMs, expectedEveryMs, nowMs) === 'stale')
  const slow = useSlow(reading)
  const urgent = value === null || problem !== null
  return (
    <article
      className={styles['card']}
      aria-label={label}
      aria-busy={reading || undefined}
      data-stale={stale || undefined}
      data-urgent={urgent || undefined}
    >
      <div className={styles['head']}>
        <a className={styles['label']} href={href}>
          {label}
        </a>
        <IconButton
          label={`Retry, ${label}: read it live`}
          className={styles['retry']}
          unavailable={online ? null : offlineReason}
          onClick={hero.retry}
        >
          {slow ? <Spinner /> : <RotateCw size={12} aria-hidden="true" />}
        </IconButton>
        <span className={styles['age']}>
          {source === 'live' && value !== null ? 'live, ' : ''}
          <FreshAge atMs={observedAtMs} expectedEveryMs={expectedEveryMs} />
        </span>
      </div>
      {value === null ? <Unknown label={label} hero={hero} /> : children(value)}
      {problem ? (
        <p className={styles['problem']} role="alert">
          Not read live: {problem.message} <span className="mono faint">{problem.code}</span>
        </p>
      ) : null}
    </article>
  )
}

/** Never a zero: that it is unknown, and why. While it is read for the first time, where the lines will be. */
function Unknown<T>({ label, hero }: { label: string; hero: Hero<T> }) {
  if (hero.reading) return <Skeleton lines={2} label={`Loading ${label}`} />
  return (
    <>
      <p className={styles['value']} data-tone="unknown">
        <Glyph name="unknown" />
        Unknown
      </p>
      <p className={styles['text']}>{sentenceCase(hero.reason ?? '')}</p>
    </>
  )
}

function Value({ tone, side, children }: { tone: Tone | null; side?: string; children: ReactNode }) {
  return (
    <p className={styles['value']} data-tone={tone ?? undefined}>
      {tone ? <Glyph name={tone} /> : null}
      <span>{children}</span>
      {side ? <span className={styles['side']}>{side}</span> : null}
    </p>
  )
}

function Words({ words }: { words: HeroWords }) {
  return (
    <>
      <Value tone={words.tone}>{words.value}</Value>
      <p className={styles['text']}>{words.text}</p>
    </>
  )
}

function Budget({ budget }: { budget: NonNullable<Heroes['budget']['value']> }) {
  const { spentNanoUsd, poolNanoUsd, pctUsed } = budget
  const live = useMirror((mirror) => mirror.spend.budget)
  const whole = Math.max(poolNanoUsd, spentNanoUsd, 1)
  const marks =
    live.kind === 'known' ? live.marks.map((mark) => ({ ...mark, leftPct: (mark.atNanoUsd / whole) * 100 })) : []
  const share = pctUsed === null ? 'A share that is unknown' : `${pctUsed} %`
  return (
    <>
      <Value tone={budgetTone(budget)} side={budgetText(budget)}>
        <Total nanoUsd={spentNanoUsd} estimate={spentNanoUsd > 0} />
        <span className={styles['unit']}> of {formatRound(poolNanoUsd)}</span>
      </Value>
      <PoolTrack
        parts={budgetParts(budget)}
        marks={marks.map(({ leftPct }) => leftPct)}
        used={{
          pct: pctUsed ?? (spentNanoUsd / whole) * 100,
          text: `${share} of ${formatRound(poolNanoUsd)} used, by estimate`,
        }}
      />
      <ul className={styles['marks']} aria-label="Rungs">
        {namedMarks(marks).map(({ rung, pct, leftPct }) => (
          <li key={rung} className={styles['mark']} style={{ left: `${leftPct}%` }}>
            {pct} %
          </li>
        ))}
      </ul>
      <p className={styles['text']}>
        <Forecast />
      </p>
    </>
  )
}

/** Where the pace leads; the daemon pushes it with every call. */
function Forecast() {
  const { budget, forecast, spike } = useMirror((mirror) => mirror.spend)
  if (budget.kind === 'unknown') return 'Not enough data for a forecast yet'
  const { extraUsageOff, poolNanoUsd, periodEndMs } = budget
  return forecastSentence(forecast, { extraUsageOff, poolNanoUsd, periodEndMs, spike, timeZone: ownTimeZone() })
}
