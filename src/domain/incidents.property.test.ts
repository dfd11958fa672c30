import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Finding, findings, WatchHarness } from '../../test/fakes/watchHarness.ts'
import { type Incident, type WatchPhase, watchPhases } from './incident.ts'
import type { IncidentDecision } from './incidents.ts'
import { isBad } from './observation.ts'
import { compareSeverity } from './severity.ts'

const finding = fc.constantFrom(...(Object.keys(findings) as Finding[]))
/** Around the re-check, the reopening and the debounce window, with a clock that is now and then set back. */
const gap = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(1_000, 9_999, 10_000, 60_000, 300_000, 600_000, 600_001, 3_600_000) },
  { weight: 1, arbitrary: fc.constant(-7_200_000) },
)
const check = fc.record({ finding, gap })
const settings = fc.record({
  criticalKind: fc.boolean(),
  rules: fc.record({
    consecutiveRequired: fc.integer({ min: 1, max: 4 }),
    debounceMs: fc.constantFrom(0, 600_000),
    bypassCritical: fc.boolean(),
  }),
})
const run = fc.record({ settings, checks: fc.array(check, { maxLength: 60 }) })
type Check = typeof check extends fc.Arbitrary<infer Value> ? Value : never
type Options = typeof settings extends fc.Arbitrary<infer Value> ? Value : never
const many = { numRuns: 2_000 }

/** What of one run a property looks at, check by check. */
interface Seen extends IncidentDecision {
  readonly finding: Finding
  readonly phaseBefore: WatchPhase
  readonly openBefore: Incident | null
  readonly openAfter: Incident | null
}

function drive({ settings: options, checks }: { settings: Options; checks: readonly Check[] }): Seen[] {
  const harness = new WatchHarness(options)
  return checks.map(({ finding: found, gap: afterMs }) => {
    const phaseBefore = harness.watch.phase
    const openBefore = harness.open
    const decision = harness.see(found, afterMs)
    return { ...decision, finding: found, phaseBefore, openBefore, openAfter: harness.open }
  })
}

