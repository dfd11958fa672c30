import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anAlert } from '../../test/fakes/alerts.ts'
import { startMs } from '../../test/fakes/records.ts'
import type { Alert, AlertCategory, AlertOccurrence, Hold } from './alert.ts'
import { reconcileAlerts } from './alertOccurrences.ts'
import { isNews, nextDigestAtMs, planTelling, type Stamps, type Telling, type TellingRules } from './alertTelling.ts'
import { compareSeverity, type Severity, severities } from './severity.ts'

const cooldownMs = 1_800_000
const digestMs = 86_400_000
const many = { numRuns: 500 }

const category = fc.constantFrom<AlertCategory>('cost_ladder', 'task_failing', 'listener_down')
const alert = fc
  .record({
    category,
    no: fc.integer({ min: 0, max: 3 }),
    severity: fc.constantFrom(...severities),
    voice: fc.constantFrom('alert' as const, 'alert' as const, 'alert' as const, 'notice' as const),
  })
  // A step of a ladder is an alert of its own: its id never changes its level.
  .map(({ category: of, no, severity, voice }) =>
    anAlert({ id: `${of}:${no}`, category: of, severity, level: of === 'cost_ladder' ? no : 0, voice }),
  )
const step = fc.record({
  alerts: fc.uniqueArray(alert, { selector: ({ id }) => id, maxLength: 12 }),
  gapMs: fc.constantFrom(1_000, 600_000, cooldownMs - 1, cooldownMs, 7_200_000),
})
const rules = fc.record({
  mode: fc.constantFrom('immediate' as const, 'immediate' as const, 'digest' as const),
  cooldownMs: fc.constantFrom(0, cooldownMs),
  burstThreshold: fc.integer({ min: 1, max: 6 }),
})
const story = fc.record({ rules, steps: fc.array(step, { maxLength: 25 }) })

/** One look: when, what was planned, and the alerts as they were before anything was told. */
interface Look {
  readonly nowMs: number
  readonly before: Stamps
  readonly active: readonly AlertOccurrence[]
  readonly plan: Telling
}

/** The daemon's memory of what it told, without the daemon: looks, tells, and flushes the digest when it is due. */
class Teller {
  readonly looks: Look[] = []
  readonly tellings: { occurrenceId: string; severity: Severity; level: number }[] = []
  nowMs = startMs
  #active: readonly AlertOccurrence[] = []
  #stamps: Stamps = {}
  #digestAtMs = startMs
  #made = 0
  readonly #rules: TellingRules
  readonly #heldBy: (alert: AlertOccurrence, nowMs: number) => Hold | null

  constructor(of: TellingRules, heldBy: (alert: AlertOccurrence, nowMs: number) => Hold | null = () => null) {
    this.#rules = of
    this.#heldBy = heldBy
  }

  get active(): readonly AlertOccurrence[] {
    return this.#active
  }

