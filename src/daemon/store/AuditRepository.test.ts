import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { aLedgerRow, startMs } from '../../../test/fakes/records.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { openTestStore, type TestStore } from '../../../test/fakes/testStore.ts'
import type { AuditEntry } from '../../domain/audit.ts'
import type { AuditRepository } from './AuditRepository.ts'

let opened: TestStore
let audit: AuditRepository

beforeEach(async () => {
  opened = await openTestStore()
  audit = opened.store.audit
})

const tool = (name: string): AuditEntry => ({
  seam: 'mcp.tool_called',
  source: 'mcp_http',
  details: { tool_name: name },
})
const names = (rows: { details: Readonly<Record<string, unknown>> }[]) => rows.map((row) => row.details['tool_name'])

/** Five rows, a second apart. */
function five(): void {
  for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) audit.append(tool(name), startMs + index * 1_000)
}

/** What somebody with the file could do; returns after the connection is closed again. */
function byHand(sql: string): void {
  const other = new Database(opened.file)
  other.exec(sql)
  other.close()
}

const verify = () => opened.store.verifyAudit()

describe('writing', () => {
  test('audit 1: a seam alone is enough; with a field that does not belong the row is skipped', () => {
    expect(audit.append({ seam: 'daemon.started' }, startMs)).toBe(1)
    const [row] = audit.list({ limit: 0 })
    expect(row).toMatchObject({
      seq: 1,
      emittedAtMs: startMs,
      seam: 'daemon.started',
      known: true,
      details: {},
      callerSessionId: null,
      source: null,
      incidentId: null,
      wakeEventId: null,
      schemaVersion: 1,
      prevHash: '0'.repeat(64),
    })
    expect(row?.eventId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    const extra = { seam: 'daemon.started', host: 'desk' } as AuditEntry
    expect(audit.append(extra, startMs)).toBeNull()
    expect(audit.list({ limit: 0 })).toEqual([row])
    expect(opened.logger.messages('warn')).toEqual(['[kora.audit.skipped]'])
  })

  test.each([
    ['an unknown seam', { seam: 'bogus.seam' }],
    ['the seam of every object', { seam: 'constructor' }],
    ['no seam', {}],
    ['an unknown source', { seam: 'daemon.started', source: 'nope' }],
    ['an empty source', { seam: 'daemon.started', source: '' }],
    ['a list of details', { seam: 'daemon.started', details: ['a'] }],
    ['text for details', { seam: 'daemon.started', details: 'a' }],
    ['null for details', { seam: 'daemon.started', details: null }],
    ['a number for a session', { seam: 'daemon.started', callerSessionId: 7 }],
    ['an object for an incident', { seam: 'daemon.started', incidentId: {} }],
  ])('audit 2: with %s nothing is written, one warning says so, and the step it belongs to goes on', (_name, entry) => {
    const { store, logger } = opened
    store.transaction(() => {
      store.settings.set('before', 1)
      expect(audit.append(entry as AuditEntry, startMs)).toBeNull()
      store.settings.set('after', 1)
    })
    expect([store.settings.get('before'), store.settings.get('after')]).toEqual([1, 1])
    expect(audit.list({ limit: 0 })).toEqual([])
    expect(audit.head()).toEqual({ seq: 0, hash: '0'.repeat(64) })
    expect(logger.lines).toMatchObject([{ level: 'warn', message: '[kora.audit.skipped]' }])
  })

  test('audit 3, 7, 8 (ruling 2): a row is there for every other program when its call returns, in order, in its own file', async () => {
    const folder = join(await tempFolder(), 'not', 'there', 'yet')
    const second = await openTestStore({ folder })
    const readers = [opened, second].map(({ file }) => new Database(file, { readonly: true }))
    const seen = () =>
      readers.map((reader) =>
        reader.prepare(`SELECT details ->> 'tool_name' FROM audit_log ORDER BY seq`).pluck().all(),
      )
    const written: string[][] = [[], []]
    for (const [index, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      const own = index % 2
      const { store } = own === 0 ? opened : second
      store.audit.append(tool(name), startMs + index)
      written[own]?.push(name)
      expect(seen()).toEqual(written)
    }
    for (const reader of readers) reader.close()
  })

  test('rows are numbered and linked without a gap', () => {
    five()
    const rows = audit.list({ limit: 0 }).toReversed()
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(rows.map(({ prevHash }) => prevHash)).toEqual(['0'.repeat(64), ...rows.slice(0, 4).map(({ hash }) => hash)])
    expect(audit.head()).toEqual({ seq: 5, hash: rows[4]?.hash })
  })

  test('a row undone with its transaction leaves no gap and no hash behind', async () => {
    five()
    const head = audit.head()
    const fail = () =>
      opened.store.transaction(() => {
        audit.append(tool('undone'), startMs)
        throw new Error('stop')
      })
    expect(fail).toThrow('stop')
    expect(audit.head()).toEqual(head)
    expect(audit.append(tool('f'), startMs)).toBe(6)
    expect(await verify()).toEqual({ rows: 6, ok: true, firstBrokenSeq: null })
  })

  test('audit 26: what JSON cannot hold is marked; the rows beside it are whole', () => {
    const cycle: Record<string, unknown> = { a: 1 }
    cycle['self'] = cycle
    audit.append(tool('before'), startMs)
    audit.append({ seam: 'task.failed', details: { id: 3n, gone: undefined, cycle, kept: 'yes' } }, startMs)
    audit.append(tool('after'), startMs)
    const stored = audit.list({ limit: 0 })
    expect(stored[1]?.details).toEqual({
      id: '3',
      gone: null,
      cycle: { a: 1, self: null },
      kept: 'yes',
      _unserialisable: ['id', 'gone', 'cycle.self'],
    })
    expect(names([stored[0]!, stored[2]!])).toEqual(['after', 'before'])
  })

  test('audit 26: a value that cannot even be read costs itself alone, not the step', () => {
    const details = {
      get broken(): string {
        throw new Error('no')
      },
      kept: 'yes',
    }
    opened.store.transaction(() => {
      audit.append({ seam: 'task.failed', details }, startMs)
      audit.append(tool('after'), startMs)
    })
    const [after, marked] = audit.list({ limit: 0 })
    expect(marked?.details).toEqual({ broken: null, kept: 'yes', _unserialisable: ['broken'] })
    expect(names([after!])).toEqual(['after'])
  })

  test('secrets never reach the file', () => {
    opened.redactor.learn('hunter2-but-longer')
    audit.append(
      {
        seam: 'task.failed',
        details: { error: 'token hunter2-but-longer refused', api_key: 'abc', slack: 'xoxb-1-abcdefgh' },
      },
      startMs,
    )
    const [row] = audit.list({ limit: 1 })
    expect(JSON.stringify(row)).not.toMatch(/hunter2|abcdefgh|"abc"/)
    expect(row?.details['error']).toBe('token <REDACTED> refused')
  })

  test('details over 64 kB are cut and say so', () => {
    audit.append({ seam: 'task.failed', details: { name: 'x', output: 'y'.repeat(100_000) } }, startMs)
    const [row] = audit.list({ limit: 1 })
    expect(row?.details).toMatchObject({ name: 'x', _truncated: { keys: ['output'] } })
    expect(JSON.stringify(row?.details).length).toBeLessThanOrEqual(65_536)
  })

  test('half a surrogate in an id does not break the chain', async () => {
    audit.append({ seam: 'daemon.started', callerSessionId: 'D1:\ud83d', details: { text: '\udc00' } }, startMs)
    expect(await verify()).toMatchObject({ ok: true, rows: 1 })
  })
})

describe('reading', () => {
  test('audit 10: an empty log is a list; newest first; a limit takes the newest; 0 is all', () => {
    expect(audit.list({ limit: 10 })).toEqual([])
    five()
    expect(names(audit.list({ limit: 2 }))).toEqual(['e', 'd'])
    expect(audit.list({ limit: 0 })).toHaveLength(5)
    expect(audit.list({ limit: -1 })).toHaveLength(5)
  })

  test('audit 11: sinceMs includes its moment, afterSeq excludes its row', () => {
    five()
    expect(names(audit.list({ sinceMs: startMs + 3_000, limit: 0 }))).toEqual(['e', 'd'])
    expect(names(audit.list({ afterSeq: 3, limit: 0 }))).toEqual(['d', 'e'])
    expect(names(audit.list({ afterSeq: 1, limit: 2 }))).toEqual(['b', 'c'])
    expect(audit.list({ afterSeq: 5, limit: 0 })).toEqual([])
    expect(names(audit.list({ beforeSeq: 3, limit: 1 }))).toEqual(['b'])
  })

  test('sinceMs finds a row that was written before the clock was set back', () => {
    audit.append(tool('ahead'), startMs + 90_000)
    five()
    expect(names(audit.list({ sinceMs: startMs + 4_000, limit: 0 }))).toEqual(['ahead', 'e'])
    expect(audit.list({ sinceMs: startMs + 90_001, limit: 0 })).toEqual([])
  })

  test('a row that the index does not hold yet stands behind one of the next moment that it holds', () => {
    audit.append(tool('next'), startMs + 1)
    opened.store.history.advance(1)
    audit.append(tool('now'), startMs)
    expect(names(audit.list({ seam: 'mcp.tool_called', limit: 0 }))).toEqual(['next', 'now'])
  })

  describe.each([0, 3, 7, 100])(
    'audit 10, 11: over a clock that was set back, with %i rows in the index',
    (indexed) => {
      beforeEach(() => {
        five()
        for (const [index, name] of ['f', 'g', 'h', 'i', 'j'].entries()) {
          audit.append(tool(name), startMs - 3_600_000 + index * 1_000)
        }
        audit.append(tool('k'), startMs + 4_000)
        opened.store.history.advance(indexed)
      })

      test.each([1, 2, 3, 11])('pages of %i hold every row of a seam once, the newest first', (limit) => {
        const seen: unknown[] = []
        let page = audit.list({ seam: 'mcp.tool_called', limit })
        while (page.length > 0) {
          seen.push(...names(page))
          page = audit.list({ seam: 'mcp.tool_called', limit, beforeSeq: page.at(-1)?.seq ?? 0 })
        }
        expect(seen.join('')).toBe('kedcbajihgf')
      })

      test('the cursor of a consumer goes by number', () => {
        expect(names(audit.list({ seam: 'mcp.tool_called', afterSeq: 4, limit: 0 })).join('')).toBe('efghijk')
      })
    },
  )

  test('filters combine, and a seam nobody knows has no rows', () => {
    audit.append(
      { seam: 'probe.wake_requested', incidentId: 'inc_1', wakeEventId: 'evt_1', callerSessionId: 's' },
      startMs,
    )
    audit.append({ seam: 'notification.dispatched', incidentId: 'inc_1' }, startMs + 1)
    audit.append({ seam: 'notification.dispatched', incidentId: 'inc_2', callerSessionId: 's' }, startMs + 2)
    const seqs = (query: object) => audit.list({ limit: 0, ...query }).map(({ seq }) => seq)
    expect(seqs({ incidentId: 'inc_1' })).toEqual([2, 1])
    expect(seqs({ seam: 'notification.dispatched', incidentId: 'inc_1' })).toEqual([2])
    expect(seqs({ callerSessionId: 's' })).toEqual([3, 1])
    expect(seqs({ callerSessionId: 's', sinceMs: startMs + 1 })).toEqual([3])
    expect(seqs({ seam: 'bogus.seam' })).toEqual([])
    expect(audit.list({ incidentId: 'inc_1', limit: 0 })[1]).toMatchObject({
      wakeEventId: 'evt_1',
      callerSessionId: 's',
    })
  })

  test('audit 27: a row of a future seam, with more in it, is kept and shown', () => {
    five()
    byHand(`INSERT INTO audit_log SELECT 6, event_id, emitted_at_ms, 'future.seam', '{"a":1}', NULL, 'future', NULL, NULL, 9,
      '{"tenant":"x"}', prev_hash, hash FROM audit_log WHERE seq = 5`)
    const [row] = audit.list({ limit: 1 })
    expect(row).toMatchObject({
      seq: 6,
      seam: 'future.seam',
      known: false,
      source: 'future',
      schemaVersion: 9,
      details: { a: 1, _extra: { tenant: 'x' } },
    })
    expect(audit.list({ seam: 'future.seam', limit: 0 })).toHaveLength(1)
    expect(audit.list({ limit: 0 })).toHaveLength(6)
  })

  test('one unreadable row does not hide the others', () => {
    five()
    byHand(`UPDATE audit_log SET details = '{"torn' WHERE seq = 3`)
    byHand(`UPDATE audit_log SET details = '[1]' WHERE seq = 4`)
    const rows = audit.list({ limit: 0 })
    expect(rows).toHaveLength(5)
    expect(rows[1]?.details).toEqual({ _unreadable: '[1]' })
    expect(rows[2]?.details).toEqual({ _unreadable: '{"torn' })
  })
})

describe('rows of one alert', () => {
  const alert = (occurrenceId: unknown, seam: AuditEntry['seam'] = 'alert.changed'): AuditEntry => ({
    seam,
    details: { occurrence_id: occurrenceId },
  })
  const seqs = (query: object) => audit.list({ limit: 0, ...query }).map(({ seq }) => seq)

  beforeEach(() => {
    audit.append(alert('alt_1', 'alert.raised'), startMs)
    audit.append(alert('alt_2', 'alert.raised'), startMs + 1_000)
    audit.append(tool('alt_1'), startMs + 2_000)
    audit.append({ seam: 'incident.transitioned', incidentId: 'inc_1' }, startMs + 3_000)
    audit.append(alert({ deep: 'alt_1' }), startMs + 4_000)
    audit.append(alert('alt_1'), startMs + 5_000)
  })

  const indexes: readonly (readonly [string, () => void])[] = [
    ['none of them is in the index yet', () => undefined],
    ['the first two are in the index', () => opened.store.history.advance(2)],
    ['all are in the index', () => opened.store.history.advance(100)],
  ]

  test.each(indexes)('are found by its occurrence when %s', (_, index) => {
    index()
    expect(seqs({ occurrenceId: 'alt_2' })).toEqual([2])
    expect(seqs({ occurrenceId: 'alt_9' })).toEqual([])
    expect(seqs({ occurrenceId: 'alt_1' })).toEqual([6, 1])
    expect(seqs({ occurrenceId: 'alt_1', limit: 1 })).toEqual([6])
  })

  test.each(indexes)('combine with other filters when %s', (_, index) => {
    index()
    expect(seqs({ occurrenceId: 'alt_1', seam: 'alert.raised' })).toEqual([1])
    expect(seqs({ occurrenceId: 'alt_1', sinceMs: startMs + 4_000 })).toEqual([6])
    expect(seqs({ occurrenceId: 'alt_1', untilMs: startMs + 1 })).toEqual([1])
    expect(seqs({ occurrenceId: 'alt_1', beforeSeq: 4 })).toEqual([1])
    expect(seqs({ occurrenceId: 'alt_1', afterSeq: 4 })).toEqual([6])
  })

  test.each(indexes)('are not hidden by a row that cannot be read, when %s', (_, index) => {
    index()
    byHand(`UPDATE audit_log SET details = '{"torn' WHERE seq = 5`)
    expect(seqs({ occurrenceId: 'alt_2' })).toEqual([2])
    expect(seqs({ occurrenceId: 'alt_1', afterSeq: 4 })).toEqual([6])
  })
})

describe('the chain', () => {
  beforeEach(five)

  test('is whole as written', async () => {
    expect(await verify()).toEqual({ rows: 5, ok: true, firstBrokenSeq: null })
  })

  const columns = [
    'event_id',
    'seam',
    'details',
    'caller_session_id',
    'source',
    'incident_id',
    'wake_event_id',
    'extra',
  ]

  test.each(columns)('audit 28: an edited %s is found at its row', async (column) => {
    byHand(`UPDATE audit_log SET ${column} = '{}' WHERE seq = 3`)
    expect(await verify()).toEqual({ rows: 2, ok: false, firstBrokenSeq: 3 })
  })

  test.each(['emitted_at_ms', 'schema_version'])('an edited %s is found', async (column) => {
    byHand(`UPDATE audit_log SET ${column} = ${column} + 1 WHERE seq = 2`)
    expect(await verify()).toMatchObject({ ok: false, firstBrokenSeq: 2 })
  })

  test('a row whose hash was made to fit breaks the link of the next', async () => {
    byHand(`UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 3`)
    expect(await verify()).toMatchObject({ ok: false, firstBrokenSeq: 3 })
    byHand(`UPDATE audit_log SET prev_hash = zeroblob(32) WHERE seq = 1`)
    expect(await verify()).toMatchObject({ ok: false, firstBrokenSeq: 3 })
  })

  test.each([
    ['the first', 1],
    ['one between', 3],
    ['the last', 5],
  ])('a removed row is named: %s', async (_name, seq) => {
    byHand(`DELETE FROM audit_log WHERE seq = ${seq}`)
    expect(await verify()).toMatchObject({ ok: false, firstBrokenSeq: seq })
  })

  test('audit 28: an end removed while no process runs is missed by the next, and its number is not given again', async () => {
    await opened.store.close()
    byHand('DELETE FROM audit_log WHERE seq >= 4')
    const { store } = await openTestStore({ folder: opened.folder })
    // The index goes on with a record of another kind.
    store.ledger.append(aLedgerRow({ atMs: startMs }))
    expect(store.history.advance(64).indexed).toBe(4)
    expect(await store.verifyAudit()).toMatchObject({ ok: false, firstBrokenSeq: 4 })
    expect(store.audit.append(tool('later'), startMs)).toBe(6)
    expect(await store.verifyAudit()).toMatchObject({ ok: false, firstBrokenSeq: 4 })
  })

  test('a removed end is not covered up by the rows that follow', async () => {
    byHand('DELETE FROM audit_log WHERE seq >= 4')
    expect(audit.append(tool('later'), startMs)).toBe(6)
    expect(await verify()).toMatchObject({ ok: false, firstBrokenSeq: 4 })
  })
})

describe('retention', () => {
  beforeEach(five)

  test('removes the front, tells so, and the rest still verifies', async () => {
    expect(audit.prune(startMs + 3_000)).toBe(3)
    const rows = audit.list({ limit: 0 })
    expect(rows.map(({ seq, seam }) => [seq, seam])).toEqual([
      [6, 'audit.pruned'],
      [5, 'mcp.tool_called'],
      [4, 'mcp.tool_called'],
    ])
    expect(rows[0]).toMatchObject({
      emittedAtMs: opened.clock.nowMs(),
      details: { upto_seq: 3, hash: rows[2]?.prevHash },
    })
    expect(await verify()).toEqual({ rows: 3, ok: true, firstBrokenSeq: null })
    expect(audit.firstAtMs()).toBe(startMs + 3_000)
  })

  test('a second time goes on from the anchor', async () => {
    audit.prune(startMs + 1_000)
    expect(audit.prune(startMs + 1_000)).toBe(0)
    expect(audit.prune(startMs + 4_000)).toBe(3)
    expect(await verify()).toMatchObject({ ok: true, rows: 3 })
  })

  test('when everything is old, numbers and chain go on all the same', async () => {
    expect(audit.prune(Number.MAX_SAFE_INTEGER)).toBe(5)
    expect(audit.head().seq).toBe(6)
    audit.append(tool('next'), startMs + 9_000)
    expect(await verify()).toEqual({ rows: 2, ok: true, firstBrokenSeq: null })
  })

  test('an old row behind a young one stays: only a front is ever removed', () => {
    audit.append(tool('clock set back'), startMs - 90_000)
    expect(audit.prune(startMs)).toBe(0)
    expect(audit.list({ limit: 0 })).toHaveLength(6)
  })

  test('removes at most 5,000 rows a call', async () => {
    await opened.clock.advance(60_000)
    opened.store.transaction(() => {
      for (let index = 0; index < 5_100; index++) audit.append(tool(`n${index}`), startMs)
    })
    const counts = [0, 0, 0].map(() => audit.prune(startMs + 5_000))
    expect(counts).toEqual([5_000, 105, 0])
    expect(audit.list({ limit: 0 }).map(({ seam }) => seam)).toEqual(['audit.pruned', 'audit.pruned'])
    expect(await verify()).toMatchObject({ ok: true, rows: 2 })
  })

  test('a front removed by hand is found, with or without a forged anchor', async () => {
    audit.prune(startMs + 1_000)
    byHand('DELETE FROM audit_log WHERE seq = 2')
    expect(await verify()).toMatchObject({ ok: false, firstBrokenSeq: 2 })
    byHand(`UPDATE audit_anchor SET seq = 2, hash = (SELECT prev_hash FROM audit_log WHERE seq = 3)`)
    expect(await verify()).toMatchObject({ ok: false })
    byHand('DELETE FROM audit_anchor')
    expect(await verify()).toMatchObject({ ok: false })
  })
})
