import type { OpenProgress } from '../../../contract/history.ts'
import {
  countOf,
  formatBytes,
  formatClock,
  formatClockSeconds,
  formatCount,
  formatDay,
} from '../../components/format.ts'

const minute = 60_000

function clock(atMs: number): string {
  return atMs % minute === 0 ? formatClock(atMs) : formatClockSeconds(atMs)
}

/** "12 May 08:00 to 20:00", "11 May 14:10 to 12 May 14:14": seconds only where there are any, the year when it is not this one. */
export function spanWords(fromMs: number, toMs: number, nowMs: number): string {
  const [from, to] = [formatDay(fromMs, nowMs), formatDay(toMs, nowMs)]
  return `${from} ${clock(fromMs)} to ${from === to ? '' : `${to} `}${clock(toMs)}`
}

interface Shown {
  readonly fromMs: number
  /** Now, where the span is open. */
  readonly endMs: number
  readonly live: boolean
  /** Records in it; null while they are being counted. */
  readonly total: number | null
  readonly narrowed: boolean
  /** Whose records; null for this daemon's own. */
  readonly fileName: string | null
}

/** The sentence at the top: what is shown, how much of it, and whose when it is not this machine's. */
export function headline({ fromMs, endMs, live, total, narrowed, fileName }: Shown, nowMs: number): string {
  const end = live ? Math.floor(endMs / minute) * minute : endMs
  const span = spanWords(fromMs, Math.max(end, fromMs), nowMs)
  const count = total === null ? '' : `, ${totalWords(total, narrowed)}`
  return `${fileName === null ? '' : `${fileName}: `}${span}${count}`
}

/** How many there are: "312 records", "1 record matches". */
export function totalWords(total: number, narrowed: boolean): string {
  if (!narrowed) return countOf(total, 'record')
  if (total === 0) return 'nothing matches'
  return `${countOf(total, 'record')} ${total === 1 ? 'matches' : 'match'}`
}

/** A little behind is how the index always is. */
const quietlyBehind = 200

/** What is said while older records cannot be found yet; null when there is nothing to say. */
export function indexingWords(records: number, waiting: number): string | null {
  if (waiting <= quietlyBehind) return null
  const all = records + waiting
  const share = Math.floor((100 * records) / all)
  return `Indexing older records, ${share} % done: ${formatCount(records)} of ${formatCount(all)} can be found`
}

/** The file's own name, whatever machine its path comes from. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}

type Progress = Extract<OpenProgress, { kind: 'progress' }>

const stepWords: Readonly<Record<Progress['step'], string>> = {
  copying: 'Copying the file',
  checking: 'Checking the copy',
  converting: 'Bringing it to this version',
  indexing: 'Indexing its records',
}
const steps = Object.keys(stepWords)

/** "Step 1 of 4: copying the file, 12.3 MB of 36.2 MB". */
export function progressWords({ step, done, of }: Progress): string {
  const amount = step === 'copying' ? formatBytes : formatCount
  const far = of === null || of === 0 ? '' : `, ${amount(done)} of ${amount(of)}`
  const words = stepWords[step]
  return `Step ${steps.indexOf(step) + 1} of ${steps.length}: ${words[0]?.toLowerCase() ?? ''}${words.slice(1)}${far}`
}

/** How much of a step is done, 0 to 1; null where nobody knows how much there is. */
export function progressShare({ done, of }: Progress): number | null {
  return of === null || of <= 0 ? null : Math.min(1, done / of)
}
