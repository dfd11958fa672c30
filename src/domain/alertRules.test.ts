import { describe, expect, it } from 'vitest'
import { aFailingTask, alertsOf, blindOf, calmFacts, known, unreadable } from '../../test/fakes/alerts.ts'
import { startMs } from '../../test/fakes/records.ts'
import { type AlertFacts, evaluateAlerts, groupOf, nextLookMs, ruleGroups } from './alertRules.ts'
import { byUrgency } from './alert.ts'
import { rungs } from './ledger.ts'
import { degradationReasons, type OperationalState, primaryStates, stateActors } from './operationalState.ts'

const minuteMs = 60_000
const idsOf = (changes: Partial<AlertFacts>) => alertsOf(changes).map(({ id }) => id)
const operational = (changes: Partial<Pick<OperationalState, 'primary' | 'reasons' | 'trigger' | 'actor'>>) => ({
  operational: known({
    primary: 'ready' as const,
    reasons: [],
    trigger: 'a test',
    actor: 'daemon' as const,
    ...changes,
  }),
})
const budget = (rung: (typeof rungs)[number], pctUsed: number | null, amounts: string | null = null) => ({
  budget: known({ rung, pctUsed, amounts }),
})

describe('alerts 1: when nothing is wrong', () => {
  it('there is no alert, and every group of rules can tell', () => {
    expect(alertsOf()).toEqual([])
    expect(evaluateAlerts(calmFacts()).map(({ group }) => group)).toEqual([...ruleGroups])
    expect(blindOf()).toEqual([])
  })
})

describe('alerts 2: the budget', () => {
  it.each([
    ['normal', 74.9, [], null],
    ['warn_75', 80, ['cost_ladder_warned'], 'warning'],
    ['downshift_90', 92, ['cost_ladder_downshifted'], 'warning'],
    ['hard_stop_100', 100, ['cost_ladder_halted'], 'critical'],
  ] as const)('on rung %s at %d %% raises %j', (rung, pctUsed, ids, severity) => {
    const alerts = alertsOf(budget(rung, pctUsed))
    expect(alerts.map(({ id }) => id)).toEqual(ids)
    expect(alerts.map((alert) => alert.severity)).toEqual(severity === null ? [] : [severity])
  })

  it('says the used share as a whole number cut off, and a question mark when nobody knows it', () => {
    expect(alertsOf(budget('warn_75', 80.99))[0]?.title).toBe('80 % of the model budget is used')
    expect(alertsOf(budget('hard_stop_100', 100.4))[0]?.title).toBe('The model budget is used up (100 %)')
    expect(alertsOf(budget('downshift_90', null))[0]?.title).toBe('? % of the model budget is used')
  })

  it('says what was used, and what follows from it', () => {
    expect(alertsOf(budget('downshift_90', 92, '$184.00 of $200.00'))[0]?.detail).toBe(
      '$184.00 of $200.00 used. Requests for the large model are moved one tier down. Calls stop at the end of the pool.',
    )
    expect(alertsOf(budget('hard_stop_100', 100))[0]?.detail).toMatch(/^No model is called until /)
  })

  it('raises one alert at a time, each step above the one before', () => {
    const levels = rungs.map((rung) => alertsOf(budget(rung, 50)).map(({ level }) => level))
    expect(levels).toEqual([[], [1], [2], [3]])
  })
})

