import { describe, expect, it } from 'vitest'
import { anOccurrence } from '../../../test/fakes/alerts.ts'
import { hostileValues, leaks } from '../../../test/fakes/hostile.ts'
import { anIncident, startMs } from '../../../test/fakes/records.ts'
import { readyState } from '../../../test/fakes/snapshotSources.ts'
import { aBudget } from '../../../test/fakes/spendViews.ts'
import type { ChannelState } from '../../contract/settings.ts'
import type { ListenerRow, Problem, ScheduleRow } from '../../contract/system.ts'
import type { AlertOccurrence } from '../../domain/alert.ts'
import { type AlertFacts, evaluateAlerts, type Known } from '../../domain/alertRules.ts'
import { alertFacts, type AlertSources } from './alertFacts.ts'

const usd = 1_000_000_000

function aListener(changes: Partial<ListenerRow> = {}): ListenerRow {
  return {
    name: 'web',
    state: 'down',
    sinceMs: startMs - 1_000,
    lastEventAtMs: null,
    consecutiveErrors: 1,
    lastError: null,
    restarts: 0,
    note: null,
    ...changes,
  }
}

function aSchedule(changes: Partial<ScheduleRow> = {}): ScheduleRow {
  return {
    name: 'store.tidy',
    label: 'Tidying the store',
    intervalMs: 86_400_000,
    running: false,
    lastStartedAtMs: startMs - 1_000,
    lastDurationMs: 5,
    lastOutcome: 'failed',
    lastError: 'no space left',
    failuresInARow: 3,
    nextDueAtMs: null,
    ...changes,
  }
}

function aChannel(changes: Partial<ChannelState> = {}): ChannelState {
  return {
    channel: 'slack',
    state: 'failing',
    note: null,
    lastProvenAtMs: null,
    lastFailureAtMs: startMs,
    lastFailure: 'token_revoked',
    ...changes,
  }
}

function aProblem(changes: Partial<Problem> = {}): Problem {
  return { code: 'log_lost', message: 'The log was lost.', action: 'Look.', route: null, sinceMs: startMs, ...changes }
}

function sources(changes: Partial<AlertSources> = {}): AlertSources {
  return {
    nowMs: () => startMs,
    thresholds: () => ({ deadLetters: 5, denials: 10, reasoningErrors: 5, replyFailures: 3 }),
    budget: () => aBudget(),
    operational: () => readyState,
    lastDay: () => 0,
    openIncidents: () => [],
    title: (probeId) => probeId,
    listeners: () => [],
    schedules: () => [],
    storeBackAtMs: () => 0,
    snapshotAgeSeconds: () => 10,
    freshForSeconds: () => 600,
    awakeSinceMs: () => startMs - 3_600_000,
    checks: () => null,
    connectivity: () => ({ watching: true, sinceMs: null }),
    channels: () => [],
    problems: () => [],
    ...changes,
  }
}

const facts = (changes: Partial<AlertSources> = {}, active: readonly AlertOccurrence[] = []) =>
  alertFacts(sources(changes), active)

function valueOf<T>(fact: Known<T>): T {
  if (!fact.known) throw new Error(`unknown: ${fact.why}`)
  return fact.value
}

describe('sources', () => {
  it('alerts 1: that are all well make facts of which no alert follows', () => {
    const results = evaluateAlerts(facts())
    expect(results.filter((result) => result.kind === 'unknown' || result.alerts.length > 0)).toEqual([])
  })

  const broken = (): never => {
    throw new Error('no such table')
  }
  const feeds: Readonly<
    Record<Exclude<keyof AlertSources, 'nowMs' | 'thresholds' | 'title' | 'storeBackAtMs'>, string>
  > = {
    budget: 'budget',
    operational: 'operational',
    lastDay: 'deadLetters denials reasoningErrors replyFailures',
    openIncidents: 'troubles',
    listeners: 'listeners',
    schedules: 'tasks',
    snapshotAgeSeconds: 'snapshot',
    freshForSeconds: 'snapshot',
    awakeSinceMs: 'snapshot',
    checks: 'checks',
    connectivity: 'connectivity',
    channels: 'channels',
    problems: 'problems',
  }

  it.each(Object.entries(feeds))(
    'alerts 27: %s that throws leaves %s unknown, and everything else known',
    (name, own) => {
      const found = facts({ [name]: broken })
      const unknown = Object.entries(found).filter(([, fact]) => (fact as Partial<Known<unknown>>).known === false)
      expect(unknown.map(([key]) => key)).toEqual(own.split(' '))
      for (const [, fact] of unknown) expect(fact).toEqual({ known: false, why: 'no such table' })
    },
  )
})

