import { describe, expect, it } from 'vitest'
import { WatchHarness } from '../../test/fakes/watchHarness.ts'
import { defaultIncidentRules, needsOperator, nextReminder } from './incidents.ts'

const second = 1_000
const minute = 60_000

/** A confirmed critical. */
function critical(harness: WatchHarness): void {
  harness.see('http_critical')
  harness.see('http_critical', 10 * second)
}

describe('trouble that comes back', () => {
  it.each([
    { name: 'within ten minutes', wellFor: 5 * minute, id: 'inc_1', reason: 'reopened', reopenedCount: 1 },
    { name: 'at exactly ten minutes', wellFor: 10 * minute, id: 'inc_1', reason: 'reopened', reopenedCount: 1 },
    { name: 'after ten minutes', wellFor: 10 * minute + 1, id: 'inc_2', reason: 'opened', reopenedCount: 0 },
  ])('$name is incident $id', ({ wellFor, id, reason, reopenedCount }) => {
    const harness = new WatchHarness()
    harness.see('degraded')
    const firstSeenAtMs = harness.nowMs
    harness.see('degraded')
    harness.see('healthy')
    harness.see('degraded', wellFor)
    expect(harness.newest).toMatchObject({ id, reopenedCount, state: 'open', resolvedAtMs: null })
    expect(harness.newest?.firstSeenAtMs).toBe(reopenedCount > 0 ? firstSeenAtMs : harness.nowMs)
    expect(harness.newest?.seenCount).toBe(reopenedCount > 0 ? 3 : 1)
    expect(harness.wakes.at(-1)).toMatchObject({ reason, incidentId: id })
  })

  it('remembers how bad it once was', () => {
    const harness = new WatchHarness()
    critical(harness)
    harness.see('healthy')
    harness.see('degraded')
    expect(harness.newest).toMatchObject({ id: 'inc_1', severity: 'warning', maxSeverity: 'critical' })
  })

  it('needs its confirmation again before it is critical', () => {
    const harness = new WatchHarness()
    critical(harness)
    harness.see('healthy')
    harness.see('http_critical')
    expect(harness.stands).toBe('suspect –')
    harness.see('http_critical', 10 * second)
    expect([harness.stands, harness.newest?.id]).toEqual(['open critical', 'inc_1'])
  })

  it('is no longer handled, and speaks for itself again', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.change({ handledAtMs: harness.nowMs, handledReason: 'known', groupLeaderId: 'inc_0' })
    harness.see('healthy')
    harness.see('degraded')
    expect(harness.newest).toMatchObject({ handledAtMs: null, handledReason: null, groupLeaderId: null })
  })

  it.each([
    { name: 'as bad as before stays snoozed and acknowledged', worse: false },
    { name: 'worse than before is neither', worse: true },
  ])('$name', ({ worse }) => {
    const harness = new WatchHarness()
    harness.see('degraded')
    const put = { snoozedUntilMs: harness.nowMs + 60 * minute, acknowledgedAtMs: harness.nowMs }
    harness.change(put)
    harness.see('healthy')
    if (worse) critical(harness)
    else harness.see('degraded')
    expect(harness.newest).toMatchObject(worse ? { snoozedUntilMs: null, acknowledgedAtMs: null } : put)
  })
})

describe('a severity that rises', () => {
  it('emits exactly one wake and passes the debounce window', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.see('http_critical', 10 * second)
    harness.see('http_critical', 10 * second)
    for (let check = 0; check < 20; check++) harness.see('http_critical', 10 * second)
    expect(harness.wakes.map(({ reason, severity, heldUntilMs }) => [reason, severity, heldUntilMs])).toEqual([
      ['opened', 'warning', null],
      ['severity_rose', 'critical', null],
    ])
  })

  it('lifts what the operator had put aside and supersedes a wake that was held back', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.see('healthy', 10 * second)
    harness.see('degraded', 10 * second)
    harness.change({
      heldWakeId: 'wake_1',
      snoozedUntilMs: harness.nowMs + 60 * minute,
      handledAtMs: harness.nowMs,
      handledReason: 'known',
      acknowledgedAtMs: harness.nowMs,
    })
    critical(harness)
    expect(harness.newest).toMatchObject({
      severity: 'critical',
      heldWakeId: null,
      heldUntilMs: null,
      snoozedUntilMs: null,
      handledAtMs: null,
      handledReason: null,
      acknowledgedAtMs: null,
      nextReminderAtMs: harness.nowMs + 30 * minute,
    })
  })

  it('is held back when it only returns to what was told a moment ago', () => {
    const harness = new WatchHarness()
    critical(harness)
    const toldAtMs = harness.nowMs
    harness.see('degraded')
    critical(harness)
    expect(harness.wakes.map(({ reason, heldUntilMs }) => [reason, heldUntilMs])).toEqual([
      ['opened', null],
      ['severity_rose', toldAtMs + 10 * minute],
    ])
  })
})

