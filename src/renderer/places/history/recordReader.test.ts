import { ORPCError } from '@orpc/client'
import { describe, expect, it } from 'vitest'
import type { HistoryItem } from '../../../contract/history.ts'
import { type AskPage, RecordReader } from './recordReader.ts'

function item(id: number): HistoryItem {
  return {
    id,
    atMs: id * 1_000,
    kind: 'system',
    seam: 'backup.created',
    known: true,
    tone: 'neutral',
    text: `${id}`,
    aside: null,
    severity: null,
    costNanoUsd: null,
    origin: null,
    sessionId: null,
    correlationId: null,
    route: null,
  }
}

/** Records numbered `from` to `to`; more can be added, and calls can fail. */
function daemon(from: number, to: number) {
  const world = { from, to, fails: false, asked: [] as { before?: number | undefined; limit: number }[] }
  const ask: AskPage = ({ before, limit }) => {
    world.asked.push({ before, limit })
    if (world.fails) return Promise.reject(new ORPCError('store_damaged', { message: 'The database is damaged.' }))
    const first = before === undefined ? world.to : before - 1
    const last = Math.max(world.from, first - limit + 1)
    const items = Array.from({ length: Math.max(0, first - last + 1) }, (_, index) => item(first - index))
    return Promise.resolve({ items, next: last > world.from ? last : null })
  }
  return { world, ask }
}

const ids = (reader: RecordReader) =>
  reader.get().lines.flatMap((line) => (line.kind === 'record' ? [line.item.id] : []))
const count = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, index) => from - index)

describe('RecordReader', () => {
  it('reads a page at a time down to the first record', async () => {
    const { world, ask } = daemon(1, 250)
    const reader = new RecordReader()
    await reader.open('all', ask)
    expect(ids(reader)).toEqual(count(250, 151))
    await Promise.all([reader.more(), reader.more()])
    await reader.more()
    await reader.more()
    expect(ids(reader)).toEqual(count(250, 1))
    expect(reader.get().end).toBe(true)
    expect(world.asked.map(({ before }) => before)).toEqual([undefined, 151, 51])
  })

  it('keeps what is drawn until another list is there', async () => {
    const reader = new RecordReader()
    await reader.open('a', daemon(1, 3).ask)
    const other = Promise.withResolvers<Awaited<ReturnType<AskPage>>>()
    const opened = reader.open('b', () => other.promise)
    expect(reader.get()).toMatchObject({ key: 'a', reading: true })
    expect(ids(reader)).toEqual([3, 2, 1])
    other.resolve({ items: [item(9)], next: null })
    await opened
    expect(reader.get()).toMatchObject({ key: 'b', reading: false, end: true })
    expect(ids(reader)).toEqual([9])
  })

  it('answers to the newest wish alone', async () => {
    const reader = new RecordReader()
    const slow = Promise.withResolvers<Awaited<ReturnType<AskPage>>>()
    const signals: AbortSignal[] = []
    const first = reader.open('slow', (_, signal) => {
      signals.push(signal)
      return slow.promise
    })
    await reader.open('quick', daemon(1, 2).ask)
    slow.resolve({ items: [item(7)], next: null })
    await first
    expect([reader.get().key, ids(reader), signals[0]?.aborted]).toEqual(['quick', [2, 1], true])
  })

  it('keeps the old list when another cannot be read, adds nothing to it, and tries again', async () => {
    const reader = new RecordReader()
    await reader.open('a', daemon(1, 150).ask)
    const { world, ask } = daemon(1, 5)
    world.fails = true
    await reader.open('b', ask)
    expect(reader.get()).toMatchObject({ key: 'a', reading: false, problem: { code: 'store_damaged' } })
    await reader.more()
    await reader.look()
    expect([ids(reader).length, world.asked.length]).toEqual([100, 1])
    world.fails = false
    reader.retry()
    await expect.poll(() => reader.get().key).toBe('b')
    expect(reader.get().problem).toBeNull()
  })

  it('says why a page is missing, and asks for it again', async () => {
    const { world, ask } = daemon(1, 150)
    const reader = new RecordReader()
    await reader.open('a', ask)
    world.fails = true
    await reader.more()
    expect(reader.get().more).toMatchObject({ kind: 'failed', problem: { message: 'The database is damaged.' } })
    expect(ids(reader)).toHaveLength(100)
    world.fails = false
    await reader.more()
    expect([ids(reader).length, reader.get().more.kind]).toEqual([150, 'idle'])
  })
})

describe('what is newer', () => {
  it('waits until it is taken, and is counted', async () => {
    const { world, ask } = daemon(1, 150)
    const reader = new RecordReader()
    await reader.open('a', ask)
    await reader.more()
    world.to = 153
    await reader.look()
    expect([reader.get().fresh, reader.get().manyFresh, ids(reader)[0]]).toEqual([3, false, 150])
    reader.take()
    expect([reader.get().fresh, ids(reader)]).toEqual([0, count(153, 1)])
  })

  it('begins anew where more came than a page holds', async () => {
    const { world, ask } = daemon(1, 150)
    const reader = new RecordReader()
    await reader.open('a', ask)
    await reader.more()
    world.to = 500
    await reader.look()
    expect([reader.get().fresh, reader.get().manyFresh]).toEqual([100, true])
    reader.take()
    expect([ids(reader), reader.get().end]).toEqual([count(500, 401), false])
    await reader.more()
    expect(ids(reader)).toEqual(count(500, 301))
  })

  it('fills a list that was empty', async () => {
    const { world, ask } = daemon(1, 0)
    const reader = new RecordReader()
    await reader.open('a', ask)
    expect(ids(reader)).toEqual([])
    world.to = 2
    await reader.look()
    reader.take()
    expect([ids(reader), reader.get().end]).toEqual([[2, 1], true])
  })

  it('leaves the list as it is when it cannot be looked for', async () => {
    const { world, ask } = daemon(1, 3)
    const reader = new RecordReader()
    await reader.open('a', ask)
    world.fails = true
    await reader.look()
    expect([ids(reader), reader.get().problem?.code]).toEqual([[3, 2, 1], 'store_damaged'])
    world.fails = false
    reader.retry()
    await expect.poll(() => reader.get().problem).toBeNull()
  })
})

it('reads on to a record that somebody linked to, and not without end', async () => {
  const { world, ask } = daemon(1, 9_000)
  const reader = new RecordReader()
  await reader.open('a', ask)
  await reader.reach(8_700)
  expect(ids(reader)).toContain(8_700)
  const asked = world.asked.length
  await reader.reach(8_750)
  expect(world.asked).toHaveLength(asked)
  await reader.reach(2)
  expect(world.asked.length - asked).toBe(4)
})

it('moves the beginning of a list that ends now', async () => {
  const { world, ask } = daemon(1, 150)
  const reader = new RecordReader()
  await reader.open('a', ask)
  reader.narrow(ask, 100_000)
  expect([ids(reader), reader.get().end]).toEqual([count(150, 100), true])
  await reader.more()
  expect(world.asked).toHaveLength(1)
})
