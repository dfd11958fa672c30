import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { aLedgerRow, anObservation, aProbe, startMs } from '../../../test/fakes/records.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { openTestStore, readWorker, type TestStore } from '../../../test/fakes/testStore.ts'
import { kindOfSeam } from '../../domain/history.ts'
import type { HistoryFilter } from '../../contract/history.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import { migrate } from './migrate.ts'
import { openStore } from './openStore.ts'
import type { Store } from './Store.ts'

let opened: TestStore
let store: Store

beforeEach(async () => {
  opened = await openTestStore()
  store = opened.store
})

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const task = (error: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  seam: 'task.failed',
  source: 'cron',
  details: { task: 'backup.nightly', error },
  ...more,
})

function index(): number {
  let all = 0
  for (let { indexed } = store.history.advance(64); indexed > 0; { indexed } = store.history.advance(64)) all += indexed
  return all
}

function openAt(file: string): Store {
  const other = openStore({ ...opened, file, readWorker })
  onTestFinished(() => other.close())
  return other
}

const page = (filter: HistoryFilter = {}, before: number | null = null, limit = 100) =>
  store.reader.historyPage(filter, before, limit, false)
const texts = async (filter: HistoryFilter = {}) => (await page(filter)).items.map(({ text }) => text)
const found = async (text: string, more: HistoryFilter = {}) =>
  (await page({ text, ...more })).items.map(({ aside }) => aside)

describe('the index', () => {
  test('takes in audit rows, calls, changed states and gaps, in one order of time', async () => {
    store.probes.insert(aProbe())
    store.spans.end(store.spans.begin('boot-1', startMs), startMs + minuteMs, 'clean_stop')
    store.audit.append({ seam: 'daemon.started', details: { version: '1.2.3', host: 'headless' } }, startMs + 1)
    store.observations.record(anObservation({ observedAtMs: startMs + 2 }))
    store.observations.record(
      anObservation({ observedAtMs: startMs + 3, status: 'unhealthy', cause: 'server_error', error: 'HTTP 503' }),
    )
    store.flush()
    store.ledger.append(aLedgerRow({ atMs: startMs + 4, route: 'slack_dm', model: 'claude-haiku', costNanoUsd: 11e6 }))
    store.spans.begin('boot-2', startMs + 5 * minuteMs)
    expect(index()).toBe(6)
    const { items, next } = await page()
    expect(next).toBeNull()
    expect(items.map(({ kind, text, atMs }) => [atMs - startMs, kind, text])).toEqual([
      [5 * minuteMs, 'gap', 'Kora was not running for 4 min'],
      [4, 'call', 'Called claude-haiku for slack dm'],
      [3, 'service', 'Fly is unhealthy, was well'],
      [2, 'service', 'Fly is well'],
      [1, 'state', 'Kora started'],
    ])
    expect(items[1]).toMatchObject({ costNanoUsd: 11e6, route: '/spend/ledger' })
    expect(items[2]).toMatchObject({ tone: 'trouble', aside: 'HTTP 503', sessionId: 'probe:fly:service_unhealthy' })
  })

  test('takes every record once, however often it is asked and whatever was undone', async () => {
    store.audit.append(task('one'), startMs)
    expect(index()).toBe(1)
    expect(() =>
      store.transaction(() => {
        store.audit.append(task('two'), startMs)
        store.history.advance(64)
        throw new Error('undone')
      }),
    ).toThrow('undone')
    store.audit.append(task('three'), startMs)
    expect(index()).toBe(1)
    expect(index()).toBe(0)
    expect((await page()).items.map(({ aside }) => aside)).toEqual(['three', 'one'])
  })

  test('goes on where another process left it', async () => {
    for (const name of ['a', 'b', 'c']) store.audit.append(task(name), startMs)
    store.history.advance(2)
    await store.close()
    opened = await openTestStore({ folder: opened.folder })
    store = opened.store
    expect(store.history.waiting()).toBe(1)
    expect(index()).toBe(1)
    expect((await page()).items).toHaveLength(3)
  })

  test('a thousand rows of one moment keep their order', async () => {
    store.transaction(() => {
      for (let no = 0; no < 1_100; no++) store.audit.append(task(`row ${no}`), startMs)
    })
    index()
    const { items } = await page({}, null, 500)
    expect(items.slice(0, 3).map(({ aside }) => aside)).toEqual(['row 1099', 'row 1098', 'row 1097'])
    expect(new Set(items.map(({ id }) => id)).size).toBe(500)
  })

  test('an older database is indexed from its beginning; its chain is whole, and its missing end is still missed', async () => {
    for (const name of ['a', 'b', 'c']) store.audit.append(task(name), startMs)
    await store.close()
    const older = join(await tempFolder(), 'kora.db')
    const old = new Database(older)
    migrate(old, 7)
    old.exec(`ATTACH '${opened.file}' AS new; INSERT INTO audit_log SELECT * FROM new.audit_log`)
    old.close()
    const cut = `${older}.cut`
    copyFileSync(older, cut)
    const other = new Database(cut)
    other.exec('DELETE FROM audit_log WHERE seq = 3')
    other.close()

    const updated = openAt(older)
    expect(updated.history.waiting()).toBe(3)
    expect(updated.audit.list({ seam: 'task.failed', limit: 0 }).map(({ seq }) => seq)).toEqual([3, 2, 1])
    expect(updated.history.advance(64).indexed).toBe(3)
    expect(updated.audit.list({ seam: 'task.failed', limit: 0 }).map(({ seq }) => seq)).toEqual([3, 2, 1])
    expect(updated.audit.append(task('d'), startMs)).toBe(4)
    expect(await updated.verifyAudit()).toEqual({ rows: 4, ok: true, firstBrokenSeq: null })

    const robbed = openAt(cut)
    expect(await robbed.verifyAudit()).toMatchObject({ ok: false, firstBrokenSeq: 3 })
    expect(robbed.audit.append(task('d'), startMs)).toBe(4)
    expect(await robbed.verifyAudit()).toMatchObject({ ok: false, firstBrokenSeq: 3 })
  })

  test('forgets what is past its keep, its words and its sums with it', async () => {
    for (let hour = 0; hour < 6; hour++) store.audit.append(task(`hour ${hour}`), startMs + hour * hourMs)
    index()
    expect(store.history.prune(startMs + 3 * hourMs)).toBe(3)
    expect(store.history.prune(startMs + 3 * hourMs)).toBe(0)
    expect(await found('hour')).toEqual(['hour 5', 'hour 4', 'hour 3'])
    const { counts } = await store.reader.historyDensity({ fromMs: startMs, toMs: startMs + 6 * hourMs }, 6)
    expect(counts).toEqual([0, 0, 0, 1, 1, 1])
    expect(await store.reader.historyBounds()).toEqual({
      oldestAtMs: startMs + 3 * hourMs,
      newestAtMs: startMs + 5 * hourMs,
      records: 3,
      waiting: 0,
      kinds: [{ kind: kindOfSeam('task.failed'), count: 3 }],
      seams: [{ seam: 'task.failed', count: 3 }],
    })
  })

  test('a record whose source forgot it is left out, and the page goes on behind it', async () => {
    for (let minute = 0; minute < 4; minute++) store.audit.append(task(`m${minute}`), startMs + minute * minuteMs)
    index()
    store.audit.prune(startMs + 2 * minuteMs)
    expect((await page()).items.map(({ aside }) => aside)).toEqual(['m3', 'm2'])
  })
})

