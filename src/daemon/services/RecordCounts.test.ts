import { beforeEach, describe, expect, it } from 'vitest'
import { processOn, type ServiceWorld, serviceWorld } from '../../../test/fakes/serviceWorld.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import { RecordCounts } from './RecordCounts.ts'

const dayMs = 86_400_000
let world: ServiceWorld
let counts: RecordCounts

beforeEach(async () => {
  world = await serviceWorld()
  counts = new RecordCounts(world)
})

const deadLetter: AuditEntry = { seam: 'webhook.dead_letter' }
const failed = (status: string): AuditEntry => ({ seam: 'notification.dispatched', details: { status } })
const denied = (result: string): AuditEntry => ({ seam: 'mcp.tool_called', details: { result } })

/** A record of so long ago. @returns its number */
function put(entry: AuditEntry, agoMs = 0): number | null {
  return world.store.audit.append(entry, world.clock.nowMs() - agoMs)
}

/** Records that come while Kora runs: written, and taken in by the index of History. */
function come(...entries: AuditEntry[]): void {
  const seqs = new Set(entries.map((entry) => put(entry)))
  const audit = world.store.audit.list({ limit: 0 }).filter(({ seq }) => seqs.has(seq))
  world.events.publish('history.grew', { audit: audit.toReversed() })
}

describe('at the start', () => {
  it('alerts 3: the records of the last day are counted by kind, those that do not match are not', () => {
    for (let no = 0; no < 11; no++) put(denied('capability_denied'))
    for (let no = 0; no < 7; no++) put(denied('ok'))
    for (let no = 0; no < 5; no++) put(denied('actor_id_required'))
    put(deadLetter)
    counts.start()
    expect(counts.lastDay('capability_denied')).toBe(11)
    expect(counts.lastDay('dead_letter')).toBe(1)
    expect(counts.lastDay('reasoning_error')).toBe(0)
  })

  it('are found behind however many that do not match', () => {
    world.store.transaction(() => {
      for (let no = 0; no < 11; no++) put(denied('capability_denied'), 5_000)
      for (let no = 0; no < 10_000; no++) put(denied('ok'))
    })
    counts.start()
    expect(counts.lastDay('capability_denied')).toBe(11)
  })

  it('what is older than a day is not', () => {
    for (const agoMs of [2 * dayMs, dayMs + 1, dayMs, dayMs - 1, 0]) put(deadLetter, agoMs)
    counts.start()
    expect(counts.lastDay('dead_letter')).toBe(3)
  })

  it('are counted the same whether the index holds them yet or not', () => {
    put(deadLetter, 5_000)
    world.store.history.advance(100)
    put(deadLetter)
    counts.start()
    expect(counts.lastDay('dead_letter')).toBe(2)
  })
})

describe('while Kora runs', () => {
  it('records are counted as they come, none twice', () => {
    put(deadLetter)
    counts.start()
    const known = world.store.audit.list({ limit: 0 })
    // The index takes in what was read at the start as well.
    world.events.publish('history.grew', { audit: known })
    expect(counts.lastDay('dead_letter')).toBe(1)
    come(deadLetter, deadLetter, { seam: 'daemon.started' })
    expect(counts.lastDay('dead_letter')).toBe(3)
  })

  it('leave the count when their day is over', async () => {
    counts.start()
    come(deadLetter)
    await world.clock.advance(dayMs - 1_000)
    come(deadLetter)
    expect(counts.lastDay('dead_letter')).toBe(2)
    await world.clock.advance(1_001)
    expect(counts.lastDay('dead_letter')).toBe(1)
    await world.clock.advance(dayMs)
    expect(counts.lastDay('dead_letter')).toBe(0)
  })

  it('are not lost to a clock that is set back, nor counted before their time', () => {
    counts.start()
    come(deadLetter)
    const nowMs = world.clock.nowMs()
    world.clock.setWall(nowMs - 3_600_000)
    expect(counts.lastDay('dead_letter')).toBe(0)
    come(deadLetter)
    expect(counts.lastDay('dead_letter')).toBe(1)
    world.clock.setWall(nowMs)
    expect(counts.lastDay('dead_letter')).toBe(2)
  })
})

describe('errors of the last five minutes', () => {
  it('snapshot 16: one of 301 s ago is not among them, one of 299 s ago is', () => {
    put(deadLetter, 301_000)
    put(deadLetter, 299_000)
    counts.start()
    expect(counts.lastMinutes()).toEqual({ count: 1, byKind: { dead_letter: 1 } })
  })

  it('snapshot 16: a delivered message is none, a failed one is, in whatever letters', () => {
    for (const status of ['delivered', 'ok', 'FAILED', 'failed']) put(failed(status))
    counts.start()
    expect(counts.lastMinutes()).toEqual({ count: 2, byKind: { notification_failed: 2 } })
  })

  it('other kinds stand beside the count and do not enter it', () => {
    counts.start()
    come(deadLetter, denied('capability_denied'), { seam: 'slack_dm.reply_failed' }, denied('ok'))
    expect(counts.lastMinutes()).toEqual({
      count: 2,
      byKind: { dead_letter: 1, capability_denied: 1, reply_failed: 1 },
    })
  })

  it('what could not be recorded is told beside the count until its five minutes are over', async () => {
    counts.start()
    world.late.write(() => {
      throw new Error('at fault')
    })
    expect(counts.lastMinutes()).toEqual({ count: 0, byKind: { record_lost: 1 } })
    await world.clock.advance(300_001)
    expect(counts.lastMinutes()).toEqual({ count: 0, byKind: {} })
  })

  it('are none when nothing happened, also in another process', async () => {
    counts.start()
    expect(counts.lastMinutes()).toEqual({ count: 0, byKind: {} })
    come(deadLetter)
    await world.clock.advance(301_000)
    expect(counts.lastMinutes()).toEqual({ count: 0, byKind: {} })
    const next = new RecordCounts(processOn(world))
    next.start()
    expect([next.lastMinutes().count, next.lastDay('dead_letter')]).toEqual([0, 1])
  })
})