describe('alerts 3: counts of a day', () => {
  it.each([
    ['deadLetters', 5, 'webhook_dead_letters_24h', 'warning'],
    ['denials', 10, 'capability_denied_24h', 'info'],
    ['reasoningErrors', 5, 'reasoning_errors_24h', 'warning'],
    ['replyFailures', 3, 'slack_dm_reply_failed_24h', 'warning'],
  ] as const)('%s raise nothing at %i and an alert above', (source, threshold, id, severity) => {
    expect(idsOf({ [source]: known(threshold) })).toEqual([])
    const [alert, ...more] = alertsOf({ [source]: known(threshold + 1) })
    expect(more).toEqual([])
    expect(alert).toMatchObject({ id, severity, title: expect.stringContaining(`${threshold + 1} `) })
    expect(alert?.detail).toContain(`More than ${threshold} in 24 h raise this alert.`)
  })

  it.each([
    ['deadLetters', 5, 4, 'webhook_dead_letters_24h'],
    ['denials', 10, 8, 'capability_denied_24h'],
    ['reasoningErrors', 5, 4, 'reasoning_errors_24h'],
    ['replyFailures', 3, 2, 'slack_dm_reply_failed_24h'],
  ] as const)('%s about their threshold of %i do not flap: what was raised is over at %i', (source, n, clear, id) => {
    const raised = new Set([id])
    expect(idsOf({ [source]: known(n), raised })).toEqual([id])
    expect(idsOf({ [source]: known(clear + 1), raised })).toEqual([id])
    expect(alertsOf({ [source]: known(n), raised })[0]?.detail).toContain(`It is over at ${clear}.`)
    expect(idsOf({ [source]: known(clear), raised })).toEqual([])
    expect(idsOf({ [source]: known(n), raised: new Set(['another_24h']) })).toEqual([])
  })

  it('are over at none where one is too many', () => {
    const thresholds = { deadLetters: 0, denials: 0, reasoningErrors: 0, replyFailures: 1 }
    const raised = new Set(['webhook_dead_letters_24h', 'slack_dm_reply_failed_24h'])
    expect(idsOf({ thresholds, raised })).toEqual([])
    expect(idsOf({ thresholds, raised, deadLetters: known(1), replyFailures: known(1) })).toHaveLength(2)
  })

  it('follow the thresholds of Settings', () => {
    const thresholds = { deadLetters: 0, denials: 0, reasoningErrors: 0, replyFailures: 0 }
    const one = { deadLetters: known(1), denials: known(1), reasoningErrors: known(1), replyFailures: known(1) }
    expect(idsOf({ thresholds, ...one })).toHaveLength(4)
    expect(idsOf({ thresholds })).toEqual([])
    expect(idsOf(one)).toEqual([])
  })
})

describe('alerts 4: services', () => {
  const trouble = (probeId: string, severity: 'critical' | 'warning') => ({
    probeId,
    incidentId: `inc_${probeId}`,
    title: probeId,
    what: 'is not well',
    severity,
  })

  it('have one alert each, told and looked into as their incident (ruling 15)', () => {
    const troubles = known([trouble('vercel', 'critical'), trouble('sentry', 'warning'), trouble('fly', 'critical')])
    const alerts = alertsOf({ troubles })
    expect(alerts.map(({ id, severity, voice, route }) => [id, severity, voice, route])).toEqual([
      ['service_unhealthy:vercel', 'critical', 'incident', '/investigations/inc_vercel'],
      ['service_unhealthy:sentry', 'warning', 'incident', '/investigations/inc_sentry'],
      ['service_unhealthy:fly', 'critical', 'incident', '/investigations/inc_fly'],
    ])
    expect(alerts[0]?.title).toBe('vercel: is not well')
  })
})

describe('the operational state', () => {
  it('raises something only while Kora is paused or has stopped', () => {
    const raised = primaryStates.map((primary) => idsOf(operational({ primary })))
    expect(raised).toEqual([[], [], [], ['operator_paused'], ['operator_stopped']])
  })

  it('says what led to it', () => {
    expect(alertsOf(operational({ primary: 'paused', trigger: 'a move' }))[0]?.detail).toContain('(a move)')
    const [stopped] = alertsOf(operational({ primary: 'stopped', trigger: 'no store' }))
    expect(stopped).toMatchObject({ severity: 'critical', voice: 'alert', detail: expect.stringContaining('no store') })
  })

  it('says that messages wait only where they do', () => {
    const detail = (...reasons: OperationalState['reasons']) =>
      alertsOf(operational({ primary: 'paused', reasons }))[0]?.detail
    expect(detail('operator')).toContain('no message is sent')
    expect(detail('cost', 'operator')).toContain('no message is sent')
    expect(detail('cost')).toContain('No model is called while Kora is paused')
    expect(detail('cost')).not.toContain('message')
  })

  it('is told by the alert only where nobody knows of the pause yet', () => {
    const voices = stateActors.map((actor) => {
      const [paused] = alertsOf(operational({ primary: 'paused', reasons: ['operator'], actor }))
      return [actor, paused?.voice]
    })
    expect(voices).toEqual([
      ['daemon', 'alert'],
      ['operator', 'notice'],
      ['command_line', 'notice'],
      ['agent', 'alert'],
    ])
    const [cost] = alertsOf(operational({ primary: 'paused', reasons: ['cost'] }))
    expect(cost?.voice).toBe('notice')
  })

  it('raises nothing for a reason that only degrades', () => {
    for (const reason of degradationReasons) expect(idsOf(operational({ reasons: [reason] }))).toEqual([])
  })
})

