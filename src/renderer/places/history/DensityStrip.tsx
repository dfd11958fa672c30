import {
  type KeyboardEvent,
  memo,
  type PointerEvent,
  type ReactNode,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Problem } from '../../client/errors.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { InlineProblem } from '../../components/States.tsx'
import { timeLabel, timeTicks } from '../../components/timeAxis.ts'
import { aimed, brushed, type BrushEvent, idleBrush, marked } from './brush.ts'
import {
  barsPath,
  bucketAt,
  type Density,
  densityRows,
  densitySentence,
  gapBoxes,
  scaleWords,
  shareOf,
  type Stretch,
  stretchSpan,
  stretchWords,
} from './density.ts'
import styles from './DensityStrip.module.css'

interface DensityStripProps {
  density: Density | null
  problem: Problem | null
  onRetry: () => void
  /** What the records are narrowed to. */
  caption: ReactNode
  /** The record that is looked at; null while none is. */
  markAtMs: number | null
  /** Shows a stretch of the strip alone. */
  onZoom: (span: { fromMs: number; toMs: number }) => void
  /** Shows more around it; null when everything is shown. */
  onWider: (() => void) | null
}

/** How many records there are when. Dragging, or Shift and the arrows, mark a stretch; letting go or Enter shows it alone. */
export function DensityStrip({ density, problem, onRetry, caption, markAtMs, onZoom, onWider }: DensityStripProps) {
  const [brush, setBrush] = useState(idleBrush)
  const [pointed, setPointed] = useState<number | null>(null)
  const [drawn, setDrawn] = useState(density)
  // Bars of another span: what was marked is not there any more.
  if (density !== drawn) {
    setDrawn(density)
    if (density?.fromMs !== drawn?.fromMs || density?.counts.length !== drawn?.counts.length) setBrush(idleBrush)
  }
  const stretch = marked(brush) ?? (pointed === null ? aimed(brush) : { first: pointed, last: pointed })
  const zoom = (to: Stretch) => {
    setBrush(idleBrush)
    if (density) onZoom(stretchSpan(density, to))
  }
  const nowMs = daemonNowMs()
  return (
    <figure className={styles['figure']}>
      <figcaption className={styles['caption']}>
        <div className={styles['chips']}>{caption}</div>
        <div className={styles['words']}>
          {density === null ? null : (
            <span className={styles['readout']}>
              {stretch ? stretchWords(density, stretch, nowMs) : scaleWords(density)}
            </span>
          )}
          <Button look="quiet" className={styles['wider']} disabled={onWider === null} onClick={() => onWider?.()}>
            Zoom out
          </Button>
        </div>
      </figcaption>
      {problem ? (
        <div className={styles['problem']}>
          <InlineProblem problem={problem} />
          <Button onClick={onRetry}>Count again</Button>
        </div>
      ) : null}
      {density === null ? (
        problem ? null : (
          <div className={styles['empty']} />
        )
      ) : (
        <Bars
          density={density}
          brush={brush}
          stretch={stretch}
          markAtMs={markAtMs}
          onBrush={(event) => setBrush((now) => brushed(now, event, density.counts.length))}
          onPoint={setPointed}
          onZoom={zoom}
        />
      )}
    </figure>
  )
}

interface BarsProps {
  density: Density
  brush: typeof idleBrush
  stretch: Stretch | null
  markAtMs: number | null
  onBrush: (event: BrushEvent) => void
  onPoint: (bucket: number | null) => void
  onZoom: (stretch: Stretch) => void
}

/** Where a gap is as wide as this, px, its word has room. */
const wordWidth = 80
const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }

