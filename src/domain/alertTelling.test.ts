import { describe, expect, it } from 'vitest'
import { anOccurrence } from '../../test/fakes/alerts.ts'
import { startMs } from '../../test/fakes/records.ts'
import type { AlertOccurrence, Hold } from './alert.ts'
import { isNews, nextDigestAtMs, planTelling, type Stamps, type TellingRules } from './alertTelling.ts'

const cooldownMs = 1_800_000
const minuteMs = 60_000
const rules: TellingRules = { mode: 'immediate', cooldownMs, burstThreshold: 5 }

let made = 0
/** An occurrence of its own unless it is told which. */
function one(changes: Partial<AlertOccurrence> = {}): AlertOccurrence {
  const occurrenceId = `alt_${++made}`
  return anOccurrence({ occurrenceId, id: `task_failing:${occurrenceId}`, ...changes })
}

function told(): AlertOccurrence {
  return one({ toldAtMs: startMs, toldSeverity: 'warning', toldLevel: 0 })
}

function many(count: number, changes: Partial<AlertOccurrence> = {}): AlertOccurrence[] {
  return Array.from({ length: count }, () => one(changes))
}

function plan(
  active: readonly AlertOccurrence[],
  more: Partial<Omit<Parameters<typeof planTelling>[0], 'active' | 'rules'>> & { rules?: Partial<TellingRules> } = {},
) {
  return planTelling({
    active,
    stamps: {},
    nowMs: startMs,
    heldBy: () => null,
    digestAtMs: startMs + 86_400_000,
    ...more,
    rules: { ...rules, ...more.rules },
  })
}

const ids = (alerts: readonly AlertOccurrence[]) => alerts.map(({ occurrenceId }) => occurrenceId)
const stampOf = (agoMs: number, severity: 'warning' | 'critical' = 'warning', level = 0): Stamps => ({
  task_failing: { atMs: startMs - agoMs, severity, level },
})

describe('what is news', () => {
  it.each<[string, Partial<AlertOccurrence>, boolean]>([
    ['was never told', {}, true],
    ['was told as it is', { toldAtMs: 1, toldSeverity: 'warning', toldLevel: 0 }, false],
    ['was told when it was milder', { severity: 'critical', toldAtMs: 1, toldSeverity: 'warning', toldLevel: 0 }, true],
    ['was told when it was worse', { severity: 'info', toldAtMs: 1, toldSeverity: 'warning', toldLevel: 0 }, false],
    ['was told at a lower step', { level: 2, toldAtMs: 1, toldSeverity: 'warning', toldLevel: 1 }, true],
    ['was told at a higher step', { level: 1, toldAtMs: 1, toldSeverity: 'warning', toldLevel: 2 }, false],
    ['was told at no step', { level: 1, toldAtMs: 1, toldSeverity: 'warning', toldLevel: null }, true],
    ['is milder at a higher step', { level: 3, toldAtMs: 1, toldSeverity: 'critical', toldLevel: 1 }, false],
  ])('what %s', (_, change, news) => {
    expect(isNews(anOccurrence(change))).toBe(news)
  })
})

describe('telling at once', () => {
  it('alerts 8: two alerts are two messages, the worse one first', () => {
    const [warning, critical] = [one(), one({ severity: 'critical' })]
    const { single, burst, inbox, held, nextMs } = plan([warning, critical])
    expect(ids(single)).toEqual(ids([critical, warning]))
    expect([burst, inbox, held, nextMs]).toEqual([[], [], [], null])
  })

  it('leaves out what was told, what somebody took on, and what others speak of', () => {
    const active = [told(), one({ acknowledgedAtMs: startMs }), one({ voice: 'incident' }), one({ voice: 'notice' })]
    const { single, burst, inbox, held, stamps } = plan(active)
    expect([single, burst, inbox, held, stamps]).toEqual([[], [], [], [], {}])
  })

  it('puts infos into the inbox and leaves no stamp of them', () => {
    const info = one({ severity: 'info' })
    const { single, inbox, stamps } = plan([info])
    expect(ids(inbox)).toEqual(ids([info]))
    expect([single, stamps]).toEqual([[], {}])
  })
})

