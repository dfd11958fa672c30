import { heroes, heroSections, type HeroName, type HeroSnapshot, instantMs } from '../../../domain/heroes.ts'
import type { Problem } from '../../client/errors.ts'

/** What a live read said; without a value it says why there is none. */
export interface LiveAnswer<T> {
  readonly atMs: number
  readonly value: T | null
  readonly reason: string | null
}

/** How the live read of one card stands. An answer stays while it is read again, and when that fails. */
export interface LiveRead<T> {
  readonly reading: boolean
  readonly answer: LiveAnswer<T> | null
  readonly problem: Problem | null
}

/** One card as it is drawn. */
export interface HeroCard<T> {
  /** Null is unknown: drawn as such with its reason, never as zero. */
  readonly value: T | null
  readonly source: 'snapshot' | 'live' | null
  /** When its facts were observed; null when nobody knows. */
  readonly observedAtMs: number | null
  readonly expectedEveryMs: number
  /** Why it is unknown; null while it is not. */
  readonly reason: string | null
  readonly reading: boolean
  readonly problem: Problem | null
}

/** As often as a snapshot is computed unless it says otherwise. */
const usualEveryMs = 300_000

/**
 * The newer of what the snapshot projects and what was read live. A snapshot computed after a live read speaks again,
 * so that a press on Retry never holds old facts on the screen.
 * @param snapshot null while there is none that is fresh
 * @param projected null while this card cannot be projected from it
 */
export function heroCard<T>(
  name: HeroName,
  snapshot: (Pick<HeroSnapshot, 'sections'> & { readonly computed_at: string }) | null,
  projected: T | null,
  live: LiveRead<T>,
): HeroCard<T> {
  const section = snapshot?.sections[heroSections[name]] ?? null
  const expectedEveryMs = section ? section.expected_every_seconds * 1_000 : usualEveryMs
  const { answer, reading } = live
  const computedAtMs = instantMs(snapshot?.computed_at ?? null) ?? Number.NEGATIVE_INFINITY
  if (answer && (projected === null || answer.atMs >= computedAtMs)) {
    return {
      value: answer.value,
      source: 'live',
      observedAtMs: answer.value === null ? null : answer.atMs,
      expectedEveryMs,
      reason: answer.value === null ? (answer.reason ?? section?.reason ?? noReason) : null,
      reading,
      problem: live.problem,
    }
  }
  if (projected !== null) {
    const observedAtMs = instantMs(section?.observed_at ?? null)
    return {
      value: projected,
      source: 'snapshot',
      observedAtMs,
      expectedEveryMs,
      reason: null,
      reading,
      problem: live.problem,
    }
  }
  const reason = section ? (section.reason ?? noReason) : 'there is no fresh snapshot'
  return { value: null, source: null, observedAtMs: null, expectedEveryMs, reason, reading, problem: live.problem }
}

const noReason = 'its source gave no reason'

/** "4 of 4 from the snapshot": how many cards needed no read of their own. */
export function fromSnapshotText(cards: Readonly<Record<HeroName, Pick<HeroCard<unknown>, 'source'>>>): string {
  const count = heroes.filter((name) => cards[name].source === 'snapshot').length
  return `${count} of ${heroes.length} from the snapshot`
}
