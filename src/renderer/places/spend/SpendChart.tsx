import { BarController, BarElement, Chart, LinearScale, type Plugin, Tooltip } from 'chart.js'
import { useEffect, useRef } from 'react'
import { chartFont, token } from '../../components/chart.ts'
import { timeLabel, timeTicks } from '../../components/timeAxis.ts'
import { barFigure, barLine, type Bars, bucketTitle } from './chartSeries.ts'

Chart.register(BarController, BarElement, LinearScale, Tooltip)

/** Charts that stand side by side point at the same moment: each is told the bucket, null when nobody points. */
export type SharedCursor = Set<(bucket: number | null, from: HTMLCanvasElement) => void>

interface SpendChartProps {
  bars: Bars
  fromMs: number
  toMs: number
  /** The same in words. */
  sentence: string
  cursor: SharedCursor
}

/** Stacked bars over real time; where Kora was not running, a hatched gap with its reason. */
export default function SpendChart({ bars, fromMs, toMs, sentence, cursor }: SpendChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const point = (bucket: number | null) => {
      for (const show of cursor) show(bucket, element)
    }
    let chart = draw(element, bars, fromMs, toMs, point)
    const redraw = () => {
      chart.destroy()
      chart = draw(element, bars, fromMs, toMs, point)
    }
    const show = (bucket: number | null, from: HTMLCanvasElement) => {
      if (from === element) return
      const active = bucket === null ? [] : bars.series.map((_, datasetIndex) => ({ datasetIndex, index: bucket }))
      chart.setActiveElements(active)
      chart.tooltip?.setActiveElements(active, { x: 0, y: 0 })
      chart.update('none')
    }
    cursor.add(show)
    scheme.addEventListener('change', redraw)
    return () => {
      cursor.delete(show)
      scheme.removeEventListener('change', redraw)
      chart.destroy()
    }
  }, [bars, fromMs, toMs, cursor])

  return <canvas ref={canvas} role="img" aria-label={sentence} />
}

function draw(
  canvas: HTMLCanvasElement,
  bars: Bars,
  fromMs: number,
  toMs: number,
  point: (bucket: number | null) => void,
): Chart {
  const spanMs = toMs - fromMs
  const font = chartFont()
  const last = bars.middlesMs.length - 1
  const open = (index: number) => index === last && (bars.middlesMs[index] ?? 0) + bars.bucketMs / 2 > toMs
  return new Chart(canvas, {
    type: 'bar',
    data: {
      datasets: bars.series.map((one) => {
        const colour = token(one.colour)
        const fill = (alpha: number) => {
          const shade = alpha === 1 ? colour : withAlpha(colour, alpha)
          return one.striped ? stripes(canvas, shade) : shade
        }
        const [full, faint, faintest] = [fill(1), fill(0.55), fill(0.35)]
        return {
          label: one.label,
          data: one.values.map((y, index) => ({ x: bars.middlesMs[index] ?? 0, y })) as never,
          parsing: false as const,
          grouped: true,
          stack: 'one',
          barPercentage: 0.86,
          categoryPercentage: 1,
          backgroundColor: one.values.map((_, index) => (open(index) ? faintest : bars.faint[index] ? faint : full)),
          borderColor: colour,
          borderWidth: one.values.map((_, index) => (open(index) ? 1 : 0)),
          borderSkipped: false as const,
        }
      }),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false, axis: 'x' },
      onHover: (_, active) => point(active[0]?.index ?? null),
      scales: {
        x: {
          type: 'linear',
          stacked: true,
          offset: false,
          min: fromMs,
          max: toMs,
          border: { display: false },
          grid: { display: false },
          ticks: { color: token('--ink-3'), font, maxRotation: 0, callback: (at) => timeLabel(Number(at), spanMs) },
          afterBuildTicks(axis) {
            const ticks = timeTicks(fromMs, toMs, 6, new Date(toMs).getTimezoneOffset())
            axis.ticks = ticks.map((value) => ({ value }))
          },
        },
        y: {
          type: 'linear',
          stacked: true,
          beginAtZero: true,
          // Charts side by side have their moments under each other only when their areas begin alike.
          afterFit: (axis) => {
            axis.width = 5.2 * font.size
          },
          border: { display: false },
          grid: { color: token('--line') },
          ticks: {
            color: token('--ink-3'),
            font,
            maxTicksLimit: 5,
            callback: (value) => barFigure(bars.kind, Number(value)),
          },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          animation: false,
          titleFont: { ...font, weight: 600 },
          bodyFont: font,
          footerFont: { ...font, weight: 400 },
          // In a gap there is one thing to say, not one a series.
          filter: (item) => item.datasetIndex === 0 || bars.series[item.datasetIndex]?.values[item.dataIndex] !== null,
          callbacks: {
            title: ([item]) => (item ? bucketTitle(bars.middlesMs[item.dataIndex] ?? 0, bars.bucketMs) : ''),
            label: (item) => barLine(bars, item.datasetIndex, item.dataIndex),
            footer: ([item]) => {
              const unpriced = bars.unpriced[item?.dataIndex ?? -1] ?? 0
              return unpriced > 0 ? `+${unpriced} unpriced` : ''
            },
          },
        },
      },
    },
    plugins: [hatchedGaps(bars, font), leaving(canvas, point)],
  })
}

