import { useState } from 'react'
import type { OperationalView } from '../../contract/operational.ts'
import type { Problem } from '../../contract/system.ts'
import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { useWork } from '../client/hooks.ts'
import { useMirror } from '../client/mirror.ts'
import { resumeWork } from '../client/pausing.ts'
import { useNow, useTick } from '../client/ticker.ts'
import { uiStore } from '../client/ui.ts'
import { Button, ButtonLink } from '../components/Button.tsx'
import { Age } from '../components/Figures.tsx'
import { formatClock } from '../components/format.ts'
import { pauseKind, pauseStrip, stoppedByCost } from '../components/operationalWords.ts'
import { Banner } from '../components/States.tsx'
import styles from './Shell.module.css'

/** Demo mode says so on every screen. */
export function DemoRibbon() {
  const demo = useMirror((mirror) => mirror.daemon.demo)
  if (!demo) return null
  return (
    <div className={styles['demo']}>
      <strong>DEMO</strong> Invented services and figures. Nothing here is about your own.
    </div>
  )
}

/** The line is down: what stands here is what was known, and when. */
export function ConnectionBanner({ retryAtMs, onRetry }: { retryAtMs: number | null; onRetry: () => void }) {
  const heardAtMs = useMirror((mirror) => mirror.heardAtMs)
  const offsetMs = useMirror((mirror) => mirror.offsetMs)
  const wait = useTick((nowMs) => (retryAtMs === null ? 0 : Math.ceil((retryAtMs + offsetMs - nowMs) / 1_000)))
  return (
    <Banner
      tone="attention"
      actions={
        <Button onClick={onRetry} disabled={wait <= 0}>
          Try now
        </Button>
      }
    >
      <strong role="status">Connection to Kora lost</strong>, trying again {wait > 0 ? `in ${wait} s` : 'now'}. Showing
      what was known at {formatClock(heardAtMs + offsetMs)}.
    </Banner>
  )
}

/** A pause, on every screen: since when, until when, by whom, and the way out of it. */
export function PauseBanner() {
  const operational = useMirror((mirror) => mirror.operational)
  const kind = pauseKind(operational)
  if (kind === 'person') return <PersonsPause operational={operational} />
  if (kind === 'cost') {
    return (
      <Banner tone="paused" actions={<ButtonLink href="#/settings/budget">Raise the pool</ButtonLink>}>
        <strong>{stoppedByCost}.</strong> Kora still watches and tells you.
      </Banner>
    )
  }
  return null
}

function PersonsPause({ operational }: { operational: OperationalView }) {
  const { client, online } = useCockpit()
  const nowMs = useNow()
  const { state, run } = useWork(() => resumeWork(client))
  const unavailable = online ? null : offlineReason
  const { fact, text } = pauseStrip(operational, nowMs)
  return (
    <Banner
      tone="paused"
      live
      actions={
        <>
          <Button look="quiet" unavailable={unavailable} onClick={() => uiStore.setState({ pausing: true })}>
            Change…
          </Button>
          <Button unavailable={unavailable} busy={state.kind === 'running'} onClick={() => void run()}>
            Resume
          </Button>
        </>
      }
    >
      <strong>{fact}</strong> {text}
    </Banner>
  )
}

/** More than these at once would push the place itself out of sight. */
const shownAtOnce = 2

/** Standing conditions of the daemon, each with its way out. */
export function ProblemBanners() {
  const problems = useMirror((mirror) => mirror.daemon.problems)
  const [all, setAll] = useState(false)
  const shown = all ? problems : problems.slice(0, shownAtOnce)
  const hidden = problems.length - shown.length
  return (
    <>
      {shown.map((problem) => (
        <ProblemBanner key={problem.code} problem={problem} />
      ))}
      {hidden > 0 ? (
        <Banner tone="attention" actions={<Button onClick={() => setAll(true)}>Show them</Button>}>
          {hidden} more {hidden === 1 ? 'problem' : 'problems'}
        </Banner>
      ) : null}
    </>
  )
}

function ProblemBanner({ problem }: { problem: Problem }) {
  return (
    <Banner
      tone="attention"
      live
      actions={problem.route ? <ButtonLink href={`#${problem.route}`}>{problem.action}</ButtonLink> : null}
    >
      {problem.message} {problem.route ? null : <span>{problem.action} </span>}
      <span className="dim small">
        since <Age atMs={problem.sinceMs} as="ago" /> <span className="mono">{problem.code}</span>
      </span>
    </Banner>
  )
}
