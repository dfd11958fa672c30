import { describe, expect, it } from 'vitest'
import { koraPart } from '../../../test/fakes/cockpitKora.ts'
import type { IncidentSummary } from '../../contract/incidents.ts'
import type { ServiceRow } from '../../contract/probes.ts'
import type { SpendState } from '../../contract/spend.ts'
import type { ActivityItem, CockpitState, StateMessage } from '../../contract/state.ts'
import { equal } from './equal.ts'
import { applyMessage, type Mirror } from './mirror.ts'

const now = 1_900_000_000_000

function service(id: string, change: Partial<ServiceRow> = {}): ServiceRow {
  return {
    id,
    kind: 'http',
    title: id,
    enabled: true,
    intervalMs: 30_000,
    status: 'healthy',
    cause: 'none',
    summary: 'Well',
    error: null,
    latencyMs: 100,
    p95Ms: 120,
    observedAtMs: now,
    details: { code: 200 },
    spark: [100, null, 90],
    incidentId: null,
    severity: null,
    suspectSinceMs: null,
    checking: false,
    ...change,
  }
}

function incident(id: string, change: Partial<IncidentSummary> = {}): IncidentSummary {
  return {
    id,
    probeId: 'fly',
    probeTitle: 'fly',
    category: 'service_unhealthy',
    state: 'open',
    severity: 'warning',
    title: 'Machines unreachable',
    status: 'unhealthy',
    cause: 'auth_rejected',
    error: 'HTTP 401',
    openedAtMs: now,
    firstSeenAtMs: now,
    lastSeenAtMs: now,
    resolvedAtMs: null,
    seenCount: 1,
    reopenedCount: 0,
    flapping: false,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    handledAtMs: null,
    finding: null,
    investigating: false,
    toldAtMs: null,
    toldVia: null,
    costNanoUsd: null,
    ...change,
  }
}

function activity(key: string, atMs: number): ActivityItem {
  return { key, atMs, kind: 'system', severity: null, text: key, costNanoUsd: null, route: null }
}

function spend(change: Partial<SpendState> = {}): SpendState {
  return {
    budget: { kind: 'unknown', reason: 'not read yet' },
    burn: { hourNanoUsd: 0, dayNanoUsd: 0, weekNanoUsd: 0 },
    forecast: { kind: 'not_enough_data', coveredMs: 0 },
    spike: null,
    models: { cheap: 'cheap', strong: 'strong' },
    pulse: null,
    prices: { version: 'v', checkedAtMs: now, stale: false, overlayError: null, overlayRows: 0 },
    unpricedModels: [],
    ...change,
  }
}

function snapshot(state: Partial<CockpitState>, seq = 1): StateMessage {
  return {
    kind: 'snapshot',
    seq,
    nowMs: now,
    state: {
      services: [],
      incidents: [],
      activity: [],
      lastLookedAtMs: null,
      connectivity: { watching: true, sinceMs: null },
      spend: spend(),
      daemon: {
        version: '0.1.0',
        host: 'headless',
        demo: false,
        state: 'running',
        startedAtMs: now - 1_000,
        sessionId: 's',
        dataFolder: '/data',
        databaseBytes: 1,
        historySinceMs: null,
        listeners: [],
        schedules: [],
        health: { overall: 'healthy', recentErrors: 0, breakdown: {} },
        problems: [],
        setup: [],
        setupDismissed: false,
      },
      ...koraPart(now),
      ...state,
    },
  }
}

function filled(state: Partial<CockpitState>): Mirror {
  const mirror = applyMessage(null, snapshot(state), now - 500)
  if (!mirror) throw new Error('a snapshot always fills the mirror')
  return mirror
}

