import { beforeEach, describe, expect, it } from 'vitest'
import { type AlertLooking, alertLooking, answered, refused } from '../../../test/fakes/alertLooking.ts'
import { digestMs, down, failing, infos, onRung } from '../../../test/fakes/alertWorld.ts'
import { known } from '../../../test/fakes/alerts.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
let world: AlertLooking

beforeEach(async () => {
  world = await alertLooking(await tempFolder())
  world.alerts.start()
  world.investigations.start()
})

const completed = () => world.recorded('alert.investigation_completed')
const subjects = () => world.asked.map(({ subject }) => subject)
/** The alert begins, is told, and is looked into. */
async function tell(facts: Parameters<AlertLooking['happens']>[0]) {
  await world.happens(facts)
  return world.deliver()
}

describe('alerts 30: an alert that was told', () => {
  it('is looked into once: neither its second channel nor an hour of quiet leads to another', async () => {
    await tell(failing('a'))
    const { occurrenceId } = world.only()
    expect(subjects()).toEqual([`alert:${occurrenceId}`])
    await world.deliver()
    for (let no = 0; no < 12; no++) {
      await world.clock.advance(5 * minuteMs)
      world.alerts.look()
      world.investigations.kick()
      await world.deliver()
    }
    expect(world.asked).toHaveLength(1)
    expect(completed()).toHaveLength(1)
  })

  it('is asked about with what is known, and what others say does not choose the model', async () => {
    await world.snapshots.runCycle()
    await tell(onRung('hard_stop_100'))
    const { occurrenceId } = world.only()
    const [request] = world.asked
    expect(request).toMatchObject({
      route: 'alert_investigation',
      iteration: 1,
      subject: `alert:${occurrenceId}`,
      text: '',
      critical: true,
      deadlineMs: 50_000,
    })
    const prompt = request?.question ?? ''
    expect(request?.messages).toEqual([{ role: 'user', content: prompt }])
    expect(prompt).toContain('Alert: cost_ladder_halted')
    expect(prompt).toContain('Told on: native, slack')
    expect(prompt).toContain('Title: The model budget is used up (80 %)')
    expect(prompt).toContain('"overall_status":"healthy"')
    expect(world.of('cost_ladder_halted')).toMatchObject({ severity: 'critical', category: 'cost_ladder' })
  })

  it('is asked about without a snapshot where there is none', async () => {
    await tell(failing('a'))
    expect(world.asked[0]?.question).toContain('State of the daemon: (unknown)')
    expect(world.asked[0]?.critical).toBe(false)
  })

  it('gets its finding into the thread of its message, and over its notification', async () => {
    const [native, slack] = await tell(failing('a'))
    const { occurrenceId } = world.only()
    const done = world.of('task_failing:a')
    expect(done).toMatchObject({
      state: 'finished',
      text: 'The disk is full.\nFree some space.',
      failure: null,
      model: 'claude-haiku-4-5',
      inputTokens: 2_000,
      outputTokens: 500,
      costNanoUsd: 4_500_000,
      durationMs: 0,
      tries: 1,
    })
    const shared = { kind: 'alert_finding', alertId: occurrenceId, investigationId: done?.id }
    expect(world.waiting('slack')).toMatchObject([
      { ...shared, replyToId: slack?.id, payload: { text: '⚠️ task_failing\nThe disk is full.\nFree some space.' } },
    ])
    expect(world.waiting('native')).toMatchObject([
      {
        ...shared,
        payload: { title: 'a: keeps failing', text: 'The disk is full.\nFree some space.', tag: native?.payload.tag },
      },
    ])
  })

  it('gets a message of its own where Slack did not take the first', async () => {
    await world.happens(failing('a'))
    const [native, slack] = world.waiting()
    if (!native || !slack) throw new Error('it was not told')
    world.book.save([
      { ...native, state: 'sent' },
      { ...slack, state: 'failed', failure: 'http_503' },
    ])
    world.investigations.settled({ ...native, state: 'sent' })
    world.investigations.settled({ ...slack, state: 'failed' })
    await world.investigations.drain()
    expect(world.waiting('slack')).toMatchObject([{ kind: 'alert_finding', replyToId: null }])
  })

  it('is recorded as looked into once the finding was sent, or was not', async () => {
    await tell(failing('a'))
    const { occurrenceId } = world.only()
    expect(completed()).toEqual([])
    await world.deliver()
    expect(completed()).toEqual([
      {
        alert_id: 'task_failing:a',
        occurrence_id: occurrenceId,
        category: 'task_failing',
        severity: 'warning',
        title: 'a: keeps failing',
        model_used: 'claude-haiku-4-5',
        input_tokens: 2_000,
        output_tokens: 500,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        total_cost_usd: 0.0045,
        investigation_duration_ms: 0,
        investigation_summary_text: 'The disk is full.\nFree some space.',
        dm_status: 'sent',
        investigation_id: world.of('task_failing:a')?.id,
        autoaction_attempted: false,
      },
    ])
    expect(world.store.audit.list({ seam: 'alert.investigation_completed', limit: 1 })).toMatchObject([
      { source: 'reasoning', callerSessionId: 'alert:task_failing:warning' },
    ])
    await tell(down('web'))
    await world.deliver('failed')
    expect(completed()[1]).toMatchObject({
      alert_id: 'listener_down:web',
      dm_status: 'failed_send',
      failure_reason: 'denied',
    })
  })

  it('is part of what Kora is active with', async () => {
    const answer = Promise.withResolvers<void>()
    world.answers(async () => {
      await answer.promise
      return answered('Fine.')
    })
    await world.happens(failing('a'))
    for (const row of world.settle()) world.investigations.settled(row)
    await world.clock.advance(0)
    expect(world.operational.primary).toBe('active')
    expect(world.of('task_failing:a')).toMatchObject({ state: 'running', tries: 1 })
    answer.resolve()
    await world.investigations.drain()
    expect(world.operational.primary).toBe('ready')
  })

  it('waits its turn: one is looked into at a time, in order', async () => {
    const answer = Promise.withResolvers<void>()
    world.answers(async () => {
      await answer.promise
      return answered('Fine.')
    })
    await world.happens({ ...failing('a'), ...down('web') })
    for (const row of world.settle()) world.investigations.settled(row)
    await world.clock.advance(0)
    expect(world.asked).toHaveLength(1)
    answer.resolve()
    await world.clock.advance(0)
    await world.investigations.drain()
    expect(world.asked).toHaveLength(2)
    expect([world.of('task_failing:a')?.state, world.of('listener_down:web')?.state]).toEqual(['finished', 'finished'])
  })
})

