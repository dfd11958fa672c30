import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aFailingTask, anAlert, anOccurrence, calmFacts, known, unreadable } from '../../test/fakes/alerts.ts'
import { startMs } from '../../test/fakes/records.ts'
import type { Alert, AlertOccurrence } from './alert.ts'
import { gaveWay, reconcileAlerts } from './alertOccurrences.ts'
import { type AlertFacts, evaluateAlerts } from './alertRules.ts'
import { rungs } from './ledger.ts'

const laterMs = startMs + 60_000

function ids() {
  let made = 0
  return () => `alt_new${++made}`
}

/** One look at facts, and the occurrences it leaves. */
function look(before: readonly AlertOccurrence[], facts: Partial<AlertFacts>, nowMs = laterMs) {
  return reconcileAlerts(before, evaluateAlerts(calmFacts(facts)), nowMs, ids())
}

function says(before: readonly AlertOccurrence[], alerts: readonly Alert[], nowMs = laterMs) {
  return reconcileAlerts(before, [{ group: 'task_failing', kind: 'known', alerts }], nowMs, ids())
}

const failing = (...names: string[]) => ({ tasks: known(names.map((name) => aFailingTask(name))) })

describe('an alert that begins', () => {
  it('is an occurrence of its own, untold and active', () => {
    const { active, raised, changed, resolved } = says([], [anAlert()])
    expect(active).toEqual([
      {
        ...anAlert(),
        occurrenceId: 'alt_new1',
        maxSeverity: 'warning',
        firstSeenAtMs: laterMs,
        lastSeenAtMs: laterMs,
        resolvedAtMs: null,
        staleSinceMs: null,
        toldAtMs: null,
        toldSeverity: null,
        toldLevel: null,
        messageIds: [],
        hold: null,
        acknowledgedAtMs: null,
        snoozedUntilMs: null,
      },
    ])
    expect([raised, changed, resolved]).toEqual([active, active, []])
  })
})

describe('an alert that goes on', () => {
  it('alerts 28: keeps when it was first seen and who it is, and is no change', () => {
    const before = [anOccurrence()]
    const { active, raised, changed } = says(before, [anAlert()])
    expect(active).toEqual([{ ...anOccurrence(), lastSeenAtMs: laterMs }])
    expect([raised, changed]).toEqual([[], []])
  })

  it.each([
    ['its title', { title: 'another title' }],
    ['its detail', { detail: 'another detail' }],
    ['its route', { route: '/now' }],
    ['its voice', { voice: 'notice' as const }],
    ['its severity', { severity: 'critical' as const }],
  ])('is a change when %s is another', (_, change) => {
    const { active, changed, raised } = says([anOccurrence()], [anAlert(change)])
    expect(active).toMatchObject([{ occurrenceId: 'alt_1', ...change }])
    expect(changed).toEqual(active)
    expect(raised).toEqual([])
  })

  it('remembers how bad it was at worst', () => {
    const worse = says([anOccurrence()], [anAlert({ severity: 'critical' })]).active
    expect(worse[0]?.maxSeverity).toBe('critical')
    const better = says(worse, [anAlert({ severity: 'info' })]).active
    expect(better).toMatchObject([{ severity: 'info', maxSeverity: 'critical' }])
  })

  it('is no longer acknowledged nor snoozed once it is worse than it ever was', () => {
    const seen = anOccurrence({ acknowledgedAtMs: startMs, snoozedUntilMs: startMs + 1 })
    expect(says([seen], [anAlert()]).active[0]).toMatchObject({
      acknowledgedAtMs: startMs,
      snoozedUntilMs: startMs + 1,
    })
    const [worse] = says([seen], [anAlert({ severity: 'critical' })]).active
    expect(worse).toMatchObject({ acknowledgedAtMs: null, snoozedUntilMs: null })
    const back = { ...seen, maxSeverity: 'critical' as const }
    expect(says([back], [anAlert({ severity: 'critical' })]).active[0]?.acknowledgedAtMs).toBe(startMs)
  })
})

