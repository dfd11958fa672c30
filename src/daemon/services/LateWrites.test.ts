import { describe, expect, it, onTestFinished } from 'vitest'
import Database from 'better-sqlite3'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { aMessage, anIncident } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import { KoraError } from '../../domain/errors.ts'
import { Events } from './Events.ts'
import { LateWrites } from './LateWrites.ts'
import { OutboxBook } from './OutboxBook.ts'
import { Problems } from './Problems.ts'

async function refusable() {
  const { store, clock, file } = await openTestStore()
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const problems = new Problems({ clock, events, redact: (text) => text })
  const late = new LateWrites({ store, events, logger, problems })
  const recovered: number[] = []
  const lost: number[] = []
  events.on('record.lost', () => lost.push(clock.nowMs()))
  events.on('store.recovered', () => recovered.push(clock.nowMs()))
  const lock = new Database(file)
  onTestFinished(() => void lock.close())
  return {
    store,
    late,
    book: new OutboxBook({ store, late }),
    problems,
    logger,
    recovered,
    lost,
    set: (key: string, value: unknown) => () => store.settings.set(key, value),
    // Another program holds the write lock: SQLite refuses every write.
    refuse: () => void lock.exec('BEGIN IMMEDIATE'),
    accept: () => void lock.exec('ROLLBACK'),
  }
}

describe('LateWrites', () => {
  it('writes at once when it can, and tells so after the commit', async () => {
    const { late, set, store, problems } = await refusable()
    let written = 0
    expect(late.write(set('a', 1), { written: () => written++ })).toBe(true)
    expect([store.settings.get('a'), written, late.refusal]).toEqual([1, 1, null])
    expect(problems.list()).toEqual([])
  })

  it('keeps what is refused, in order, and writes it when the store is asked again', async () => {
    const { late, set, store, refuse, accept, problems, recovered, logger } = await refusable()
    const written: string[] = []
    refuse()
    expect(late.write(set('a', 1), { written: () => written.push('a1') })).toBe(false)
    expect(late.write(set('a', 2), { written: () => written.push('a2') })).toBe(false)
    late.look()
    expect([store.settings.get('a'), late.refusal?.code]).toEqual([null, 'store_unwritable'])
    expect(problems.list()).toEqual([expect.objectContaining({ code: 'store_refuses' })])
    accept()
    late.look()
    expect([store.settings.get('a'), late.refusal]).toEqual([2, null])
    expect(written).toEqual(['a1', 'a2'])
    expect(problems.list()).toEqual([])
    expect(recovered).toHaveLength(1)
    // Told once, not once a second.
    expect(logger.messages('warn')).toEqual(['the store refuses to write'])
    late.look()
    expect(recovered).toHaveLength(1)
  })

  it('writes what waits before anything newer', async () => {
    const { late, set, store, refuse, accept } = await refusable()
    refuse()
    late.write(set('a', 'old'))
    accept()
    // Not tried before the store is asked again.
    expect(late.write(set('a', 'new'))).toBe(false)
    late.require(set('b', 'newest'))
    expect([store.settings.get('a'), store.settings.get('b')]).toEqual(['new', 'newest'])
  })

  it('of the same key it keeps the newest alone, in the newest’s place', async () => {
    const { late, set, store, refuse, accept } = await refusable()
    const runs: string[] = []
    const step = (name: string) => () => {
      runs.push(name)
      set('state', name)()
    }
    refuse()
    late.write(step('first'), { key: 'k' })
    late.write(step('between'))
    late.write(step('last'), { key: 'k' })
    accept()
    late.look()
    expect(runs).toEqual(['between', 'last'])
    expect(store.settings.get('state')).toBe('last')
  })

  it('a step at fault is dropped and named; the ones behind it are written', async () => {
    const { late, set, store, refuse, accept, logger, lost } = await refusable()
    refuse()
    late.write(() => store.outbox.save(aMessage()))
    late.write(set('a', 1))
    accept()
    late.look()
    expect(store.settings.get('a')).toBe(1)
    expect(logger.messages('error')).toEqual(['a record could not be written'])
    expect(lost).toHaveLength(1)
    expect(late.write(() => store.outbox.save(aMessage()))).toBe(false)
    expect(late.refusal).toBeNull()
  })

  it('beyond 5,000 that wait the oldest is given up, and told', async () => {
    const { late, refuse, accept, lost } = await refusable()
    const ran: number[] = []
    refuse()
    late.write(() => undefined, { key: 'refused' })
    for (let step = 0; step < 5_000; step++) late.write(() => void ran.push(step))
    expect(lost).toHaveLength(1)
    late.write(() => undefined)
    expect(lost).toHaveLength(2)
    accept()
    late.look()
    expect([ran[0], ran.length]).toEqual([1, 4_999])
    expect(lost).toHaveLength(2)
  })

  it('what must not happen without its record throws, and is not kept', async () => {
    const { late, set, store, refuse, accept } = await refusable()
    refuse()
    expect(() => late.require(set('a', 1))).toThrow(KoraError)
    expect(late.refusal).not.toBeNull()
    accept()
    late.look()
    expect(store.settings.get('a')).toBeNull()
  })
})

describe('OutboxBook', () => {
  it('shows the newer rows over the store’s, until the store has them', async () => {
    const { book, store, refuse, accept, late } = await refusable()
    store.incidents.save(anIncident())
    const first = aMessage({ id: 'msg_1' })
    book.save([first])
    refuse()
    const second = aMessage({ id: 'msg_2', channel: 'native' })
    expect(book.save([{ ...first, state: 'sent' }, second])).toBe(false)
    expect(book.get('msg_1')?.state).toBe('sent')
    expect(store.outbox.get('msg_1')?.state).toBe('pending')
    expect(book.unsettled('slack')).toEqual([])
    expect(book.unsettled('native')).toEqual([second])
    expect(book.byIncident('inc_1').map((row) => [row.id, row.state])).toEqual([
      ['msg_1', 'sent'],
      ['msg_2', 'pending'],
    ])
    accept()
    late.look()
    expect(store.outbox.get('msg_1')?.state).toBe('sent')
    expect(store.outbox.unsettled()).toEqual([second])
    store.outbox.save({ ...second, state: 'superseded' })
    expect(book.get('msg_2')?.state).toBe('superseded')
  })

  it('writes what belongs to the same step with it, or neither', async () => {
    const { book, store, refuse, accept, late, set } = await refusable()
    store.incidents.save(anIncident())
    refuse()
    book.save([aMessage()], set('beside', true))
    accept()
    expect(store.settings.get('beside')).toBeNull()
    late.look()
    expect([store.outbox.get('msg_1')?.id, store.settings.get('beside')]).toEqual(['msg_1', true])
  })
})