describe('cooldown of a category', () => {
  it('alerts 15: a new alert ten minutes after another of its category waits for the rest of it', () => {
    const alert = one()
    const { single, held, nextMs, stamps } = plan([alert], { stamps: stampOf(10 * minuteMs) })
    expect(single).toEqual([])
    expect(held).toEqual([{ occurrence: alert, hold: { by: 'cooldown', untilMs: startMs + 20 * minuteMs } }])
    expect(nextMs).toBe(startMs + 20 * minuteMs)
    expect(stamps).toEqual(stampOf(10 * minuteMs))
  })

  it('alerts 26: it is told when the cooldown ends, and not a moment before', () => {
    const stamps = stampOf(0)
    expect(plan([one()], { stamps, nowMs: startMs + cooldownMs - 1 }).single).toEqual([])
    expect(plan([one()], { stamps, nowMs: startMs + cooldownMs }).single).toHaveLength(1)
  })

  it('alerts 15: without a cooldown, or in three categories, all are told', () => {
    expect(plan([one()], { stamps: stampOf(1), rules: { cooldownMs: 0 } }).single).toHaveLength(1)
    const three = [one(), one({ category: 'listener_down' }), one({ category: 'webhook_dead_letter' })]
    expect(plan(three).single).toHaveLength(3)
  })

  it('several of one category in the same look all go out', () => {
    expect(plan(many(3)).single).toHaveLength(3)
  })

  it('a critical passes it', () => {
    const critical = one({ severity: 'critical' })
    expect(ids(plan([critical], { stamps: stampOf(1, 'critical') }).single)).toEqual(ids([critical]))
  })

  it('alerts 24: warned, downshifted and halted within half an hour are all told', () => {
    const steps = [
      one({ category: 'cost_ladder', severity: 'warning', level: 1 }),
      one({ category: 'cost_ladder', severity: 'warning', level: 2 }),
      one({ category: 'cost_ladder', severity: 'critical', level: 3 }),
    ]
    let stamps: Stamps = {}
    for (const [index, step] of steps.entries()) {
      const next = plan([step], { stamps, nowMs: startMs + index * minuteMs })
      expect(ids(next.single)).toEqual(ids([step]))
      stamps = next.stamps
    }
    expect(stamps).toEqual({ cost_ladder: { atMs: startMs + 2 * minuteMs, severity: 'critical', level: 3 } })
  })

  it('what is worse than what was told last passes, what is as bad does not', () => {
    const stamps: Stamps = { cost_ladder: { atMs: startMs - 1, severity: 'warning', level: 2 } }
    const at = (level: number) => plan([one({ category: 'cost_ladder', level })], { stamps }).single.length
    expect([1, 2, 3].map(at)).toEqual([0, 0, 1])
  })

  it('infos neither wait for it nor begin it', () => {
    expect(plan([one({ severity: 'info' })], { stamps: stampOf(1) }).inbox).toHaveLength(1)
    const both = plan([one({ severity: 'info' }), one()])
    expect(both.stamps).toEqual({ task_failing: { atMs: startMs, severity: 'warning', level: 0 } })
  })

  it('is stamped with the worst of one look, and anew at the next', () => {
    const worst = plan([one({ severity: 'critical', level: 1 }), one({ level: 2 })])
    expect(worst.stamps).toEqual({ task_failing: { atMs: startMs, severity: 'critical', level: 2 } })
    const next = plan([one({ severity: 'critical' })], { stamps: worst.stamps, nowMs: startMs + 5 })
    expect(next.stamps).toEqual({ task_failing: { atMs: startMs + 5, severity: 'critical', level: 0 } })
  })

  it('alerts 11: its stamp goes when no alert of the category is left', () => {
    expect(plan([], { stamps: stampOf(1) }).stamps).toEqual({})
    expect(plan([one({ category: 'listener_down' })], { stamps: stampOf(1) }).stamps).toEqual({
      listener_down: { atMs: startMs, severity: 'warning', level: 0 },
    })
    expect(plan([told()], { stamps: stampOf(1) }).stamps).toEqual(stampOf(1))
  })

  it('of a clock that was set back since holds nobody', () => {
    expect(plan([one()], { stamps: stampOf(-1) }).single).toHaveLength(1)
  })
})