describe('an alert that is over', () => {
  it('alerts 10: leaves the active ones, with the others as they are', () => {
    const [a, b] = look([], failing('a', 'b')).active
    const { active, resolved, raised, changed } = look(
      [a, b].flatMap((one) => one ?? []),
      failing('a', 'c'),
    )
    expect(active.map(({ id }) => id)).toEqual(['task_failing:a', 'task_failing:c'])
    expect(raised.map(({ id }) => id)).toEqual(['task_failing:c'])
    expect(resolved).toEqual([{ ...b, resolvedAtMs: laterMs }])
    expect(changed.map(({ id }) => id)).toEqual(['task_failing:c', 'task_failing:b'])
  })

  it('is another occurrence when it comes back', () => {
    const first = look([], failing('a')).active
    const none = look(first, {})
    expect(none.active).toEqual([])
    const again = reconcileAlerts(none.active, evaluateAlerts(calmFacts(failing('a'))), laterMs, () => 'alt_again')
    expect(again.raised).toMatchObject([{ occurrenceId: 'alt_again', toldAtMs: null }])
  })

  it('of a kind that no rule makes is over at the next look', () => {
    const test = anOccurrence({ id: 'test_alert:1', category: 'test_alert' })
    expect(look([test], {}).resolved).toMatchObject([{ id: 'test_alert:1' }])
  })
})

describe('alerts 27: an alert whose source cannot be read', () => {
  const told = anOccurrence({ toldAtMs: startMs, toldSeverity: 'warning', toldLevel: 0, messageIds: ['msg_1'] })

  it('stays as it was, stale since the first such look', () => {
    const stale = look([told], { tasks: unreadable })
    expect(stale.active).toEqual([{ ...told, staleSinceMs: laterMs }])
    expect([stale.resolved, stale.raised]).toEqual([[], []])
    expect(stale.changed).toEqual(stale.active)
    const still = look(stale.active, { tasks: unreadable }, laterMs + 5_000)
    expect(still.active).toEqual(stale.active)
    expect(still.changed).toEqual([])
  })

  it('is no news when the source comes back', () => {
    const stale = look([told], { tasks: unreadable }).active
    const back = look(stale, failing('backup.nightly'))
    expect(back.raised).toEqual([])
    expect(back.active).toMatchObject([{ occurrenceId: 'alt_1', staleSinceMs: null, toldAtMs: startMs }])
    expect(back.changed).toEqual(back.active)
  })

  it('is over once the source says so', () => {
    const stale = look([told], { tasks: unreadable }).active
    expect(look(stale, {}).resolved).toMatchObject([{ occurrenceId: 'alt_1', resolvedAtMs: laterMs }])
  })

  it('keeps only the alerts of that source', () => {
    const other = anOccurrence({ occurrenceId: 'alt_2', id: 'listener_down:web', category: 'listener_down' })
    const { active, resolved } = look([told, other], { tasks: unreadable })
    expect(active.map(({ id }) => id)).toEqual(['task_failing:backup.nightly'])
    expect(resolved.map(({ id }) => id)).toEqual(['listener_down:web'])
  })

  it('of two sources with one category keeps the right one', () => {
    const both = look([], { reasoningErrors: known(9), replyFailures: known(9) }).active
    const { active, resolved } = look(both, { replyFailures: unreadable })
    expect(active.map(({ id }) => id)).toEqual(['slack_dm_reply_failed_24h'])
    expect(resolved.map(({ id }) => id)).toEqual(['reasoning_errors_24h'])
  })
})

