export interface SparkShape {
  /** SVG path; a gap starts a new stroke. Empty when there is nothing to draw. */
  readonly path: string
  /** Where the last measured value stands; null when there is none. */
  readonly last: { readonly x: number; readonly y: number } | null
}

const inset = 2

/**
 * Latencies as a line of 64 × 16 (or another size). The scale starts well under the smallest value, so that ordinary
 * jitter stays a quiet line and only real changes stand out. Gaps stay gaps; a lone value is a dot.
 * @param values oldest first; null is a gap
 */
export function sparkShape(values: readonly (number | null)[], width = 64, height = 16): SparkShape {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return { path: '', last: null }
  const low = Math.min(...known) * 0.5
  const high = Math.max(...known, low + 1) * 1.05
  const step = (width - 2 * inset) / Math.max(1, values.length - 1)
  const place = (value: number, index: number) => ({
    x: round(inset + index * step),
    y: round(height - inset - ((value - low) / (high - low)) * (height - 2 * inset)),
  })

  let path = ''
  let last: SparkShape['last'] = null
  values.forEach((value, index) => {
    if (value === null) return
    const { x, y } = place(value, index)
    const continues = index > 0 && values[index - 1] !== null
    const lone = !continues && (values[index + 1] ?? null) === null
    path += continues ? `L${x} ${y}` : `M${x} ${y}${lone ? 'h0.01' : ''}`
    last = { x, y }
  })
  return { path, last }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