describe('pages', () => {
  beforeEach(() => {
    for (let no = 0; no < 25; no++) {
      store.audit.append(task(`no ${no}`), startMs + no * minuteMs)
      if (no % 5 === 0)
        store.audit.append({ seam: 'settings.changed', source: 'operator' }, startMs + no * minuteMs + 1)
    }
    index()
  })

  test.each([
    ['everything', {}, 30],
    ['one kind', { kinds: ['operator'] }, 5],
    ['two kinds', { kinds: ['operator', 'system'] }, 30],
    ['one seam', { seam: 'task.failed' }, 25],
    ['one source', { origin: 'operator' }, 5],
    ['a kind of one source', { kinds: ['system'], origin: 'operator' }, 0],
    ['a stretch of time', { fromMs: startMs, toMs: startMs + 10 * minuteMs }, 12],
    ['a seam nobody knows', { seam: 'bogus.seam' }, 0],
    ['no kind chosen is any kind', { kinds: [] }, 30],
  ] as const)('%s, page by page, is the same as at once', async (_name, filter, count) => {
    const wanted = filter as unknown as HistoryFilter
    const whole = (await page(wanted, null, 500)).items
    expect(whole).toHaveLength(count)
    expect(whole.map(({ id }) => id)).toEqual(whole.map(({ id }) => id).toSorted((a, b) => b - a))
    const pieces = []
    for (let before: number | null = null, more = true; more; ) {
      const { items, next } = await page(wanted, before, 4)
      pieces.push(...items)
      before = next
      more = next !== null
    }
    expect(pieces).toEqual(whole)
    const { fromMs = startMs - hourMs, toMs = startMs + hourMs } = wanted
    const { total, counts } = await store.reader.historyDensity({ ...wanted, fromMs, toMs }, 60)
    expect([total, counts.reduce((sum, n) => sum + n, 0)]).toEqual([count, count])
  })

  test('one record carries all that is stored of it, in the published shape', async () => {
    const { items } = await page({}, null, 1)
    const item = await store.reader.historyRecord(items[0]?.id ?? 0)
    expect(item.record).toMatchObject({
      emitted_at: '2026-05-11T14:24:00.000000Z',
      seam: 'task.failed',
      details: { task: 'backup.nightly', error: 'no 24' },
      caller_session_id: null,
      source: 'cron',
    })
    await expect(store.reader.historyRecord(7)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('search', () => {
  beforeEach(() => {
    store.audit.append(task('disk full on the build machine'), startMs)
    store.audit.append(task('the machine disk is fine'), startMs + 1)
    store.audit.append(task('Ümläut café, 日本語 token'), startMs + 2)
    const joined = { incidentId: 'inc_01JX7F3A', callerSessionId: 'probe:fly:service_unhealthy' }
    store.audit.append(task('region fra1 is gone', joined), startMs + 3)
    store.audit.append(
      { seam: 'intent.email_to_sea_ticket', details: { subject: 'privateword', action: 'created' } },
      startMs + 4,
    )
    index()
  })

  test.each([
    ['all words, in any order', 'machine disk', ['the machine disk is fine', 'disk full on the build machine']],
    ['words in quotes stand together', '"machine disk"', ['the machine disk is fine']],
    ['a word with a minus must not occur', 'machine -fine', ['disk full on the build machine']],
    ['the last word may go on', 'mach', ['the machine disk is fine', 'disk full on the build machine']],
    ['two letters stand for themselves', 'ma', []],
    ['accents and case do not matter', 'umlaut CAFE', ['Ümläut café, 日本語 token']],
    ['an id finds what belongs to it', 'inc_01JX7F3A', ['region fra1 is gone']],
    ['operators are words', 'disk AND NOT OR NEAR(machine)', []],
    ['nothing in it is an error', `"'*^:(){}[]-+ region`, ['region fra1 is gone']],
    ['a quote that is not closed', '"region fra1', ['region fra1 is gone']],
    ['control characters', 'region\u0000\u0007 fra1', ['region fra1 is gone']],
    ['half a surrogate', '\ud83d region', ['region fra1 is gone']],
    ['private words are on record, not in the search', 'privateword', []],
  ])('%s', async (_name, text, expected) => {
    expect(await found(text)).toEqual(expected)
    const { total } = await store.reader.historyDensity({ text, fromMs: startMs, toMs: startMs + 1_000 }, 10)
    expect(total).toBe(expected.length)
  })

  test('only what must not occur leaves the rest', async () => {
    expect(await found('-disk')).toHaveLength(3)
  })

  test('text is narrowed by everything else', async () => {
    expect(await found('region', { correlationId: 'inc_01JX7F3A' })).toHaveLength(1)
    expect(await found('region', { correlationId: 'inc_other' })).toEqual([])
    expect(await found('region', { sessionId: 'probe:fly:service_unhealthy', kinds: ['system', 'gap'] })).toHaveLength(
      1,
    )
    expect(await found('region', { kinds: ['gap'] })).toEqual([])
    expect(await found('region', { seam: 'task.failed', origin: 'cron' })).toHaveLength(1)
    expect(await found('region', { toMs: startMs + 3 })).toEqual([])
    expect(await texts({ correlationId: 'inc_01JX7F3A' })).toHaveLength(1)
    expect(await texts({ sessionId: 'probe:fly:service_unhealthy' })).toHaveLength(1)
  })

  test('a hostile record is stored, found and shown as one harmless line', async () => {
    const long = `needle ${'x'.repeat(1_000_000)}`
    store.audit.append(task(`\u0000\u001b[31m<img src=x onerror=alert(1)>\u202e\nhostile \ud800 row`), startMs + 10)
    store.audit.append(
      { seam: 'task.failed', details: { error: long, nested: { deep: ['\udfff', 1, null] } } },
      startMs + 11,
    )
    index()
    expect(await found('needle')).toHaveLength(1)
    const [line] = await found('hostile row')
    expect(line).toBe('[31m<img src=x onerror=alert(1)> hostile row')
    const [cut] = await found('needle')
    expect(cut?.length).toBeLessThanOrEqual(240)
    expect(await store.verifyAudit()).toMatchObject({ ok: true })
  })
})