describe('what is not looked into', () => {
  it('alerts 20, 31: a burst, a digest and what was not delivered', async () => {
    const names = Array.from({ length: 7 }, (_, no) => `t${no}`)
    await tell(failing(...names))
    expect(world.asked).toEqual([])
    await tell({})
    await world.happens(down('web'))
    await world.deliver('failed')
    world.set({ alerts: { mode: 'digest' } })
    await world.happens(failing('late'))
    await world.clock.advance(digestMs)
    world.alerts.flushDigest()
    await world.deliver()
    expect(world.asked).toEqual([])
    expect(world.store.alertInvestigations.unfinished()).toEqual([])
  })

  it('an info, a test, and what its incident or a notice tells', async () => {
    await tell(infos)
    await tell({
      troubles: known([{ probeId: 'fly', incidentId: 'inc_1', title: 'fly', what: 'is down', severity: 'critical' }]),
      channels: known([{ name: 'Slack', why: 'timeout' }]),
    })
    expect(world.asked).toEqual([])
  })

  it('that it is over, and the finding itself', async () => {
    await tell(failing('a'))
    await world.deliver()
    await world.happens({})
    await world.deliver()
    expect(world.asked).toHaveLength(1)
  })

  const skipped = (alertId: string) => {
    const one = world.of(alertId)
    return one?.state === 'skipped' ? one.failure : null
  }

  it('anything while it is switched off', async () => {
    world.set({ alerts: { investigate: false } })
    await tell(failing('a'))
    expect([world.asked, skipped('task_failing:a')]).toEqual([[], 'switched_off'])
    expect(world.recorded('alert.changed')).toMatchObject([
      { alert_id: 'task_failing:a', change: 'not looked into', why: 'switched_off' },
    ])
    world.set({ alerts: { investigate: true } })
    world.investigations.kick()
    await world.investigations.drain()
    expect(world.asked).toEqual([])
  })

  it('anything while the budget is used up', async () => {
    world.operational.pause('cost', 'used up')
    await tell(onRung('hard_stop_100'))
    expect([world.asked, skipped('cost_ladder_halted')]).toEqual([[], 'cost_ladder_halted'])
  })

  it('anything told during a pause that lets it through but begins nothing', async () => {
    await world.happens(failing('a'))
    const rows = world.settle()
    world.operational.pause('operator', 'lunch', { actor: 'operator' })
    for (const row of rows) world.investigations.settled(row)
    await world.investigations.drain()
    expect([world.asked, skipped('task_failing:a')]).toEqual([[], 'operational_state_paused'])
  })

  it('more than so many in one UTC day', async () => {
    world.set({ alerts: { investigationsPerDay: 1 } })
    await tell(failing('a'))
    await tell({ ...failing('a'), ...down('web') })
    expect(world.asked).toHaveLength(1)
    expect(skipped('listener_down:web')).toBe('daily_cap_reached')
    // It is 14:00 UTC; what was skipped was not asked.
    await world.clock.advance(10 * hourMs)
    await tell({ ...failing('a'), ...down('web'), snapshot: known({ ageSeconds: 700, freshForSeconds: 600 }) })
    expect(world.asked).toHaveLength(2)
  })
})