function Bars({ density, brush, stretch, markAtMs, onBrush, onPoint, onZoom }: BarsProps) {
  const hatch = useId()
  const { ref, width, height } = useSize()
  const { counts } = density
  const nowMs = daemonNowMs()
  const sentence = useMemo(() => densitySentence(density, daemonNowMs()), [density])
  const path = useMemo(() => barsPath(density, width, height), [density, width, height])
  const selection = marked(brush)
  const at = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return bucketAt(density, (event.clientX - box.left) / box.width)
  }
  const press = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const by = steps[event.key]
    const target = aimed(brush)
    if (by !== undefined) onBrush({ kind: 'walk', by, extend: event.shiftKey })
    else if (event.key === 'Home' || event.key === 'End') {
      onBrush({ kind: 'walkTo', at: event.key === 'Home' ? 0 : counts.length - 1 })
    } else if (event.key === 'Enter' && target) onZoom(target)
    else if (event.key === 'Escape' && target) onBrush({ kind: 'cancel' })
    else return
    event.preventDefault()
  }
  const release = () => {
    onBrush({ kind: 'release' })
    if (brush.held && selection && selection.last > selection.first) onZoom(selection)
  }
  const x = (share: number) => share * width
  const bar = (one: Stretch) => ({
    x: x(one.first / counts.length),
    width: Math.max(1, x((one.last + 1 - one.first) / counts.length)),
  })
  const markShare = markAtMs === null ? null : shareOf(density, markAtMs)
  const value = aimed(brush) ?? { first: counts.length - 1, last: counts.length - 1 }
  return (
    <>
      <div
        ref={ref}
        className={styles['strip']}
        role="slider"
        tabIndex={0}
        aria-label={sentence}
        aria-valuemin={0}
        aria-valuemax={counts.length - 1}
        aria-valuenow={brush.at ?? counts.length - 1}
        aria-valuetext={stretchWords(density, value, nowMs)}
        onKeyDown={press}
        onPointerDown={(event) => {
          if (event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          onBrush({ kind: 'press', at: at(event) })
        }}
        onPointerMove={(event) => {
          onPoint(at(event))
          onBrush({ kind: 'drag', at: at(event) })
        }}
        onPointerUp={release}
        onPointerCancel={() => onBrush({ kind: 'cancel' })}
        onPointerLeave={() => onPoint(null)}
        onBlur={() => onBrush({ kind: 'cancel' })}
      >
        <svg className={styles['bars']} aria-hidden="true">
          <defs>
            <pattern id={hatch} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line className={styles['hatch']} x1="0" y1="0" x2="0" y2="6" />
            </pattern>
          </defs>
          {gapBoxes(density).map((gap) => (
            <g key={gap.left}>
              <rect
                x={x(gap.left)}
                width={Math.max(1, x(gap.right - gap.left))}
                height={height}
                fill={`url(#${hatch})`}
              />
              {x(gap.right - gap.left) >= wordWidth ? (
                <text className={styles['gapWord']} x={x((gap.left + gap.right) / 2)} y={height / 4}>
                  {gap.words}
                </text>
              ) : null}
            </g>
          ))}
          {stretch ? (
            <rect
              className={selection ? styles['marked'] : styles['cursor']}
              {...bar(selection ?? stretch)}
              height={height}
            />
          ) : null}
          <path className={styles['bar']} d={path} />
          {markShare === null ? null : (
            <line className={styles['mark']} x1={x(markShare)} x2={x(markShare)} y2={height} data-mark="" />
          )}
          <line className={styles['floor']} x2={width} y1={height - 0.5} y2={height - 0.5} />
        </svg>
      </div>
      <Axis density={density} width={width} />
      <DensityTable density={density} />
    </>
  )
}

/** The same for those who do not see it. */
const DensityTable = memo(function DensityTable({ density }: { density: Density }) {
  return (
    <div className="visuallyHidden">
      <table>
        <caption>Records by time</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Records</th>
          </tr>
        </thead>
        <tbody>
          {densityRows(density, daemonNowMs()).map((row) => (
            <tr key={row.key}>
              <td>{row.span}</td>
              <td>{row.what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
})

/** A label at least this many pixels. */
const labelWidth = 110

function Axis({ density, width }: { density: Density; width: number }) {
  const { fromMs, toMs } = stretchSpan(density, { first: 0, last: density.counts.length - 1 })
  const count = Math.max(2, Math.floor(width / labelWidth))
  const ticks = timeTicks(fromMs, toMs, count, new Date(toMs).getTimezoneOffset())
  return (
    <div className={styles['axis']} aria-hidden="true">
      {ticks.map((tick) => {
        const share = (tick - fromMs) / (toMs - fromMs)
        return share < 0.02 || share > 0.98 ? null : (
          <span key={tick} style={{ left: `${100 * share}%` }}>
            {timeLabel(tick, toMs - fromMs)}
          </span>
        )
      })}
    </div>
  )
}

/** The size of an element in px, whenever it changes. */
function useSize() {
  const ref = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return { ref, ...size }
}
