import { describe, expect, it } from 'vitest'
import type { AlertView } from '../../../contract/alerts.ts'
import type { IncidentSummary } from '../../../contract/incidents.ts'
import type { ServiceRow } from '../../../contract/probes.ts'
import { afterRetry, checkSentence } from '../../client/ui.ts'
import { type HeadlineState, headline, subline, troubleRank } from './headline.ts'

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
    observedAtMs: now - 5_000,
    details: {},
    spark: [],
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
    probeId: id,
    probeTitle: id,
    category: 'service_unhealthy',
    state: 'open',
    severity: 'warning',
    title: 'slow',
    status: 'degraded',
    cause: 'too_slow',
    error: null,
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

function alert(id: string, change: Partial<AlertView> = {}): AlertView {
  return {
    id,
    category: 'task_failing',
    severity: 'warning',
    voice: 'alert',
    firstSeenAtMs: now,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    resolvedAtMs: null,
    ...change,
  } as AlertView
}

const calm: HeadlineState = {
  services: [service('vercel'), service('fly')],
  incidents: [],
  alerts: [],
  watching: true,
  operational: { primary: 'ready', reasons: [], untilMs: null },
  maintenance: { active: [], upcoming: [] },
  daemon: { state: 'running', problems: [], setup: [] },
}
const paused: HeadlineState['operational'] = {
  primary: 'paused',
  reasons: ['operator'],
  untilMs: new Date(now).setHours(23, 59, 0, 0),
}
const byCost: HeadlineState['operational'] = { primary: 'paused', reasons: ['cost'], untilMs: null }
const work = (...probeIds: string[]): HeadlineState['maintenance'] => ({
  active: [{ id: 'mw', title: 'Upgrade', untilMs: new Date(now).setHours(23, 59, 0, 0), probeIds }],
  upcoming: [],
})
const problem = { code: 'store_read_only', message: 'm', action: 'a', route: null, sinceMs: now }

describe('headline', () => {
  it.each<[string, Partial<HeadlineState>, string]>([
    ['all is well', {}, 'All well'],
    ['one thing', { incidents: [incident('fly')] }, 'One thing needs you'],
    ['three things', { incidents: [incident('a'), incident('b'), incident('c')] }, '3 things need you'],
    ['no probe at all', { services: [] }, 'Not set up yet'],
    [
      'nothing configured',
      { services: [service('fly', { status: 'not_configured', observedAtMs: now })] },
      'Not set up yet',
    ],
    ['all off', { services: [service('fly', { enabled: false })] }, 'Every probe is switched off'],
    ['blind', { watching: false, incidents: [incident('fly')] }, 'Kora is not watching: its own link is down'],
    [
      'first checks',
      { services: [service('a'), service('b', { observedAtMs: null, status: 'unknown' })] },
      'Kora is looking',
    ],
    ['starting', { daemon: { ...calm.daemon, state: 'booting' } }, 'Kora is starting'],
    ['stopping', { daemon: { ...calm.daemon, state: 'shutting_down' } }, 'Kora is shutting down'],
    [
      'a first bad check',
      { services: [service('a'), service('fly', { status: 'unhealthy', suspectSinceMs: now })] },
      'Kora is taking a second look at fly',
    ],
    [
      'one old reading',
      { services: [service('a'), service('b', { observedAtMs: now - 91_000 })] },
      'One reading is out of date',
    ],
    [
      'only old readings',
      { services: [service('a', { observedAtMs: now - 91_000 })] },
      'Nothing has been checked lately',
    ],
    ['unreadable', { services: [service('a'), service('b', { status: 'unknown' })] }, 'Some services cannot be read'],
    [
      'a problem of its own',
      { daemon: { ...calm.daemon, problems: [problem] } },
      'Services are well, Kora has a problem',
    ],
    ['an incident and an alert', { incidents: [incident('fly')], alerts: [alert('alt')] }, '2 things need you'],
    ['an alert that an incident speaks of', { alerts: [alert('alt', { voice: 'incident' })] }, 'All well'],
    ['an acknowledged alert', { alerts: [alert('alt', { acknowledgedAtMs: now })] }, 'Nothing new needs you'],
    ['paused until a time', { operational: paused }, 'Paused until 23:59'],
    ['paused without an end', { operational: { ...paused, untilMs: null } }, 'Paused until you resume'],
    [
      'paused with something to do',
      { operational: paused, alerts: [alert('alt')] },
      'Paused until 23:59, one thing needs you',
    ],
    ['paused by the budget', { operational: byCost }, 'Model calls are stopped: the budget is used up'],
    [
      'paused by the budget with something to do',
      { operational: byCost, alerts: [alert('alt')] },
      'One thing needs you',
    ],
    ['blind while paused', { operational: paused, watching: false }, 'Kora is not watching: its own link is down'],
    ['maintenance', { maintenance: work('fly', 'vercel') }, 'Maintenance until 23:59: fly, vercel'],
    [
      'what planned work does to its services',
      { maintenance: work('fly'), services: [service('a'), service('fly', { status: 'unhealthy' })] },
      'Maintenance until 23:59: fly',
    ],
    [
      'doubt outside of planned work',
      { maintenance: work('a'), services: [service('a'), service('fly', { status: 'unhealthy' })] },
      'Kora is taking a second look at fly',
    ],
    ['maintenance with something to do', { maintenance: work('fly'), alerts: [alert('alt')] }, 'One thing needs you'],
    ['snoozed', { incidents: [incident('fly', { snoozedUntilMs: now + 1 })] }, 'Nothing new needs you'],
  ])('%s', (_name, change, text) => {
    expect(headline({ ...calm, ...change }, now).text).toBe(text)
  })

  it('counts neither snoozed nor handled nor resolved incidents', () => {
    const incidents = [
      incident('a', { snoozedUntilMs: now + 60_000 }),
      incident('b', { handledAtMs: now }),
      incident('c', { state: 'resolved' }),
      incident('d', { severity: 'critical' }),
    ]
    expect(headline({ ...calm, incidents }, now)).toEqual({ text: 'One thing needs you', tone: 'trouble' })
    expect(headline({ ...calm, incidents }, now + 60_000).text).toBe('2 things need you')
  })

  it('says nothing is well while what is bad is only set aside', () => {
    const services = [service('fly', { status: 'unhealthy', incidentId: 'fly', severity: 'warning' })]
    const incidents = [incident('fly', { handledAtMs: now })]
    expect(headline({ ...calm, services, incidents }, now).text).toBe('Nothing new needs you')
  })
})