describe('alerts 20: two alerts of one category and severity', () => {
  beforeEach(() => {
    world.set({ alerts: { categoryCooldownSeconds: 0 } })
  })

  it('within ten minutes are looked into once; another category is another matter', async () => {
    await tell(failing('a'))
    await world.clock.advance(9 * minuteMs)
    await tell({ ...failing('a', 'b'), ...down('web') })
    expect(world.of('task_failing:b')).toMatchObject({ state: 'skipped', failure: 'debounced' })
    expect(world.of('listener_down:web')).toMatchObject({ state: 'finished' })
    await world.clock.advance(minuteMs)
    await tell({ ...failing('a', 'b', 'c'), ...down('web') })
    expect(world.of('task_failing:c')).toMatchObject({ state: 'finished' })
  })

  it('are both looked into where the window is switched off', async () => {
    world.set({ alerts: { investigationDebounceSeconds: 0 } })
    await tell(failing('a'))
    await tell(failing('a', 'b'))
    expect(world.asked).toHaveLength(2)
  })

  it('that are critical are both looked into where that is allowed', async () => {
    const problem = (...codes: string[]) => ({
      problems: known(codes.map((code) => ({ code, message: code, action: 'look', route: null, sinceMs: 0 }))),
    })
    await tell(problem('log_lost'))
    await tell(problem('log_lost', 'audit_broken'))
    expect(world.of('daemon_problem:audit_broken')?.failure).toBe('debounced')
    world.set({ alerts: { debounceBypassCritical: true } })
    await tell(problem('log_lost', 'audit_broken', 'store_refuses'))
    expect(world.of('daemon_problem:store_refuses')?.state).toBe('finished')
    expect(world.asked).toHaveLength(2)
  })
})

describe('an answer that is none', () => {
  it.each([
    ['engine_unavailable', () => refused('engine_unavailable')],
    ['cost_ladder_halted', () => refused('cost_ladder_halted')],
    ['empty_response_text', () => answered('')],
    [
      'engine_exception:TypeError',
      () => {
        throw new TypeError('no such thing')
      },
    ],
  ])('is said with its reason, and that nobody tries again: %s', async (failure, reply) => {
    world.answers(reply)
    const [, slack] = await tell(failing('a'))
    expect(world.of('task_failing:a')).toMatchObject({ state: 'failed', failure, text: null })
    expect(world.waiting()).toMatchObject([
      {
        channel: 'slack',
        kind: 'alert_finding',
        replyToId: slack?.id,
        payload: {
          text: `⚠️ task_failing\ntask_failing:a could not be looked into: ${failure}. It is not tried again.`,
        },
      },
    ])
    await world.deliver()
    expect(completed()).toMatchObject([{ dm_status: 'engine_unavailable_fallback', reasoning_error: failure }])
    await world.clock.advance(hourMs)
    world.investigations.kick()
    await world.investigations.drain()
    expect(world.asked).toHaveLength(1)
  })

  it('that was paid for says what it cost', async () => {
    world.answers(() => answered(''))
    await tell(failing('a'))
    expect(world.of('task_failing:a')).toMatchObject({ failure: 'empty_response_text', costNanoUsd: 4_500_000 })
    world.answers(() => refused('engine_unavailable'))
    await tell({ ...failing('a'), ...down('web') })
    expect(world.of('listener_down:web')).toMatchObject({
      failure: 'engine_unavailable',
      costNanoUsd: null,
      model: null,
    })
  })

  it('or that repeats a secret does not give it away', async () => {
    world.answers(() => answered('The token xoxb-secret was refused.\nMake a new one.'))
    await tell(failing('a'))
    expect(world.of('task_failing:a')?.text).toBe('The token [redacted] was refused.\nMake a new one.')
    expect(JSON.stringify(world.waiting())).not.toContain('xoxb-secret')
  })
})

describe('an alert that is over', () => {
  it('before anybody asked is not asked about', async () => {
    await world.happens(failing('a'))
    const rows = world.settle()
    world.say({})
    for (const row of rows) world.investigations.settled(row)
    await world.investigations.drain()
    expect(world.asked).toEqual([])
    expect(world.of('task_failing:a')).toMatchObject({ state: 'skipped', failure: 'recovered_before_start', tries: 0 })
  })

  it('while somebody asks gets its finding all the same', async () => {
    world.answers(async () => {
      await world.happens({})
      return answered('It was the disk.\nNothing to do.')
    })
    await tell(failing('a'))
    expect(world.of('task_failing:a')).toMatchObject({ state: 'finished' })
    expect(world.waiting('slack').map(({ kind }) => kind)).toEqual(['alert_resolved', 'alert_finding'])
  })
})