describe('applyMessage', () => {
  it('ignores patches before the first snapshot', () => {
    expect(applyMessage(null, { kind: 'patch', seq: 1, nowMs: now, services: [service('a')] }, now)).toBeNull()
  })

  it('orders services by provider, then by id, and counts on the daemon clock', () => {
    const mirror = filled({ services: [service('z'), service('b'), service('fly', { kind: 'fly' })] })
    expect(mirror.serviceIds).toEqual(['fly', 'b', 'z'])
    expect(mirror.offsetMs).toBe(500)
  })

  it('replaces only the rows a patch changes', () => {
    const before = filled({ services: [service('a'), service('b')] })
    const after = applyMessage(
      before,
      { kind: 'patch', seq: 2, nowMs: now, services: [service('a', { latencyMs: 7 }), service('b')] },
      now - 500,
    )
    expect(after?.services['a']?.latencyMs).toBe(7)
    expect(after?.services['b']).toBe(before.services['b'])
    expect(after?.serviceIds).toBe(before.serviceIds)
    expect(after?.incidents).toBe(before.incidents)
  })

  it('keeps the whole table when nothing in it changed', () => {
    const before = filled({ services: [service('a')] })
    const after = applyMessage(before, { kind: 'patch', seq: 2, nowMs: now, services: [service('a')] }, now)
    expect(after?.services).toBe(before.services)
  })

  it('adds and removes services', () => {
    const before = filled({ services: [service('b')] })
    const after = applyMessage(
      before,
      { kind: 'patch', seq: 2, nowMs: now, services: [service('a')], removedServices: ['b', 'never-there'] },
      now,
    )
    expect(after?.serviceIds).toEqual(['a'])
    expect(after?.services['b']).toBeUndefined()
  })

  it('sorts open incidents worst and newest first; what a patch does not list is no longer open', () => {
    const before = filled({
      incidents: [
        incident('old', { openedAtMs: now - 9_000 }),
        incident('new'),
        incident('bad', { severity: 'critical' }),
      ],
    })
    expect(before.incidents.map((row) => row.id)).toEqual(['bad', 'new', 'old'])
    const after = applyMessage(
      before,
      { kind: 'patch', seq: 2, nowMs: now, incidents: [incident('bad', { severity: 'critical' })] },
      now,
    )
    expect(after?.incidents.map((row) => row.id)).toEqual(['bad'])
    expect(after?.incidents[0]).toBe(before.incidents[0])
  })

  it('a snapshot after a reconnect forgets what is gone and keeps the identity of what stayed', () => {
    const before = filled({ services: [service('a'), service('b')], incidents: [incident('x'), incident('y')] })
    const after = applyMessage(before, snapshot({ services: [service('a')], incidents: [incident('y')] }, 1), now)
    expect(after?.serviceIds).toEqual(['a'])
    expect(after?.services['a']).toBe(before.services['a'])
    expect(after?.incidents.map((row) => row.id)).toEqual(['y'])
  })

  it('takes activity as the patch has it, newest first, at most 200 lines', () => {
    const before = filled({ activity: [activity('one', 1), activity('two', 2)] })
    const after = applyMessage(
      before,
      { kind: 'patch', seq: 2, nowMs: now, activity: [activity('three', 3), activity('two', 2)] },
      now,
    )
    expect(after?.activity.map((item) => item.key)).toEqual(['three', 'two'])
    const many = Array.from({ length: 300 }, (_, i) => activity(`k${i}`, i))
    expect(filled({ activity: many }).activity).toHaveLength(200)
    expect(filled({ activity: many }).activity[0]?.key).toBe('k299')
  })

  it('keeps what is known of money until a patch says otherwise', () => {
    const before = filled({})
    const same = applyMessage(before, { kind: 'patch', seq: 2, nowMs: now, spend: spend() }, now)
    expect(same?.spend).toBe(before.spend)
    const burn = { hourNanoUsd: 1, dayNanoUsd: 2, weekNanoUsd: 3 }
    const after = applyMessage(before, { kind: 'patch', seq: 3, nowMs: now, spend: spend({ burn }) }, now)
    expect(after?.spend.burn).toEqual(burn)
    expect(after?.services).toBe(before.services)
  })

  it('tells "never looked" from "not in this patch"', () => {
    const before = filled({ lastLookedAtMs: 5 })
    expect(applyMessage(before, { kind: 'patch', seq: 2, nowMs: now }, now)?.lastLookedAtMs).toBe(5)
    expect(
      applyMessage(before, { kind: 'patch', seq: 2, nowMs: now, lastLookedAtMs: null }, now)?.lastLookedAtMs,
    ).toBeNull()
  })

  it('follows a clock that was set, not the jitter of the line', () => {
    const before = filled({})
    expect(applyMessage(before, { kind: 'patch', seq: 2, nowMs: now + 300, services: [] }, now)?.offsetMs).toBe(500)
    expect(applyMessage(before, { kind: 'patch', seq: 3, nowMs: now + 60_000 }, now)?.offsetMs).toBe(60_000)
  })
})

describe('equal', () => {
  it('compares nested values by content', () => {
    expect(equal({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true)
    expect(equal({ a: 1 }, { b: 1 })).toBe(false)
    expect(equal([1], { 0: 1, length: 1 })).toBe(false)
    expect(equal(Number.NaN, Number.NaN)).toBe(true)
  })
})