describe('the debounce window', () => {
  it('holds the same severity back until the window ends, and says until when', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    const untilMs = harness.nowMs + 10 * minute
    harness.see('healthy', minute)
    const again = harness.see('degraded', minute)
    expect(again.dispatch).toEqual({ kind: 'held', untilMs, why: 'debounce_skipped' })
    expect(again.incident).toMatchObject({ heldUntilMs: untilMs, reopenedCount: 1 })
    expect(harness.watch.lastDispatchedAtMs).toBe(untilMs - 10 * minute)
  })

  it('forgets a held wake when the trouble ends before the window', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.see('healthy', minute)
    harness.see('degraded', minute)
    harness.change({ heldWakeId: 'wake_1' })
    for (let check = 0; check < 3; check++) harness.see('healthy', minute)
    expect(harness.newest).toMatchObject({ state: 'resolved', heldWakeId: null, heldUntilMs: null })
  })

  it.each([
    { name: 'window 0 tells every wake', rules: { debounceMs: 0 }, told: 4 },
    { name: 'a window of ten minutes tells the first of four', rules: {}, told: 1 },
    { name: 'a window shorter than the gap tells every wake', rules: { debounceMs: 90 * second }, told: 4 },
  ])('$name', ({ rules, told }) => {
    const harness = new WatchHarness({ rules: { ...rules, flapFlips: 100 } })
    for (let round = 0; round < 4; round++) {
      harness.see('degraded', minute)
      harness.see('healthy', minute)
    }
    expect([harness.wakes.length, harness.told.length]).toEqual([4, told])
  })

  it.each([
    { bypassCritical: true, told: 2 },
    { bypassCritical: false, told: 1 },
  ])('bypass critical $bypassCritical tells $told of two criticals', ({ bypassCritical, told }) => {
    const harness = new WatchHarness({ rules: { bypassCritical } })
    critical(harness)
    harness.see('healthy')
    critical(harness)
    expect([harness.wakes.length, harness.told.length]).toEqual([2, told])
  })

  it('debounces warnings even where criticals bypass it', () => {
    const harness = new WatchHarness({ rules: { bypassCritical: true } })
    harness.see('degraded')
    harness.see('healthy')
    harness.see('degraded')
    expect(harness.told).toHaveLength(1)
  })

  it('tells again after an hour', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.see('healthy')
    harness.see('degraded', 60 * minute)
    expect(harness.told.map(({ reason }) => reason)).toEqual(['opened', 'opened'])
  })

  it('keeps one key per probe and category', () => {
    const service = new WatchHarness()
    const certificate = new WatchHarness({ category: 'certificate_expiring' })
    service.see('degraded')
    certificate.see('degraded')
    expect([service.told.length, certificate.told.length]).toEqual([1, 1])
  })
})

describe('bad checks required in a row', () => {
  it('2: buffers the first, tells the second, and starts over after a healthy one', () => {
    const harness = new WatchHarness({ rules: { consecutiveRequired: 2 } })
    const first = harness.see('degraded')
    expect(first.transitions).toEqual([{ from: 'ok', to: 'suspect', why: 'buffered_skipped: 1 of 2' }])
    harness.see('healthy')
    expect(harness.watch.consecutiveBad).toBe(0)
    harness.see('degraded')
    expect([harness.stands, harness.wakes.length]).toEqual(['suspect –', 0])
    harness.see('degraded')
    expect([harness.stands, harness.told.length]).toEqual(['open warning', 1])
    expect(harness.newest?.seenCount).toBe(2)
  })

  it('is counted by checks, however far apart', () => {
    const harness = new WatchHarness({ rules: { consecutiveRequired: 3 } })
    for (let check = 0; check < 3; check++) harness.see('degraded', 3_600_000)
    expect(harness.stands).toBe('open warning')
  })

  it.each([1, 2, 3, 4, 5, 6])('%i: a confirmed critical opens with exactly that many, two at least', (required) => {
    const harness = new WatchHarness({ rules: { consecutiveRequired: required } })
    let checks = 0
    while (harness.watch.phase !== 'open' && checks < 20) {
      harness.see('http_critical', 10 * second)
      checks++
    }
    expect([harness.stands, checks]).toEqual(['open critical', Math.max(2, required)])
  })

  it('is skipped by a confirmed critical under bypass, not by a warning', () => {
    const rules = { consecutiveRequired: 5, bypassCritical: true }
    const bypassing = new WatchHarness({ rules })
    critical(bypassing)
    expect(bypassing.stands).toBe('open critical')
    const warning = new WatchHarness({ rules })
    warning.see('degraded')
    warning.see('degraded')
    expect(warning.stands).toBe('suspect –')
  })
})