/** The gaps behind the bars, each with its reason when there is room for the word. */
function hatchedGaps(bars: Bars, font: { family: string; size: number }): Plugin {
  return {
    id: 'gaps',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart
      const x = scales['x']
      if (!x) return
      for (const gap of bars.gaps) {
        const left = Math.max(chartArea.left, x.getPixelForValue(gap.fromMs))
        const width = Math.min(chartArea.right, x.getPixelForValue(gap.toMs)) - left
        if (width <= 0) continue
        ctx.save()
        ctx.beginPath()
        ctx.rect(left, chartArea.top, width, chartArea.height)
        ctx.clip()
        ctx.strokeStyle = token('--line-strong')
        ctx.lineWidth = 1
        ctx.beginPath()
        for (let at = left - chartArea.height; at < left + width; at += 6) {
          ctx.moveTo(at, chartArea.bottom)
          ctx.lineTo(at + chartArea.height, chartArea.top)
        }
        ctx.stroke()
        ctx.font = `${font.size}px ${font.family}`
        const room = ctx.measureText(gap.words).width
        if (room + 8 <= width) {
          ctx.fillStyle = token('--surface')
          ctx.fillRect(left + (width - room) / 2 - 3, chartArea.top, room + 6, font.size + 6)
          ctx.fillStyle = token('--ink-3')
          ctx.textAlign = 'center'
          ctx.textBaseline = 'top'
          ctx.fillText(gap.words, left + width / 2, chartArea.top + 3)
        }
        ctx.restore()
      }
    },
  }
}

/** A pointer that leaves the chart points at nothing. */
function leaving(canvas: HTMLCanvasElement, point: (bucket: number | null) => void): Plugin {
  const left = () => point(null)
  return {
    id: 'leaving',
    afterInit: () => canvas.addEventListener('pointerleave', left),
    afterDestroy: () => canvas.removeEventListener('pointerleave', left),
  }
}

/** A fill of lines across, 3 px apart. Between them it is fainter, not empty: a slice of one pixel must stay seen. */
function stripes(canvas: HTMLCanvasElement, colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  tile.width = 1
  tile.height = 3
  const ctx = tile.getContext('2d')
  if (!ctx) return colour
  ctx.fillStyle = colour
  ctx.fillRect(0, 0, 1, 2)
  ctx.globalAlpha = 0.4
  ctx.fillRect(0, 2, 1, 1)
  return canvas.getContext('2d')?.createPattern(tile, 'repeat') ?? colour
}

/** `oklch(52% 0.14 255)` as `oklch(52% 0.14 255 / 35%)`: a canvas has no other way to fade one bar. */
function withAlpha(colour: string, alpha: number): string {
  return colour.replace(/\)$/, ` / ${alpha * 100}%)`)
}
