import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  blocksCalls,
  blocksIntake,
  bootingState,
  claimPermissions,
  degradationReasons,
  isPauseReason,
  type OperationalState,
  primaryStates,
  stateActors,
  stopLevelOf,
  stopLevels,
  type TransitionRequest,
  transition,
  validNextStates,
} from './operationalState.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)

function stateOf(changes: Partial<OperationalState> = {}): OperationalState {
  return { ...bootingState(nowMs - 60_000), primary: 'ready', permission: 'normal', ...changes }
}

function asked(changes: Partial<TransitionRequest> = {}): TransitionRequest {
  return { to: 'ready', trigger: 'a test', actor: 'daemon', ...changes }
}

describe('where a state may lead (daemon specification, 6)', () => {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    booting: ['ready', 'paused', 'stopped'],
    ready: ['active', 'paused', 'stopped'],
    active: ['ready', 'paused', 'stopped'],
    paused: ['ready', 'stopped'],
    stopped: [],
  }
  const pairs = primaryStates.flatMap((from) => primaryStates.map((to) => ({ from, to })))

  it.each(pairs.filter(({ from, to }) => from !== to))('$from to $to is as the table says', ({ from, to }) => {
    const after = transition(stateOf({ primary: from }), asked({ to }), nowMs)
    expect(after?.primary ?? null).toBe(allowed[from]?.includes(to) ? to : null)
    expect(validNextStates(from)).toEqual(allowed[from])
  })

  it.each([
    ['paused', 'active'],
    ['stopped', 'ready'],
    ['ready', 'booting'],
  ] as const)('daemon 19: %s to %s is refused', (from, to) => {
    expect(transition(stateOf({ primary: from }), asked({ to, addReasons: ['cost'] }), nowMs)).toBeNull()
  })

  it('any state may be asked for again, the last one as well', () => {
    for (const primary of primaryStates) {
      const before = stateOf({ primary, sinceMs: nowMs - 5_000 })
      expect(transition(before, asked({ to: primary, trigger: 'again' }), nowMs)).toEqual({
        ...before,
        trigger: 'again',
        actor: 'daemon',
      })
    }
  })
})

describe('a change', () => {
  it('daemon 20: of the same state adds a reason and leaves the primary state and its age', () => {
    const before = stateOf({ sinceMs: nowMs - 5_000 })
    const after = transition(before, asked({ addReasons: ['auth'] }), nowMs)
    expect(after).toMatchObject({ primary: 'ready', reasons: ['auth'], sinceMs: nowMs - 5_000, permission: 'normal' })
    expect(before.reasons).toEqual([])
  })

  it('keeps reasons in alphabetical order, each once', () => {
    const before = stateOf({ reasons: ['dispatch', 'substrate'] })
    const after = transition(before, asked({ addReasons: ['substrate', 'cost', 'auth', 'cost'] }), nowMs)
    expect(after?.reasons).toEqual(['auth', 'cost', 'dispatch', 'substrate'])
  })

  it('removes after it adds: a reason in both ends up absent', () => {
    const after = transition(stateOf(), asked({ addReasons: ['auth', 'cost'], removeReasons: ['auth'] }), nowMs)
    expect(after?.reasons).toEqual(['cost'])
  })

  it('of the primary state begins a new age and says who asked', () => {
    const request = asked({ to: 'paused', trigger: 'lunch', actor: 'operator', untilMs: nowMs + 1, stopLevel: 2 })
    expect(transition(stateOf(), { ...request, permission: 'critical_only' }, nowMs)).toEqual({
      primary: 'paused',
      reasons: [],
      permission: 'critical_only',
      stopLevel: 2,
      sinceMs: nowMs,
      trigger: 'lunch',
      actor: 'operator',
      untilMs: nowMs + 1,
    })
  })

  it('keeps what it does not name, and takes an end away when it is told so', () => {
    const before = stateOf({ primary: 'paused', permission: 'none', stopLevel: 3, untilMs: nowMs + 9 })
    expect(transition(before, asked({ to: 'paused' }), nowMs)).toMatchObject({ stopLevel: 3, untilMs: nowMs + 9 })
    expect(transition(before, asked({ to: 'paused', untilMs: null }), nowMs)?.untilMs).toBeNull()
  })

  it('never leaves the vocabulary nor the table, whatever is asked of it in a row', () => {
    const reasons = fc.subarray([...degradationReasons])
    const request = fc.record({
      to: fc.constantFrom(...primaryStates),
      trigger: fc.string(),
      actor: fc.constantFrom(...stateActors),
      permission: fc.option(fc.constantFrom(...claimPermissions), { nil: undefined }),
      stopLevel: fc.option(fc.constantFrom(...stopLevels), { nil: undefined }),
      addReasons: reasons,
      removeReasons: reasons,
    })
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
        let state = bootingState(nowMs)
        for (const [index, next] of requests.entries()) {
          const after = transition(state, next, nowMs + index)
          const legal = next.to === state.primary || validNextStates(state.primary).includes(next.to)
          expect(after !== null).toBe(legal)
          if (after === null) continue
          expect(after.reasons).toEqual(degradationReasons.filter((reason) => after.reasons.includes(reason)))
          expect(after.reasons.filter((reason) => next.removeReasons.includes(reason))).toEqual([])
          expect(after.sinceMs).toBe(next.to === state.primary ? state.sinceMs : nowMs + index)
          state = after
        }
      }),
    )
  })
})

describe('a start', () => {
  it('is booting, with nothing wrong and nothing allowed', () => {
    expect(bootingState(nowMs)).toEqual({
      primary: 'booting',
      reasons: [],
      permission: 'none',
      stopLevel: 0,
      sinceMs: nowMs,
      trigger: 'start',
      actor: 'daemon',
      untilMs: null,
    })
  })
})

describe('reasons and levels', () => {
  it('only the budget and the operator pause', () => {
    expect(degradationReasons.filter(isPauseReason)).toEqual(['cost', 'operator'])
  })

  it('a level that nobody knows is the strictest', () => {
    expect([0, 1, 2, 3].map(stopLevelOf)).toEqual([0, 1, 2, 3])
    expect([4, 5, -1, 1.5, '2', null, undefined, Number.NaN].map(stopLevelOf)).toEqual(Array(8).fill(3))
  })

  it('levels from 1 keep new work out, from 2 further calls as well', () => {
    expect(stopLevels.map(blocksIntake)).toEqual([false, true, true, true])
    expect(stopLevels.map(blocksCalls)).toEqual([false, false, true, true])
  })
})