describe('steps of one ladder', () => {
  const on = (rung: (typeof rungs)[number]) => ({ budget: known({ rung, pctUsed: 50, amounts: null }) })
  const said = { toldAtMs: startMs, toldSeverity: 'critical', toldLevel: 3, messageIds: ['msg_9'] } as const
  const halted = look([], on('hard_stop_100')).active.map((one) => ({ ...one, ...said }))

  it('give way to each other, and the lower one needs no telling of its own', () => {
    const { active, resolved } = look(halted, on('downshift_90'))
    expect(resolved.map(({ id }) => id)).toEqual(['cost_ladder_halted'])
    expect(active).toMatchObject([{ id: 'cost_ladder_downshifted', ...said }])
    expect(resolved.map((one) => gaveWay(one, active))).toEqual([false])
  })

  it('give way to a worse one, which is news', () => {
    const warned = look([], on('warn_75')).active.map((one) => ({ ...one, ...said, toldLevel: 1 }))
    const { active, resolved } = look(warned, on('downshift_90'))
    expect(active).toMatchObject([{ id: 'cost_ladder_downshifted', toldAtMs: null, messageIds: [] }])
    expect(resolved.map((one) => gaveWay(one, active))).toEqual([true])
  })

  it('inherit nothing from one that nobody was told of', () => {
    const untold = look([], on('hard_stop_100')).active
    expect(look(untold, on('warn_75')).active).toMatchObject([{ id: 'cost_ladder_warned', toldAtMs: null }])
  })

  it('are of one category: an alert without steps neither inherits nor gives way', () => {
    const { active, resolved } = look(halted, { ...on('normal'), ...failing('a') })
    expect(active).toMatchObject([{ id: 'task_failing:a', toldAtMs: null }])
    expect(resolved.map((one) => gaveWay(one, active))).toEqual([false])
    expect(gaveWay(anOccurrence({ resolvedAtMs: laterMs }), [anOccurrence({ level: 3 })])).toBe(false)
  })
})

describe('whatever the sources say', () => {
  const task = fc.constantFrom('a', 'b', 'c')
  const facts = fc.record({
    tasks: fc.option(fc.uniqueArray(task), { nil: null }),
    rung: fc.option(fc.constantFrom(...rungs), { nil: null }),
    denials: fc.option(fc.constantFrom(0, 20), { nil: null }),
  })

  it('an alert is active once, keeps its identity, and ends only when its source says so', () => {
    fc.assert(
      fc.property(fc.array(facts, { maxLength: 40 }), (looks) => {
        let active: readonly AlertOccurrence[] = []
        let nowMs = startMs
        const newId = ids()
        const ended = new Set<string>()
        for (const { tasks, rung, denials } of looks) {
          nowMs += 1_000
          const results = evaluateAlerts(
            calmFacts({
              tasks: tasks === null ? unreadable : known(tasks.map((name) => aFailingTask(name))),
              budget: rung === null ? unreadable : known({ rung, pctUsed: 1, amounts: null }),
              denials: denials === null ? unreadable : known(denials),
            }),
          )
          const found = reconcileAlerts(active, results, nowMs, newId)
          const present = results.flatMap((result) => (result.kind === 'known' ? result.alerts : []))
          const blind = new Set<string>(results.flatMap(({ group, kind }) => (kind === 'unknown' ? [group] : [])))
          expect(new Set(found.active.map(({ id }) => id)).size).toBe(found.active.length)
          const fresh = found.active.filter(({ staleSinceMs }) => staleSinceMs === null)
          expect(fresh.map(({ id }) => id).toSorted()).toEqual(present.map(({ id }) => id).toSorted())
          for (const one of found.active) {
            const earlier = active.find(({ id }) => id === one.id) ?? { ...one, firstSeenAtMs: nowMs }
            expect(one.occurrenceId).toBe(earlier.occurrenceId)
            expect(one.firstSeenAtMs).toBe(earlier.firstSeenAtMs)
            expect(one.staleSinceMs === null || blind.has(one.category)).toBe(true)
            expect(ended.has(one.occurrenceId)).toBe(false)
          }
          for (const one of found.resolved) {
            expect(blind.has(one.category)).toBe(false)
            ended.add(one.occurrenceId)
          }
          expect(found.active.length + found.resolved.length).toBe(active.length + found.raised.length)
          active = found.active
        }
      }),
    )
  })
})