describe('subline', () => {
  const listener = (name: string, state: 'up' | 'down' | 'off' | 'starting') => ({
    name,
    state,
    sinceMs: null,
    lastEventAtMs: null,
    consecutiveErrors: 0,
    lastError: null,
    restarts: 0,
    note: null,
  })

  it('leaves listeners that are not configured out of the count', () => {
    const line = subline(
      { ...calm, listeners: [listener('a', 'up'), listener('b', 'off'), listener('c', 'down')] },
      now,
    )
    expect(line).toMatchObject({ listeners: '1 of 2 listeners up', listenersDown: true })
    expect(subline({ ...calm, listeners: [listener('a', 'up')] }, now).listeners).toBe('1 of 1 listener up')
  })

  it('names the newest reading of what is watched', () => {
    const services = [
      service('a', { observedAtMs: now - 4_000 }),
      service('old', { observedAtMs: now - 840_000 }),
      service('off', { enabled: false, observedAtMs: now }),
      service('gap', { status: 'not_configured', observedAtMs: now }),
    ]
    expect(subline({ ...calm, services, listeners: [] }, now).newest?.id).toBe('a')
  })

  it('says planned work where the sentence does not', () => {
    const line = (change: Partial<HeadlineState>) => subline({ ...calm, ...change, listeners: [] }, now).maintenance
    expect(line({ maintenance: work('fly') })).toBeNull()
    expect(line({ maintenance: work('fly'), alerts: [alert('alt')] })).toBe('Maintenance until 23:59: fly')
  })

  it('counts incidents and alerts that were put aside', () => {
    const alerts = [
      alert('seen', { acknowledgedAtMs: now }),
      alert('info', { severity: 'info' }),
      alert('told as an incident', { voice: 'incident' }),
    ]
    const incidents = [incident('fly', { handledAtMs: now })]
    expect(subline({ ...calm, alerts, incidents, listeners: [] }, now).setAside).toBe('2 set aside')
    expect(subline({ ...calm, listeners: [] }, now).setAside).toBeNull()
  })
})

it('puts trouble first and what is not watched last', () => {
  const rows = [
    service('off', { enabled: false }),
    service('gap', { status: 'not_configured' }),
    service('well'),
    service('doubted', { status: 'unhealthy' }),
    service('warning', { incidentId: 'x', severity: 'warning' }),
    service('critical', { incidentId: 'y', severity: 'critical' }),
  ]
  expect(rows.toSorted((a, b) => troubleRank(a) - troubleRank(b)).map((row) => row.id)).toEqual([
    'critical',
    'warning',
    'doubted',
    'well',
    'gap',
    'off',
  ])
})

it('sums a check of everything up in one sentence', () => {
  expect(checkSentence({ checked: 9, failed: [] })).toBe('9 updated')
  expect(checkSentence({ checked: 9, failed: [{ id: 'fly', summary: 'HTTP 401' }] })).toBe(
    '8 updated, 1 failed (fly: HTTP 401)',
  )
  const failed = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, summary: 'timeout' }))
  expect(checkSentence({ checked: 5, failed })).toBe(
    '0 updated, 5 failed (a: timeout; b: timeout; c: timeout and 2 more)',
  )
})

it('speaks of both once what failed was checked again', () => {
  const last = {
    checked: 9,
    failed: [
      { id: 'fly', summary: 'HTTP 401' },
      { id: 'api', summary: 'timeout' },
    ],
  }
  const again = afterRetry(last, [
    { id: 'fly', status: 'unhealthy', summary: 'HTTP 403' },
    { id: 'api', status: 'healthy', summary: 'Well' },
  ])
  expect(checkSentence(again)).toBe('8 updated, 1 failed (fly: HTTP 403)')
})