describe('the budget', () => {
  it('is its rung, its share and its amounts', () => {
    const budget = () => aBudget({ rung: 'warn_75', pctUsed: 76.39, spentNanoUsd: 152.78 * usd })
    expect(valueOf(facts({ budget }).budget)).toEqual({
      rung: 'warn_75',
      pctUsed: 76.39,
      amounts: '~$152.78 of $200.00',
    })
  })

  it('that cannot be read is unknown, and never zero', () => {
    const budget = () => ({ kind: 'unknown', reason: 'The ledger could not be read.' }) as const
    expect(facts({ budget }).budget).toEqual({ known: false, why: 'The ledger could not be read.' })
  })
})

describe('troubles of services', () => {
  it('alerts 4: are one a service, the worst of it', () => {
    const openIncidents = () => [
      anIncident({ id: 'inc_1', severity: 'warning', title: 'slow' }),
      anIncident({ id: 'inc_2', severity: 'critical', title: 'down' }),
      anIncident({ id: 'inc_3', probeId: 'site', severity: 'info', title: 'certificate' }),
    ]
    expect(valueOf(facts({ openIncidents, title: (id) => id.toUpperCase() }).troubles)).toEqual([
      { probeId: 'fly', incidentId: 'inc_2', title: 'FLY', what: 'down', severity: 'critical' },
      { probeId: 'site', incidentId: 'inc_3', title: 'SITE', what: 'certificate', severity: 'info' },
    ])
  })
})

describe('listeners', () => {
  const of = (rows: ListenerRow[] | null, active: readonly AlertOccurrence[] = []) =>
    facts({ listeners: () => rows }, active).listeners

  it('are unknown while any is being started', () => {
    expect(of(null)).toEqual({ known: false, why: 'Kora is starting.' })
    expect(of([aListener(), aListener({ name: 'mcp', state: 'starting' })])).toMatchObject({ known: false })
  })

  it('are down or not, with their last error, else what stands beside them', () => {
    const rows = [
      aListener({ lastError: 'the port is taken', note: 'beside' }),
      aListener({ name: 'mcp', note: 'does not end: x' }),
      aListener({ name: 'snapshot', state: 'up' }),
      aListener({ name: 'reasoning_engine', state: 'off' }),
    ]
    expect(valueOf(of(rows)).map(({ name, down, why }) => [name, down, why])).toEqual([
      ['web', true, 'the port is taken'],
      ['mcp', true, 'does not end: x'],
      ['snapshot', false, null],
      ['reasoning_engine', false, null],
    ])
  })

  it('leave Slack out, of which a notice speaks', () => {
    expect(valueOf(of([aListener({ name: 'slack_client' })]))).toEqual([])
  })

  it('that were down before a restart have been down since then', () => {
    const told = anOccurrence({ id: 'listener_down:web', category: 'listener_down', firstSeenAtMs: startMs - 900_000 })
    expect(valueOf(of([aListener()], [told]))).toMatchObject([{ sinceMs: startMs - 900_000 }])
    expect(valueOf(of([aListener({ sinceMs: null })], [told]))).toMatchObject([{ sinceMs: startMs - 900_000 }])
    expect(valueOf(of([aListener({ sinceMs: null })]))).toMatchObject([{ sinceMs: null }])
  })
})

describe('scheduled tasks', () => {
  const of = (row: Partial<ScheduleRow>, more: Partial<AlertSources> = {}, active: readonly AlertOccurrence[] = []) =>
    valueOf(facts({ schedules: () => [aSchedule(row)], ...more }, active).tasks)

  it('have how often they failed in a row, and why', () => {
    expect(of({})).toEqual([
      { name: 'store.tidy', label: 'Tidying the store', failuresInARow: 3, error: 'no space left' },
    ])
  })

  it('that ran before the store took records again failed for its reasons', () => {
    const storeBackAtMs = () => startMs
    expect(of({}, { storeBackAtMs })).toEqual([])
    expect(of({ lastStartedAtMs: startMs + 1 }, { storeBackAtMs })).toHaveLength(1)
    expect(of({ lastStartedAtMs: null, failuresInARow: 0 }, { storeBackAtMs })).toHaveLength(1)
  })

  it('leave the backup out, of which a standing condition speaks', () => {
    expect(of({ name: 'backup.nightly' })).toEqual([])
  })

  it('that were failing go on until one ran well, whatever the store and the process did meanwhile', () => {
    const told = anOccurrence({ id: 'task_failing:store.tidy', detail: 'no space left' })
    const storeBackAtMs = () => startMs
    const failing = { failuresInARow: Number.POSITIVE_INFINITY, error: 'no space left' }
    expect(of({ lastError: 'the store refuses' }, { storeBackAtMs }, [told])).toMatchObject([failing])
    expect(of({ failuresInARow: 1 }, {}, [told])).toMatchObject([failing])
    const never = { lastOutcome: 'never', lastStartedAtMs: null, failuresInARow: 0, lastError: null } as const
    expect(of(never, {}, [told])).toMatchObject([failing])
    const well = { lastOutcome: 'ok', failuresInARow: 0, lastError: null } as const
    expect(of(well, {}, [told])).toMatchObject([{ failuresInARow: 0 }])
    expect(of(well, { storeBackAtMs }, [told])).toEqual([])
  })

  it('that have not run since a restart have not shown that they work again', () => {
    const told = anOccurrence({ id: 'task_failing:store.tidy' })
    const never = { lastOutcome: 'never', lastStartedAtMs: null, failuresInARow: 0, lastError: null } as const
    expect(of(never, {}, [told])).toMatchObject([{ failuresInARow: Number.POSITIVE_INFINITY }])
    expect(of(never)).toMatchObject([{ failuresInARow: 0 }])
    expect(of({ ...never, lastOutcome: 'ok', lastStartedAtMs: startMs }, {}, [told])).toMatchObject([
      { failuresInARow: 0 },
    ])
  })
})