describe('flapping', () => {
  it('100 times good and bad: few wakes, told at most once a window, and the recovery always comes', () => {
    const harness = new WatchHarness()
    for (let round = 0; round < 100; round++) {
      harness.see('degraded', minute)
      harness.see('healthy', minute)
    }
    expect(harness.wakes.map(({ reason }) => reason)).toEqual(['opened', 'reopened'])
    expect(harness.told).toHaveLength(1)
    expect(harness.incidentIds).toEqual(['inc_1'])
    expect([harness.stands, harness.newest?.flapping, harness.recoveries]).toEqual(['open warning', true, 1])
    harness.see('healthy')
    expect(harness.recoveries).toBe(1)
    const last = harness.see('healthy')
    expect([last.recovered, harness.recoveries, harness.stands]).toEqual([true, 2, 'ok –'])
    expect(last.transitions).toEqual([{ from: 'open', to: 'resolved', why: '3 good checks in a row' }])
  })

  it('100 times between warning and confirmed critical: one wake a window for the rise', () => {
    const harness = new WatchHarness()
    const startMs = harness.nowMs
    for (let round = 0; round < 100; round++) {
      harness.see('degraded', minute)
      critical(harness)
    }
    const windows = Math.ceil((harness.nowMs - startMs) / (10 * minute))
    expect(harness.told.length).toBeLessThanOrEqual(windows + 1)
    expect(harness.incidentIds).toHaveLength(1)
  })

  it('with no debounce at all, hysteresis alone bounds the wakes', () => {
    const harness = new WatchHarness({ rules: { debounceMs: 0 } })
    for (let round = 0; round < 100; round++) {
      harness.see('degraded', 5 * second)
      harness.see('healthy', 5 * second)
    }
    expect(harness.told).toHaveLength(2)
  })

  it('counts good checks in a row: a bad one starts them over, an unknown one does not', () => {
    const harness = new WatchHarness()
    for (const finding of ['degraded', 'healthy', 'degraded', 'healthy', 'healthy', 'degraded'] as const) {
      harness.see(finding)
    }
    expect(harness.watch.consecutiveGood).toBe(0)
    harness.see('healthy')
    harness.see('unknown')
    harness.see('healthy')
    expect(harness.recoveries).toBe(1)
    harness.see('healthy')
    expect(harness.recoveries).toBe(2)
  })

  it('is over when the flips lie further back than half an hour', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.see('healthy')
    harness.see('degraded', 31 * minute)
    expect(harness.newest?.flapping).toBe(false)
    harness.see('healthy')
    expect(harness.stands).toBe('ok –')
  })

  it('remembers twenty flips and no more', () => {
    const harness = new WatchHarness({ rules: { flapFlips: 1_000 } })
    for (let round = 0; round < 40; round++) {
      harness.see('degraded')
      harness.see('healthy')
    }
    expect(harness.watch.flipsAtMs).toHaveLength(20)
    expect(harness.watch.flipsAtMs.at(-1)).toBe(harness.nowMs)
  })
})

describe('reminders', () => {
  it.each([
    [0, 30 * minute],
    [1, 60 * minute],
    [2, 120 * minute],
    [5, 960 * minute],
    [6, 1_440 * minute],
    [60, 1_440 * minute],
  ])('after %i sent, the next one waits %i ms', (sent, waits) => {
    expect(nextReminder(defaultIncidentRules, sent, 5_000)).toBe(5_000 + waits)
  })

  it.each([
    { name: 'a warning', rules: {}, critical: false, after: null },
    { name: 'a critical', rules: {}, critical: true, after: 30 * minute },
    { name: 'a critical with reminders off', rules: { reminderMs: 0 }, critical: true, after: null },
  ])('$name has its first reminder after $after', ({ rules, critical: isCritical, after }) => {
    const harness = new WatchHarness({ rules })
    if (isCritical) critical(harness)
    else harness.see('degraded')
    expect(harness.newest?.nextReminderAtMs).toBe(after === null ? null : harness.nowMs + after)
  })
})

describe('needsOperator', () => {
  it.each([
    { name: 'open', change: {}, needs: true },
    { name: 'acknowledged', change: { acknowledgedAtMs: 1 }, needs: true },
    { name: 'spoken for by another', change: { groupLeaderId: 'inc_9' }, needs: true },
    { name: 'handled', change: { handledAtMs: 1 }, needs: false },
    { name: 'snoozed', change: { snoozedUntilMs: 101 }, needs: false },
    { name: 'snoozed until now', change: { snoozedUntilMs: 100 }, needs: true },
    { name: 'resolved', change: { state: 'resolved' as const }, needs: false },
  ])('$name: $needs', ({ change, needs }) => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.change(change)
    expect(harness.newest && needsOperator(harness.newest, 100)).toBe(needs)
  })
})
