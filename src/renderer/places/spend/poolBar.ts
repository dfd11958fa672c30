import type { Rung } from '../../../domain/ledger.ts'
import type { PoolPartKind } from '../../components/PoolTrack.tsx'
import { type KnownBudget, markWords } from './spendWords.ts'

/** A stretch of the bar: where it begins and how long it is, percent of the bar; and the amount it stands for. */
export interface Part {
  readonly kind: PoolPartKind
  readonly leftPct: number
  readonly widthPct: number
  readonly nanoUsd: number
}

export interface BarMark {
  readonly rung: Rung
  readonly pct: number
  readonly leftPct: number
  /** Line of its words below the bar, so that none covers another: 0, 1 or 2. On a wide and on a narrow page. */
  readonly line: number
  readonly narrowLine: number
}

export interface PoolBar {
  readonly parts: readonly Part[]
  readonly marks: readonly BarMark[]
}

/** Room that one letter of a mark's words takes, percent of the bar: from 60 rem on, and below. */
const letterPct = { wide: 0.72, narrow: 2.4 }

/** "cheaper model 90 %": what stands at the line of a rung. */
export function markText({ rung, pct }: { readonly rung: Rung; readonly pct: number }): string {
  return `${markWords[rung]} ${pct} %`
}

/** The pool as a bar: what is gone, what may go next, what is kept, and where the rungs begin. Nothing of size zero. */
export function poolBar(budget: KnownBudget): PoolBar {
  const { poolNanoUsd, spentNanoUsd, hiddenNanoUsd, reservedNanoUsd, criticalShareNanoUsd } = budget
  const stopNanoUsd = budget.marks.at(-1)?.atNanoUsd ?? poolNanoUsd
  const wholeNanoUsd = Math.max(poolNanoUsd, stopNanoUsd, spentNanoUsd + hiddenNanoUsd + reservedNanoUsd, 1)
  const share = (nanoUsd: number) => (nanoUsd / wholeNanoUsd) * 100
  const part = (kind: PoolPartKind, fromNanoUsd: number, nanoUsd: number): Part => ({
    kind,
    leftPct: share(fromNanoUsd),
    widthPct: share(nanoUsd),
    nanoUsd,
  })
  const within = Math.min(spentNanoUsd, poolNanoUsd)
  const parts = [
    part('critical', Math.max(0, stopNanoUsd - criticalShareNanoUsd), criticalShareNanoUsd),
    part('spent', 0, within),
    part('overdraft', within, spentNanoUsd - within),
    part('hidden', spentNanoUsd, hiddenNanoUsd),
    part('reserved', spentNanoUsd + hiddenNanoUsd, reservedNanoUsd),
  ].filter(({ nanoUsd }) => nanoUsd > 0)

  const positions = budget.marks.map((mark) => share(mark.atNanoUsd))
  const letters = budget.marks.map((mark) => markText(mark).length)
  const wide = wordLines(positions, letters, letterPct.wide)
  const narrow = wordLines(positions, letters, letterPct.narrow)
  const marks = budget.marks.map(({ rung, pct }, index) => ({
    rung,
    pct,
    leftPct: positions[index] ?? 0,
    line: wide[index] ?? 0,
    narrowLine: narrow[index] ?? 0,
  }))
  return { parts, marks }
}

/** For words that end where their mark stands: the first line on which each finds room. */
function wordLines(positions: readonly number[], letters: readonly number[], roomPct: number): number[] {
  const ends: number[] = []
  return positions.map((position, index) => {
    const begins = position - (letters[index] ?? 0) * roomPct
    const free = ends.findIndex((end) => end <= begins)
    const line = free === -1 ? ends.length : free
    ends[line] = position
    return line
  })
}