describe('listeners', () => {
  const row = (downForMs: number | null, why: string | null = 'port 9119 is taken') =>
    known([{ name: 'web', down: true, sinceMs: downForMs === null ? null : startMs - downForMs, why }])

  it('that are down for two minutes raise an alert, for less none', () => {
    expect(idsOf({ listeners: row(119_999) })).toEqual([])
    expect(alertsOf({ listeners: row(120_000) })).toMatchObject([
      { id: 'listener_down:web', severity: 'warning', title: 'web is down', detail: 'port 9119 is taken' },
    ])
    expect(alertsOf({ listeners: row(120_000, null) })[0]?.detail).toBe('It does not say why.')
  })

  it('that are up, or down since nobody knows when, raise none', () => {
    expect(idsOf({ listeners: row(null) })).toEqual([])
    expect(idsOf({ listeners: known([{ name: 'web', down: false, sinceMs: 0, why: null }]) })).toEqual([])
  })
})

describe('scheduled tasks', () => {
  it('that fail three times in a row raise an alert each', () => {
    const tasks = known([
      aFailingTask('backup.nightly', { failuresInARow: 3 }),
      aFailingTask('snapshot.compute', { failuresInARow: 2 }),
      aFailingTask('budget.tick', { failuresInARow: 9, error: null }),
    ])
    expect(alertsOf({ tasks }).map(({ id, detail }) => [id, detail])).toEqual([
      ['task_failing:backup.nightly', 'no space left'],
      ['task_failing:budget.tick', 'It does not say why.'],
    ])
  })
})

describe('the snapshot', () => {
  it('raises an alert once it is older than it may be', () => {
    const aged = (ageSeconds: number) => ({ snapshot: known({ ageSeconds, freshForSeconds: 600 }) })
    expect(idsOf(aged(600))).toEqual([])
    expect(idsOf(aged(600.5))).toEqual(['snapshot_stale'])
  })
})

describe('watching', () => {
  const checks = (lateMs: number, everyMs = minuteMs) => ({
    checks: known({ newestAtMs: startMs - lateMs, sinceMs: startMs - 86_400_000, everyMs }),
  })

  it('is overdue ten minutes, or three intervals, after the last check', () => {
    expect(idsOf(checks(600_000))).toEqual([])
    expect(alertsOf(checks(600_001))).toMatchObject([{ id: 'checks_overdue', severity: 'critical', voice: 'alert' }])
    expect(idsOf(checks(3 * 900_000, 900_000))).toEqual([])
    expect(idsOf(checks(3 * 900_000 + 1, 900_000))).toEqual(['checks_overdue'])
  })

  it('counts from the start or the end of a sleep, not from a check before it', () => {
    const since = (sinceMs: number, newestAtMs: number | null) => ({
      checks: known({ newestAtMs, sinceMs, everyMs: minuteMs }),
    })
    expect(idsOf(since(startMs - minuteMs, startMs - 86_400_000))).toEqual([])
    expect(idsOf(since(startMs - minuteMs, null))).toEqual([])
    expect(idsOf(since(startMs - 601_000, null))).toEqual(['checks_overdue'])
  })

  it('is not overdue where nothing is watched', () => {
    expect(idsOf({ checks: known(null) })).toEqual([])
  })

  it('by a Kora that is cut off is one notice, whatever the checks', () => {
    const cutOff = { connectivity: known({ watching: false, sinceMs: startMs }) }
    expect(alertsOf({ ...cutOff, ...checks(86_400_000) })).toMatchObject([{ id: 'not_watching', voice: 'notice' }])
  })

  it('cannot be judged while either of its two sources cannot be read', () => {
    expect(blindOf({ checks: unreadable })).toEqual(['watching'])
    expect(blindOf({ connectivity: unreadable })).toEqual(['watching'])
  })
})

