import { describe, expect, it } from 'vitest'
import { WatchHarness } from '../../test/fakes/watchHarness.ts'

describe('an incident', () => {
  it('carries what was first and last seen, and how often', () => {
    const harness = new WatchHarness()
    harness.see('http_critical')
    const firstMs = harness.nowMs
    harness.see('http_critical', 10_000)
    const openedMs = harness.nowMs
    harness.see('unreachable', 60_000)
    expect(harness.newest).toMatchObject({
      id: 'inc_1',
      probeId: 'fly',
      category: 'service_unhealthy',
      state: 'open',
      severity: 'critical',
      maxSeverity: 'critical',
      title: 'unreachable title',
      detail: 'unreachable detail',
      status: 'unreachable',
      cause: 'timeout',
      error: 'timeout',
      firstSeenAtMs: firstMs,
      openedAtMs: openedMs,
      lastSeenAtMs: harness.nowMs,
      resolvedAtMs: null,
      seenCount: 3,
      reopenedCount: 0,
      flapping: false,
      nextReminderAtMs: openedMs + 1_800_000,
    })
    expect(harness.watch.incidentId).toBe('inc_1')
  })

  it('keeps its worst severity when it becomes milder', () => {
    const harness = new WatchHarness()
    harness.see('http_critical')
    harness.see('http_critical', 10_000)
    const milder = harness.see('degraded')
    expect(harness.newest).toMatchObject({ severity: 'warning', maxSeverity: 'critical' })
    expect(milder.transitions).toEqual([{ from: 'open', to: 'open', why: 'now warning: degraded title' }])
  })

  it('is resolved by one good check, and the watch forgets it', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    const { recovered, wake, transitions } = harness.see('healthy')
    expect({ recovered, wake, transitions }).toEqual({
      recovered: true,
      wake: null,
      transitions: [{ from: 'open', to: 'resolved', why: 'well again' }],
    })
    expect(harness.newest).toMatchObject({ state: 'resolved', resolvedAtMs: harness.nowMs, nextReminderAtMs: null })
    expect(harness.watch).toMatchObject({ phase: 'ok', incidentId: null, consecutiveBad: 0, firstBadAtMs: null })
  })

  it.each(['investigating', 'notified'] as const)('recovers from the state %s with a reason', (state) => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.change({ state })
    const { transitions } = harness.see('healthy')
    expect(transitions).toEqual([{ from: state, to: 'resolved', why: 'well again' }])
  })

  it('says why at every step between phases and states', () => {
    const harness = new WatchHarness()
    const steps = (['unreachable', 'healthy', 'unreachable', 'unreachable', 'healthy', 'degraded'] as const).flatMap(
      (finding) => harness.see(finding, 11_000).transitions,
    )
    expect(steps).toEqual([
      { from: 'ok', to: 'suspect', why: 'unreachable once' },
      { from: 'suspect', to: 'ok', why: 'well again before it was confirmed' },
      { from: 'ok', to: 'suspect', why: 'unreachable once' },
      { from: 'suspect', to: 'open', why: 'unreachable, confirmed by a second look' },
      { from: 'open', to: 'resolved', why: 'well again' },
      { from: 'ok', to: 'open', why: 'came back: degraded title' },
    ])
    const cutOff = new WatchHarness()
    cutOff.see('unreachable')
    expect(cutOff.see('not_watching').transitions).toEqual([
      { from: 'suspect', to: 'ok', why: 'the check could not be repeated' },
    ])
  })

  it('does not leave a watch pointing at an incident that is gone', () => {
    const harness = new WatchHarness()
    harness.see('degraded')
    harness.newest = null
    harness.see('healthy')
    expect(harness.watch).toMatchObject({ phase: 'ok', incidentId: null })
    harness.see('degraded')
    expect([harness.stands, harness.watch.incidentId]).toEqual(['open warning', 'inc_2'])
  })
})