  look(alerts: readonly Alert[]): Telling {
    const { nowMs } = this
    const results = (['cost_ladder', 'task_failing', 'listener_down'] as const).map((group) => ({
      group,
      kind: 'known' as const,
      alerts: alerts.filter((one) => one.category === group),
    }))
    const { active } = reconcileAlerts(this.#active, results, nowMs, () => `alt_${++this.#made}`)
    const plan = planTelling({
      active,
      stamps: this.#stamps,
      rules: this.#rules,
      nowMs,
      heldBy: (one) => this.#heldBy(one, nowMs),
      digestAtMs: nextDigestAtMs(this.#digestAtMs, digestMs, nowMs),
    })
    this.looks.push({ nowMs, before: this.#stamps, active, plan })
    this.#stamps = plan.stamps
    this.#tell([...plan.single, ...plan.burst, ...plan.inbox], active)
    return plan
  }

  flush(): void {
    const waiting = this.looks.at(-1)?.plan.held ?? []
    this.#tell(
      waiting.flatMap(({ occurrence, hold }) => (hold.by === 'digest' ? [occurrence] : [])),
      this.#active,
    )
    this.#digestAtMs = this.nowMs
  }

  #tell(told: readonly AlertOccurrence[], active: readonly AlertOccurrence[]): void {
    const now = new Set(told.map(({ occurrenceId }) => occurrenceId))
    this.tellings.push(...told.map(({ occurrenceId, severity, level }) => ({ occurrenceId, severity, level })))
    this.#active = active.map((one) =>
      now.has(one.occurrenceId)
        ? { ...one, toldAtMs: this.nowMs, toldSeverity: one.severity, toldLevel: one.level }
        : one,
    )
  }
}

type Story = typeof story extends fc.Arbitrary<infer Value> ? Value : never

function play({ rules: of, steps }: Story, heldBy?: (alert: AlertOccurrence, nowMs: number) => Hold | null): Teller {
  const teller = new Teller(of, heldBy)
  for (const { alerts, gapMs } of steps) {
    teller.nowMs += gapMs
    teller.look(alerts)
  }
  return teller
}

/** What is true now stays true; each look comes when the one before asked for it, and digests when they are due. */
function waitOut(teller: Teller, alerts: readonly Alert[]): number {
  for (let looks = 0; looks < 100; looks++) {
    const { nextMs, held } = teller.look(alerts)
    if (nextMs === null) return looks
    teller.nowMs = Math.max(teller.nowMs + 1, nextMs)
    if (held.some(({ hold }) => hold.by === 'digest')) teller.flush()
  }
  return Number.POSITIVE_INFINITY
}

describe('whatever is true, and whenever Kora looks', () => {
  it('an alert is told once for each time it is worse than ever told, and never again', () => {
    fc.assert(
      fc.property(story, (some) => {
        const teller = play(some)
        const sofar = new Map<string, { severity: Severity; level: number }>()
        for (const { occurrenceId, severity, level } of teller.tellings) {
          const last = sofar.get(occurrenceId)
          const worse = last ? compareSeverity(severity, last.severity) : 1
          expect(worse > 0 || (worse === 0 && level > (last?.level ?? 0))).toBe(true)
          sofar.set(occurrenceId, { severity, level })
        }
      }),
      many,
    )
  })

  it('alerts 26: what is still true is told in the end: a cooldown, a digest or a burst delays and never discards', () => {
    fc.assert(
      fc.property(story, (some) => {
        const teller = play(some)
        const last = some.steps.at(-1)?.alerts ?? []
        expect(waitOut(teller, last)).toBeLessThan(100)
        const silent = teller.active.filter((one) => one.voice === 'alert' && isNews(one))
        expect(silent).toEqual([])
        for (const one of teller.active.filter(({ voice }) => voice === 'alert')) {
          const own = teller.tellings.filter(({ occurrenceId }) => occurrenceId === one.occurrenceId)
          // A lower step may have been spoken for by the higher one that it followed.
          expect(own.length > 0 || one.level > 0).toBe(true)
        }
      }),
      many,
    )
  })

  it('nothing waits for longer than the cooldown, or the next digest', () => {
    fc.assert(
      fc.property(story, (some) => {
        for (const { nowMs, plan } of play(some).looks) {
          for (const { hold } of plan.held) {
            const longest = hold.by === 'digest' ? digestMs : some.rules.cooldownMs
            expect(hold.untilMs).toBeGreaterThanOrEqual(nowMs)
            expect((hold.untilMs ?? 0) - nowMs).toBeLessThanOrEqual(longest)
          }
        }
      }),
      many,
    )
  })

  it('criticals pass the cooldown, the digest and bursts', () => {
    fc.assert(
      fc.property(story, (some) => {
        for (const { active, plan } of play(some).looks) {
          const due = active.filter((one) => one.severity === 'critical' && one.voice === 'alert' && isNews(one))
          const single = new Set(plan.single.map(({ occurrenceId }) => occurrenceId))
          expect(due.filter(({ occurrenceId }) => !single.has(occurrenceId))).toEqual([])
          expect(plan.burst.filter(({ severity }) => severity === 'critical')).toEqual([])
        }
      }),
      many,
    )
  })

  it('what is worse than the last word about its category does not wait for it', () => {
    fc.assert(
      fc.property(story, (some) => {
        for (const { before, plan } of play(some).looks) {
          for (const { occurrence, hold } of plan.held) {
            const stamp = before[occurrence.category]
            if (hold.by !== 'cooldown' || !stamp) continue
            expect(compareSeverity(occurrence.severity, stamp.severity)).toBeLessThanOrEqual(0)
            expect(occurrence.level).toBeLessThanOrEqual(stamp.level)
          }
        }
      }),
      many,
    )
  })

  it('every alert is in one place at most, and a burst is more than the threshold', () => {
    fc.assert(
      fc.property(story, (some) => {
        for (const { plan } of play(some).looks) {
          const { single, burst, inbox, held } = plan
          const all = [...single, ...burst, ...inbox, ...held.map(({ occurrence }) => occurrence)]
          expect(new Set(all.map(({ occurrenceId }) => occurrenceId)).size).toBe(all.length)
          expect(burst.length === 0 || burst.length > some.rules.burstThreshold).toBe(true)
          const milder = single.filter(({ severity }) => severity !== 'critical')
          expect(milder.length).toBeLessThanOrEqual(some.rules.burstThreshold)
        }
      }),
      many,
    )
  })

  it('alerts 11: no stamp outlives its category', () => {
    fc.assert(
      fc.property(story, (some) => {
        for (const { active, plan } of play(some).looks) {
          const present = new Set<string>(active.map((one) => one.category))
          expect(Object.keys(plan.stamps).filter((of) => !present.has(of))).toEqual([])
        }
      }),
      many,
    )
  })

  it('a clock set to any time holds nothing for longer than a cooldown from then', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: -30 * 86_400_000, max: 30 * 86_400_000 }), (some, jumpMs) => {
        const immediate = { ...some, rules: { ...some.rules, mode: 'immediate' as const } }
        const teller = play(immediate)
        teller.nowMs += jumpMs
        const setToMs = teller.nowMs
        const last = some.steps.at(-1)?.alerts ?? []
        waitOut(teller, last)
        expect(teller.nowMs - setToMs).toBeLessThanOrEqual(some.rules.cooldownMs + 1)
        expect(teller.active.filter((one) => one.voice === 'alert' && isNews(one))).toEqual([])
      }),
      many,
    )
  })

  it('what may not be told for a while is told when the while is over', () => {
    const holdsUntilMs = startMs + 40_000_000
    const heldBy = (_: AlertOccurrence, nowMs: number): Hold | null =>
      nowMs < holdsUntilMs ? { by: 'maintenance', untilMs: holdsUntilMs } : null
    fc.assert(
      fc.property(story, (some) => {
        const teller = play(some, heldBy)
        const early = teller.looks.filter(({ nowMs }) => nowMs < holdsUntilMs)
        expect(early.flatMap(({ plan }) => [...plan.single, ...plan.burst, ...plan.inbox])).toEqual([])
        waitOut(teller, some.steps.at(-1)?.alerts ?? [])
        expect(teller.active.filter((one) => one.voice === 'alert' && isNews(one))).toEqual([])
      }),
      many,
    )
  })
})