describe('whatever a probe does', () => {
  it('is never told as opened twice without a recovery between', () => {
    fc.assert(
      fc.property(run, (some) => {
        const told = drive(some).flatMap(({ wake, recovered }) => {
          if (wake === 'opened' || wake === 'reopened') return ['begins']
          return recovered ? ['ends'] : []
        })
        expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? 'begins' : 'ends')))
      }),
      many,
    )
  })

  it('rises only while it is open, to worse than it was', () => {
    fc.assert(
      fc.property(run, (some) => {
        const wrong = drive(some).filter(({ wake, openBefore, openAfter }) => {
          const rose = openBefore && openAfter && compareSeverity(openAfter.severity, openBefore.severity) > 0
          return (wake === 'severity_rose') !== (rose === true)
        })
        expect(wrong).toEqual([])
      }),
      many,
    )
  })

  it('has an open incident exactly while its watch is open', () => {
    fc.assert(
      fc.property(run, (some) => {
        for (const { watch, openAfter } of drive(some)) {
          expect(watchPhases).toContain(watch.phase)
          expect(openAfter !== null).toBe(watch.phase === 'open')
          expect(watch.incidentId).toBe(openAfter?.id ?? null)
          expect(openAfter?.resolvedAtMs ?? null).toBeNull()
        }
      }),
      many,
    )
  })

  it('wakes with an open incident and a decision how to tell it, and recovers with a resolved one', () => {
    fc.assert(
      fc.property(run, (some) => {
        for (const { wake, dispatch, recovered, incident } of drive(some)) {
          expect(dispatch === null).toBe(wake === null)
          expect(wake === null || incident?.state === 'open').toBe(true)
          expect(recovered).toBe(incident?.state === 'resolved')
          expect(recovered).toBe(incident !== null && incident.resolvedAtMs !== null)
        }
      }),
      many,
    )
  })

  it('gives a reason for every step, and no step without one', () => {
    fc.assert(
      fc.property(run, (some) => {
        for (const { transitions, phaseBefore, watch, openBefore, openAfter } of drive(some)) {
          expect(transitions.filter(({ why }) => why.trim() === '')).toEqual([])
          const graded = openBefore !== null && openAfter !== null && openBefore.severity !== openAfter.severity
          const moved = phaseBefore !== watch.phase || graded
          expect(moved ? transitions.length : 1).toBe(1)
        }
      }),
      many,
    )
  })

  it('wakes on bad checks alone, recovers on healthy ones alone, and anything else changes nothing open', () => {
    fc.assert(
      fc.property(run, (some) => {
        for (const { finding: found, wake, recovered, openBefore, openAfter } of drive(some)) {
          const { status } = findings[found]
          const bad = isBad(status)
          expect(wake === null || bad).toBe(true)
          expect(!recovered || status === 'healthy').toBe(true)
          expect(bad || status === 'healthy' ? null : openAfter).toEqual(
            bad || status === 'healthy' ? null : openBefore,
          )
        }
      }),
      many,
    )
  })

  it('tells the same or a milder severity at most once a window', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(check, { maxLength: 60 }), (criticalKind, checks) => {
        const harness = new WatchHarness({ criticalKind })
        for (const { finding: found, gap: afterMs } of checks) harness.see(found, Math.max(afterMs, 1))
        const repeats = harness.told.filter((wake, index) => {
          const previous = harness.told[index - 1]
          if (!previous || wake.atMs - previous.atMs >= 600_000) return false
          return compareSeverity(wake.severity, previous.severity) <= 0
        })
        expect(repeats).toEqual([])
      }),
      many,
    )
  })

  it('holds a wake back for a whole window at most, wherever the clock was set', () => {
    fc.assert(
      fc.property(run, ({ settings: options, checks }) => {
        const harness = new WatchHarness(options)
        for (const { finding: found, gap: afterMs } of checks) harness.see(found, afterMs)
        const waits = harness.wakes.flatMap(({ heldUntilMs, atMs }) =>
          heldUntilMs === null ? [] : [heldUntilMs - atMs],
        )
        expect(waits.filter((waitMs) => waitMs <= 0 || waitMs > 600_000)).toEqual([])
      }),
      many,
    )
  })

  it('ends well: after as many good checks as a flapping incident needs, nothing is open', () => {
    fc.assert(
      fc.property(run, ({ settings: options, checks }) => {
        const harness = new WatchHarness(options)
        for (const { finding: found, gap: afterMs } of checks) harness.see(found, afterMs)
        const wasOpen = harness.open !== null
        const recoveries = harness.recoveries
        for (let good = 0; good < 3; good++) harness.see('healthy')
        expect(harness.stands).toBe('ok –')
        expect(harness.recoveries - recoveries).toBe(wasOpen ? 1 : 0)
      }),
      many,
    )
  })

  it('goes on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(run, ({ settings: options, checks }) => {
        const steady = new WatchHarness(options)
        const restarted = new WatchHarness(options)
        for (const { finding: found, gap: afterMs } of checks) {
          restarted.restart()
          expect(restarted.see(found, afterMs)).toEqual(steady.see(found, afterMs))
        }
        expect(restarted.wakes).toEqual(steady.wakes)
      }),
      { numRuns: 500 },
    )
  })

  it('is told critical only after two bad looks that lie the re-check apart, or four in a row', () => {
    fc.assert(
      fc.property(run, ({ settings: options, checks }) => {
        const harness = new WatchHarness(options)
        let streakMs: number | null = null
        let unreachable = 0
        const tooSoon: Finding[] = []
        for (const { finding: found, gap: afterMs } of checks) {
          const before = harness.open?.severity
          harness.see(found, Math.max(afterMs, 1))
          const { status } = findings[found]
          streakMs = isBad(status) ? (streakMs ?? harness.nowMs) : null
          unreachable = status === 'unreachable' ? unreachable + 1 : 0
          const rose = harness.open?.severity === 'critical' && before !== 'critical'
          const apartMs = streakMs === null ? 0 : harness.nowMs - streakMs
          if (rose && apartMs < 10_000 && unreachable < 4) tooSoon.push(found)
        }
        expect(tooSoon).toEqual([])
      }),
      many,
    )
  })
})
