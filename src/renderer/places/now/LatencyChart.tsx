import { Chart, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js'
import { useEffect, useRef } from 'react'
import { chartFont, token } from '../../components/chart.ts'
import { formatClock, formatLatency } from '../../components/format.ts'
import { timeLabel, timeTicks } from '../../components/timeAxis.ts'
import type { LatencyLines } from './latencySeries.ts'

Chart.register(LineController, LineElement, PointElement, LinearScale, Tooltip)

interface LatencyChartProps {
  lines: LatencyLines
  fromMs: number
  toMs: number
  /** The same in words. */
  sentence: string
}

/** Latency over time: the usual as a line, the highest quietly behind it, failed checks as crosses on the axis. */
export default function LatencyChart({ lines, fromMs, toMs, sentence }: LatencyChartProps) {
  const canvas = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    if (!canvas.current) return
    const element = canvas.current
    const dark = matchMedia('(prefers-color-scheme: dark)')
    let chart = draw(element, lines, fromMs, toMs)
    const redraw = () => {
      chart.destroy()
      chart = draw(element, lines, fromMs, toMs)
    }
    dark.addEventListener('change', redraw)
    return () => {
      dark.removeEventListener('change', redraw)
      chart.destroy()
    }
  }, [lines, fromMs, toMs])

  return <canvas ref={canvas} role="img" aria-label={sentence} />
}

function draw(canvas: HTMLCanvasElement, lines: LatencyLines, fromMs: number, toMs: number): Chart {
  const spanMs = toMs - fromMs
  const font = chartFont()
  const line = { parsing: false as const, spanGaps: false, pointRadius: 0, pointHitRadius: 6 }
  return new Chart(canvas, {
    type: 'line',
    data: {
      datasets: [
        {
          ...line,
          label: 'Usual',
          data: [...lines.usual] as never,
          borderColor: token('--series-1'),
          borderWidth: 1.5,
        },
        {
          ...line,
          label: 'Highest',
          data: [...lines.highest] as never,
          borderColor: token('--series-6'),
          borderWidth: 1,
          borderDash: [2, 2],
        },
        {
          ...line,
          label: 'Failed checks',
          data: [...lines.failed] as never,
          showLine: false,
          clip: false,
          pointStyle: 'crossRot',
          pointRadius: 4,
          borderColor: token('--series-4'),
          borderWidth: 1.5,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: 'index', intersect: false, axis: 'x' },
      scales: {
        x: {
          type: 'linear',
          min: fromMs,
          max: toMs,
          border: { color: token('--line-strong') },
          grid: { display: false },
          ticks: { color: token('--ink-3'), font, maxRotation: 0, callback: (at) => timeLabel(Number(at), spanMs) },
          afterBuildTicks(axis) {
            const ticks = timeTicks(fromMs, toMs, 6, new Date(toMs).getTimezoneOffset())
            axis.ticks = ticks.map((value) => ({ value }))
          },
        },
        y: {
          type: 'linear',
          beginAtZero: true,
          grace: '5%',
          border: { display: false },
          grid: { color: token('--line') },
          ticks: { color: token('--ink-3'), font, maxTicksLimit: 5, callback: (ms) => formatLatency(Number(ms)) },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          animation: false,
          callbacks: {
            title: (items) => (items[0] ? formatClock(Number(items[0].parsed.x)) : ''),
            label: (item) =>
              item.datasetIndex === 2
                ? `Failed checks: ${(item.raw as { count: number }).count}`
                : `${item.dataset.label}: ${formatLatency(item.parsed.y)}`,
          },
        },
      },
    },
  })
}