describe('bursts', () => {
  it('alerts 16: five are five messages, seven are one that names all seven', () => {
    expect(plan(many(5))).toMatchObject({ single: Array(5).fill({}), burst: [] })
    const seven = many(7)
    const { single, burst, stamps } = plan(seven)
    expect(single).toEqual([])
    expect(new Set(ids(burst))).toEqual(new Set(ids(seven)))
    expect(stamps).toMatchObject({ task_failing: { atMs: startMs } })
  })

  it('criticals stay single and do not make a burst', () => {
    const criticals = many(4, { severity: 'critical' })
    const five = plan([...many(5), ...criticals])
    expect(five.burst).toEqual([])
    expect(five.single).toHaveLength(9)
    const six = plan([...many(6), ...criticals])
    expect(new Set(ids(six.single))).toEqual(new Set(ids(criticals)))
    expect(six.burst).toHaveLength(6)
  })

  it('infos are not part of them', () => {
    const { single, burst, inbox } = plan([...many(5), ...many(9, { severity: 'info' })])
    expect([single.length, burst.length, inbox.length]).toEqual([5, 0, 9])
  })

  it('of what waits nothing counts', () => {
    const heldBy = (alert: AlertOccurrence): Hold | null =>
      alert.category === 'listener_down' ? { by: 'maintenance', untilMs: null } : null
    const { single, held } = plan([...many(5), ...many(5, { category: 'listener_down' })], { heldBy })
    expect([single.length, held.length]).toEqual([5, 5])
  })

  it('stamp every category they speak for', () => {
    const categories = ['listener_down', 'task_failing', 'webhook_dead_letter'] as const
    const { stamps } = plan(categories.flatMap((category) => many(2, { category })))
    expect(Object.keys(stamps).toSorted()).toEqual([...categories])
  })
})

describe('alerts 18: digest', () => {
  const digest = { rules: { mode: 'digest' as const }, digestAtMs: startMs + 5 * minuteMs }

  it('keeps warnings and infos for the next one, and stamps nothing for them', () => {
    const alerts = [one(), one({ severity: 'info' })]
    const { single, inbox, held, stamps, nextMs } = plan(alerts, digest)
    expect([single, inbox, stamps]).toEqual([[], [], {}])
    const hold: Hold = { by: 'digest', untilMs: startMs + 5 * minuteMs }
    expect(held).toEqual(alerts.map((occurrence) => ({ occurrence, hold })))
    expect(nextMs).toBe(startMs + 5 * minuteMs)
  })

  it('lets criticals go at once', () => {
    const critical = one({ severity: 'critical' })
    const { single, held } = plan([critical, one()], { ...digest, stamps: stampOf(1, 'critical') })
    expect(ids(single)).toEqual(ids([critical]))
    expect(held).toHaveLength(1)
  })

  it.each([
    ['before the first one', null, 0, 1_000],
    ['within the first interval', 0, 1, 1_000],
    ['at the end of an interval', 0, 1_001, 2_000],
    ['after three and a half', 0, 3_500, 4_000],
    ['after a clock was set back', 5_000, 1_000, 2_000],
  ])('%s the next one is due a whole number of intervals after the last', (_, lastMs, nowMs, expected) => {
    expect(nextDigestAtMs(lastMs, 1_000, nowMs)).toBe(expected)
  })
})

describe('what may not be told now', () => {
  it('waits with its cause, whatever the cooldown says, and is neither told nor stamped', () => {
    const critical = one({ severity: 'critical' })
    const hold: Hold = { by: 'paused', untilMs: null }
    const { single, held, stamps, nextMs } = plan([critical], { heldBy: () => hold, stamps: stampOf(1) })
    expect([single, stamps, nextMs]).toEqual([[], stampOf(1), null])
    expect(held).toEqual([{ occurrence: critical, hold }])
  })

  it('is looked at again when the first of them may go', () => {
    const waits = [null, 9_000, 3_000, null, 5_000].map((ms) => (ms === null ? null : startMs + ms))
    const alerts = many(waits.length)
    const heldBy = (alert: AlertOccurrence): Hold => ({
      by: 'snoozed',
      untilMs: waits[alerts.indexOf(alert)] ?? null,
    })
    expect(plan(alerts, { heldBy }).nextMs).toBe(startMs + 3_000)
  })
})
