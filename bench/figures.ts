/** One measured value. `bound` is the most it may be, of a ratio the least; null when none is set. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly bound: number | null
}

/** @param value kept to three places behind the point */
export function figure(name: string, value: number, unit: string, bound: number | null): Figure {
  return { name, value: Math.round(value * 1_000) / 1_000, unit, bound }
}

/** Prints one figure as one line of JSON. */
export function print(...of: Parameters<typeof figure>): void {
  console.log(JSON.stringify(figure(...of)))
}

/** The figure in a line of output; null when the line is anything else. */
export function readFigure(line: string): Figure | null {
  if (!line.startsWith('{"name"')) return null
  try {
    return JSON.parse(line) as Figure
  } catch {
    return null
  }
}

export function isMissed({ value, unit, bound }: Figure): boolean {
  if (bound === null) return false
  return unit === 'ratio' ? value < bound : value > bound
}

/** @param share 0.5 is the median; nearest rank, so the result is always one of the values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  if (value === undefined) throw new Error('nothing was measured')
  return value
}