describe('channels and standing conditions', () => {
  it('a channel that does not reach the operator is a notice', () => {
    const channels = known([{ name: 'Slack', why: 'token_revoked' }])
    expect(alertsOf({ channels })).toMatchObject([
      { id: 'delivery_failing:Slack', severity: 'warning', voice: 'notice', detail: 'token_revoked' },
    ])
  })

  const problem = (code: string, forMs = 30_000, route: string | null = null) => ({
    code,
    message: `the matter with ${code}`,
    action: 'Do something.',
    route,
    sinceMs: startMs - forMs,
  })

  it('a condition that stands for half a minute is told as it is, as badly as it is', () => {
    const problems = known(
      ['store_refuses', 'log_lost', 'audit_broken', 'price_overlay_invalid', 'other'].map((code) => problem(code)),
    )
    expect(alertsOf({ problems }).map(({ id, severity }) => [id, severity])).toEqual([
      ['daemon_problem:store_refuses', 'critical'],
      ['daemon_problem:log_lost', 'critical'],
      ['daemon_problem:audit_broken', 'critical'],
      ['daemon_problem:price_overlay_invalid', 'info'],
      ['daemon_problem:other', 'warning'],
    ])
    expect(alertsOf({ problems })[4]).toMatchObject({
      title: 'the matter with other',
      detail: 'Do something.',
      route: '/system/daemon',
    })
  })

  it('a condition that passed within half a minute was none', () => {
    expect(idsOf({ problems: known([problem('store_refuses', 29_999)]) })).toEqual([])
    expect(alertsOf({ problems: known([problem('x', 30_000, '/spend')]) })[0]?.route).toBe('/spend')
  })
})

describe('alerts 27: a source that cannot be read', () => {
  const sources = [
    ['budget', 'cost_ladder'],
    ['operational', 'operational_state'],
    ['deadLetters', 'webhook_dead_letter'],
    ['denials', 'agent_capability_denied'],
    ['reasoningErrors', 'reasoning_errors'],
    ['replyFailures', 'reply_failures'],
    ['troubles', 'service_unhealthy'],
    ['listeners', 'listener_down'],
    ['tasks', 'task_failing'],
    ['snapshot', 'snapshot_stale'],
    ['channels', 'delivery_failing'],
    ['problems', 'daemon_problem'],
  ] as const

  it.each(sources)('%s blinds %s and nobody else', (source, group) => {
    const results = evaluateAlerts(calmFacts({ ...budget('hard_stop_100', 100), [source]: unreadable }))
    expect(results.filter(({ kind }) => kind === 'unknown')).toEqual([
      { group, kind: 'unknown', why: 'it cannot be read' },
    ])
    const raised = results.flatMap((result) => (result.kind === 'known' ? result.alerts : []))
    expect(raised.map(({ id }) => id)).toEqual(source === 'budget' ? [] : ['cost_ladder_halted'])
  })

  it('or whose value breaks its rule blinds that group alone, and says why', () => {
    const broken = known(null as never)
    const results = evaluateAlerts(calmFacts({ tasks: broken, problems: broken }))
    const blind = results.flatMap((result) => (result.kind === 'unknown' ? [[result.group, result.why]] : []))
    expect(blind).toEqual([
      ['task_failing', expect.stringContaining('null')],
      ['daemon_problem', expect.stringContaining('null')],
    ])
  })
})