describe('the snapshot', () => {
  const of = (changes: Partial<AlertSources>) => facts(changes).snapshot

  it('is as old as it is, but no older than Kora is awake', () => {
    expect(valueOf(of({ snapshotAgeSeconds: () => 30 }))).toEqual({ ageSeconds: 30, freshForSeconds: 600 })
    const slept = { snapshotAgeSeconds: () => 9_000, awakeSinceMs: () => startMs - 5_000 }
    expect(valueOf(of(slept)).ageSeconds).toBe(5)
  })

  it('that was never made is as old as the start, and unknown before that', () => {
    expect(valueOf(of({ snapshotAgeSeconds: () => null })).ageSeconds).toBe(3_600)
    expect(of({ awakeSinceMs: () => null })).toEqual({ known: false, why: 'Kora is starting.' })
  })
})

describe('channels', () => {
  it('are those that do not reach the operator, by their names', () => {
    const channels = () => [
      aChannel(),
      aChannel({ channel: 'native', lastFailure: null }),
      aChannel({ state: 'ready' }),
      aChannel({ state: 'not_configured' }),
      aChannel({ state: 'denied' }),
    ]
    expect(valueOf(facts({ channels }).channels)).toEqual([
      { name: 'Slack', why: 'token_revoked' },
      { name: 'Notifications', why: 'The last message was not sent.' },
    ])
  })
})

describe('standing conditions', () => {
  it('leave the budget out, of which its alert speaks', () => {
    const problems = () => [aProblem({ code: 'budget_used_up' }), aProblem()]
    expect(valueOf(facts({ problems }).problems).map(({ code }) => code)).toEqual(['log_lost'])
  })

  it('that stood before a restart stand since then', () => {
    const told = anOccurrence({ id: 'daemon_problem:log_lost', firstSeenAtMs: startMs - 900_000 })
    const problems = () => [aProblem()]
    expect(valueOf(facts({ problems }, [told]).problems)).toMatchObject([{ sinceMs: startMs - 900_000 }])
    expect(valueOf(facts({ problems }).problems)).toMatchObject([{ sinceMs: startMs }])
  })
})

describe('alerts 7: what others said', () => {
  const secrets = [
    'mail jane.doe@example.com about it',
    'Authorization: Bearer abcdefghij123456',
    'xoxb-123456-abcdef was refused',
    'sk-ant-api03-abcdefghijklmnop',
    'AKIA0123456789ABCDEF',
    `session ${'0123456789abcdef'.repeat(2)} ended`,
    `session ${'0123456789ABCDEF'.repeat(4)} ended`,
    'peer 54.203.99.142 and 2600:1f14:abc::7',
    ...hostileValues.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  ]

  function saying(text: string): AlertFacts {
    const since = startMs - 900_000
    return facts({
      operational: () => ({ ...readyState, primary: 'paused', reasons: ['operator'], trigger: text }),
      budget: () => aBudget({ rung: 'hard_stop_100' }),
      lastDay: () => 100,
      openIncidents: () => [anIncident({ title: text })],
      title: () => text,
      listeners: () => [
        aListener({ lastError: text, sinceMs: since }),
        aListener({ name: 'b', note: text, sinceMs: since }),
      ],
      schedules: () => [aSchedule({ lastError: text })],
      channels: () => [aChannel({ lastFailure: text })],
      problems: () => [aProblem({ message: text, action: text, sinceMs: since })],
    })
  }

  it.each(secrets.map((text) => [text.slice(0, 60), text]))(
    'reaches no alert as an address or a credential: %j',
    (_, text) => {
      const alerts = evaluateAlerts(saying(text)).flatMap((result) => (result.kind === 'known' ? result.alerts : []))
      const payload = JSON.stringify(alerts)
      expect(alerts.length).toBeGreaterThanOrEqual(10)
      expect(leaks(payload)).toEqual([])
      expect(payload).not.toMatch(/[0-9a-f]{32,}/i)
    },
  )

  it('is cut', () => {
    const alerts = evaluateAlerts(saying('x'.repeat(5_000))).flatMap((result) =>
      result.kind === 'known' ? result.alerts : [],
    )
    for (const { title, detail } of alerts) {
      expect(title.length).toBeLessThanOrEqual(700)
      expect(detail.length).toBeLessThanOrEqual(700)
    }
  })
})
