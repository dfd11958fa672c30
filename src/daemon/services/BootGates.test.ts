import { beforeEach, describe, expect, it } from 'vitest'
import { type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import { type BootGate, BootGates } from './BootGates.ts'

const second = 1_000
let world: ServiceWorld

beforeEach(async () => {
  world = await serviceWorld()
})

function gates(...list: BootGate[]) {
  const { clock, operational } = world
  return new BootGates({
    clock,
    operational,
    gates: list,
    redact: (text) => text.replaceAll('xoxb-secret', '[redacted]'),
  })
}

/** One that fails so often before it holds, and when it was tried. */
function gate(fails: number, changes: Partial<BootGate> = {}) {
  const triedAtMs: number[] = []
  const made: BootGate = {
    id: 'store_takes_rows',
    reason: 'substrate',
    check() {
      triedAtMs.push(world.clock.monotonicMs())
      if (triedAtMs.length <= fails) throw new Error(`no such store ${triedAtMs.length}`)
    },
    ...changes,
  }
  const waits = () => triedAtMs.slice(1).map((ms, index) => (ms - (triedAtMs[index] ?? 0)) / second)
  return { gate: made, triedAtMs, waits }
}

describe('a gate that holds', () => {
  it('passes at its first try, and leaves no trace in the state', async () => {
    const { clock, operational } = world
    const slow = gate(0, { check: () => new Promise((resolve) => void clock.setTimer(1_234, resolve)) })
    const { done } = gates(slow.gate).run(new AbortController().signal)
    await clock.advance(2 * second)
    expect(await done).toEqual([
      {
        gate_id: 'store_takes_rows',
        class: 'transient',
        outcome: 'passed',
        attempts: 1,
        elapsed_ms: 1_234,
        detail: null,
      },
    ])
    expect(operational.history()).toEqual([])
  })
})

describe('daemon 23: a gate that fails twice and then passes', () => {
  it('stands as a reason meanwhile, has none at the end, and took three tries', async () => {
    const { clock, operational } = world
    const twice = gate(2)
    const { waits, done } = gates(twice.gate).run(new AbortController().signal)
    await waits
    expect(operational.state).toMatchObject({
      primary: 'booting',
      reasons: ['substrate'],
      trigger: 'store_takes_rows: no such store 1',
    })
    await clock.advance(2 * second)
    expect(operational.reasons).toEqual(['substrate'])
    await clock.advance(4 * second)
    expect(await done).toMatchObject([{ outcome: 'passed', attempts: 3, elapsed_ms: 6_000, detail: null }])
    expect(operational.state).toMatchObject({ reasons: [], trigger: 'store_takes_rows holds' })
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('a gate that never holds', () => {
  it('is tried five times, 2, 4, 8 and 16 s apart; its reason stays, and the next one is tried', async () => {
    const { clock, operational } = world
    const [hopeless, fine] = [gate(99), gate(0, { id: 'another', reason: 'dispatch' })]
    const { done } = gates(hopeless.gate, fine.gate).run(new AbortController().signal)
    await clock.advance(60 * second)
    expect(await done).toMatchObject([
      { gate_id: 'store_takes_rows', outcome: 'failed', attempts: 5, elapsed_ms: 30_000, detail: 'no such store 5' },
      { gate_id: 'another', outcome: 'passed', attempts: 1 },
    ])
    expect(hopeless.waits()).toEqual([2, 4, 8, 16])
    expect(fine.triedAtMs).toHaveLength(1)
    expect(operational.reasons).toEqual(['substrate'])
  })

  it('because it never answers has ten seconds for each try, and an outcome after 80', async () => {
    const { clock, operational } = world
    const silent = gate(0, { check: () => new Promise(() => undefined) })
    const { waits, done } = gates(silent.gate).run(new AbortController().signal)
    await clock.advance(10 * second)
    await waits
    expect(operational.reasons).toEqual(['substrate'])
    await clock.advance(70 * second)
    expect(await done).toMatchObject([
      { outcome: 'failed', attempts: 5, elapsed_ms: 80_000, detail: 'no answer within 10 s' },
    ])
    expect(clock.pendingTimers()).toBe(0)
  })

  it('says why in a few words, without secrets', async () => {
    const wordy = gate(99, { check: () => Promise.reject(new Error(`xoxb-secret ${'x'.repeat(500)}`)) })
    const { done } = gates(wordy.gate).run(new AbortController().signal)
    await world.clock.advance(60 * second)
    const [report] = await done
    expect(report?.detail).toMatch(/^\[redacted\] x+…$/)
    expect(report?.detail).toHaveLength(200)
  })
})

describe('gates', () => {
  it('are tried one after the other, and only one that has to wait says so', async () => {
    const { clock } = world
    const order: string[] = []
    const named = (id: string, fails: number) => {
      const inner = gate(fails, { id }).gate
      const check = () => {
        order.push(id)
        return inner.check()
      }
      return { ...inner, check }
    }
    let waited = false
    const { waits, done } = gates(named('a', 0), named('b', 1), named('c', 0)).run(new AbortController().signal)
    void waits.then(() => {
      waited = true
    })
    await clock.advance(second)
    expect([waited, order]).toEqual([true, ['a', 'b']])
    await clock.advance(second)
    expect((await done).map(({ gate_id, attempts }) => [gate_id, attempts])).toEqual([
      ['a', 1],
      ['b', 2],
      ['c', 1],
    ])
    expect(order).toEqual(['a', 'b', 'b', 'c'])
  })

  it('that all hold at once keep nobody waiting', async () => {
    let waited = false
    const { waits, done } = gates(gate(0).gate, gate(0).gate).run(new AbortController().signal)
    void waits.then(() => {
      waited = true
    })
    expect(await done).toHaveLength(2)
    await world.clock.advance(second)
    expect(waited).toBe(false)
  })

  it('that are called off are not tried again', async () => {
    const { clock } = world
    const calledOff = new AbortController()
    const hopeless = gate(99)
    const { done } = gates(hopeless.gate).run(calledOff.signal)
    await clock.advance(3 * second)
    calledOff.abort()
    expect(await done).toMatchObject([{ outcome: 'called_off', attempts: 2, detail: 'no such store 2' }])
    await clock.advance(60 * second)
    expect(hopeless.triedAtMs).toHaveLength(2)
    expect(clock.pendingTimers()).toBe(0)
  })

  it('that were called off before they began are looked at once', async () => {
    const hopeless = gate(99)
    const { done } = gates(hopeless.gate).run(AbortSignal.abort())
    expect(await done).toMatchObject([{ outcome: 'called_off', attempts: 1 }])
    expect(world.clock.pendingTimers()).toBe(0)
  })
})