describe('every alert', () => {
  const everything = alertsOf({
    ...budget('hard_stop_100', 100, '$200.00 of $200.00'),
    ...operational({ primary: 'paused', reasons: ['operator'], actor: 'agent' }),
    deadLetters: known(6),
    denials: known(11),
    reasoningErrors: known(6),
    replyFailures: known(4),
    troubles: known([{ probeId: 'fly', incidentId: 'inc_1', title: 'fly', what: 'is down', severity: 'critical' }]),
    listeners: known([{ name: 'web', down: true, sinceMs: 0, why: null }]),
    tasks: known([aFailingTask('backup.nightly')]),
    snapshot: known({ ageSeconds: 700, freshForSeconds: 600 }),
    connectivity: known({ watching: false, sinceMs: startMs }),
    channels: known([{ name: 'Slack', why: 'timeout' }]),
    problems: known([{ code: 'log_lost', message: 'lost', action: 'look', route: null, sinceMs: 0 }]),
  })

  it('comes from a group that its id tells, so that a blind group can keep it', () => {
    expect(everything.map(groupOf)).toEqual([...ruleGroups])
    expect(groupOf({ id: 'test_alert:1', category: 'test_alert' })).toBeNull()
  })

  it('names the place that shows it, there and here, and what follows from it', () => {
    for (const alert of everything) {
      expect(alert.sourcePanelRoute).toMatch(/^\/[a-z-]+$/)
      expect(alert.route).toMatch(/^\/[a-z]/)
      expect(alert.title.length).toBeGreaterThan(0)
      expect(alert.detail.length).toBeGreaterThan(0)
    }
    expect(new Set(everything.map(({ id }) => id)).size).toBe(everything.length)
  })

  it('alerts 6: has its place in the list by severity, then by id', () => {
    const order = everything.toSorted(byUrgency).map(({ severity, id }) => `${severity} ${id}`)
    expect(order).toEqual([
      'critical cost_ladder_halted',
      'critical daemon_problem:log_lost',
      'critical operator_paused',
      'critical service_unhealthy:fly',
      'warning delivery_failing:Slack',
      'warning listener_down:web',
      'warning not_watching',
      'warning reasoning_errors_24h',
      'warning slack_dm_reply_failed_24h',
      'warning snapshot_stale',
      'warning task_failing:backup.nightly',
      'warning webhook_dead_letters_24h',
      'info capability_denied_24h',
    ])
  })
})

describe('when to look again', () => {
  const at = (changes: Partial<AlertFacts>) => {
    const moment = nextLookMs(calmFacts({ snapshot: unreadable, ...changes }))
    return moment === null ? null : moment - startMs
  }
  const down = (sinceMs: number | null) => ({ name: 'web', down: true, sinceMs, why: null })

  it('is when time alone may make something true', () => {
    expect(at({})).toBeNull()
    expect(at({ listeners: known([down(startMs - 1_000)]) })).toBe(119_000)
    const problems = [{ code: 'x', message: 'x', action: 'x', route: null, sinceMs: startMs - 5_000 }]
    expect(at({ problems: known(problems) })).toBe(25_000)
    expect(at({ checks: known({ newestAtMs: startMs - 60_000, sinceMs: 0, everyMs: 60_000 }) })).toBe(540_001)
    expect(at({ snapshot: known({ ageSeconds: 10, freshForSeconds: 600 }) })).toBe(590_001)
  })

  it('is the first of them, and none that lies behind', () => {
    expect(at({ listeners: known([down(startMs - 1_000), down(startMs - 60_000), down(0), down(null)]) })).toBe(60_000)
    expect(at({ listeners: known([{ ...down(startMs), down: false }]) })).toBeNull()
    expect(at({ snapshot: known({ ageSeconds: 601, freshForSeconds: 600 }) })).toBeNull()
  })

  it('finds something true then, and not a moment before', () => {
    const facts = calmFacts({
      listeners: known([down(startMs)]),
      checks: known({ newestAtMs: startMs, sinceMs: 0, everyMs: 60_000 }),
    })
    const first = nextLookMs(facts) ?? 0
    expect(first).toBe(startMs + 120_000)
    expect(idsOf({ ...facts, nowMs: first - 1 })).toEqual([])
    expect(idsOf({ ...facts, nowMs: first })).toEqual(['listener_down:web'])
    const second = nextLookMs({ ...facts, listeners: known([]), snapshot: unreadable }) ?? 0
    expect(idsOf({ ...facts, listeners: known([]), nowMs: second - 1 })).toEqual([])
    expect(idsOf({ ...facts, listeners: known([]), nowMs: second })).toEqual(['checks_overdue'])
  })
})
