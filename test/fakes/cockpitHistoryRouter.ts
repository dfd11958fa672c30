import { historyKinds } from '../../src/domain/history.ts'
import { type implement, ORPCError } from '@orpc/server'
import type { contract } from '../../src/contract/index.ts'
import type { HistoryFile, HistoryFilter, HistoryItem, OpenProgress } from '../../src/contract/history.ts'
import { searchText } from '../../src/domain/history.ts'
import { type Records, recordsUntil, type Stored } from './cockpitHistory.ts'
import { d, h } from './cockpitRows.ts'
import type { World } from './cockpitScenarios.ts'

type Os = ReturnType<typeof implement<typeof contract>>

/** History of the invented world. */
export function historyAnswers(os: Os, world: World, now: () => number) {
  const { history } = world
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
  const recordsOf = (file: string | undefined): Records => {
    if (history.damaged && file === undefined)
      throw new ORPCError('store_damaged', { message: 'The database is damaged.' })
    if (file === undefined) return history.own
    const opened = history.files.get(file)
    if (opened) return opened.records
    throw new ORPCError('not_found', { message: 'This history file is not open any more: open it again.' })
  }

  return {
    query: os.history.query.handler(async ({ input: { file, before, limit, records, ...filter } }) => {
      // An export of many pages is slow enough to be seen and cancelled.
      if (records) await pause(60)
      const from = (one: Stored) => one.id < (before ?? Number.POSITIVE_INFINITY)
      const found: Stored[] = []
      for (const one of recordsOf(file).items) {
        if (!from(one) || !matches(one, filter)) continue
        found.push(one)
        if (found.length > limit) break
      }
      const items = found.slice(0, limit)
      return {
        items: items.map((one) => shown(one, file, records)),
        next: found.length > limit ? (items.at(-1)?.id ?? null) : null,
      }
    }),
    record: os.history.record.handler(({ input: { file, id } }) => {
      const found = recordsOf(file).items.find((one) => one.id === id)
      if (!found) {
        throw new ORPCError('not_found', { message: 'This record is not there any more: it was past its keep.' })
      }
      return { ...found, route: file === undefined ? found.route : null }
    }),
    density: os.history.density.handler(({ input: { file, buckets, ...filter } }) =>
      densityOf(recordsOf(file), filter, buckets),
    ),
    bounds: os.history.bounds.handler(({ input: { file } }) => {
      const { items } = recordsOf(file)
      const counts = new Map<string, number>()
      for (const { seam } of items) counts.set(seam, (counts.get(seam) ?? 0) + 1)
      return {
        oldestAtMs: items.at(-1)?.atMs ?? null,
        newestAtMs: items[0]?.atMs ?? null,
        records: items.length,
        waiting: file === undefined ? history.waiting : 0,
        kinds: historyKinds
          .map((kind) => ({ kind, count: items.filter((one) => one.kind === kind).length }))
          .filter(({ count }) => count > 0),
        seams: [...counts].map(([seam, count]) => ({ seam, count })).toSorted((a, b) => (a.seam < b.seam ? -1 : 1)),
      }
    }),
    files: os.history.files.handler(() => [...history.files.values()].map(({ info }) => info)),
    open: os.history.open.handler(({ input, signal }) => openFile(world, input, now, signal)),
    close: os.history.close.handler(({ input }) => {
      history.files.delete(input.file)
      return { ok: true as const }
    }),
    savedFilters: os.history.savedFilters.handler(() => history.saved),
    saveFilter: os.history.saveFilter.handler(({ input }) => {
      const others = history.saved.filter((one) => one.id !== input.id)
      if (others.some((one) => one.name.toLowerCase() === input.name.toLowerCase())) {
        throw new ORPCError('conflict', { message: `Another filter is called "${input.name}".` })
      }
      history.saved = [...others, input].toSorted((a, b) => a.name.localeCompare(b.name))
      return history.saved
    }),
    removeFilter: os.history.removeFilter.handler(({ input }) => {
      history.saved = history.saved.filter((one) => one.id !== input.id)
      return history.saved
    }),
  }
}

function shown(one: Stored, file: string | undefined, records: boolean): HistoryItem {
  const { record, ...item } = one
  return { ...item, route: file === undefined ? item.route : null, ...(records ? { record } : {}) }
}

function matches(one: Stored, filter: HistoryFilter): boolean {
  const { fromMs, toMs, kinds, seam, origin, sessionId, correlationId, text } = filter
  return (
    one.atMs >= (fromMs ?? 0) &&
    one.atMs < (toMs ?? Number.POSITIVE_INFINITY) &&
    (kinds === undefined || kinds.length === 0 || kinds.includes(one.kind)) &&
    (seam === undefined || one.seam === seam) &&
    (origin === undefined || one.origin === origin) &&
    (sessionId === undefined || one.sessionId === sessionId) &&
    (correlationId === undefined || one.correlationId === correlationId) &&
    (text === undefined || isFound(one, text))
  )
}

const searched = new WeakMap<Stored, string>()

/** As the daemon looks for words: all of them, quoted ones together, those behind a minus not at all. */
function isFound(one: Stored, text: string): boolean {
  let words = searched.get(one)
  if (words === undefined) {
    words = searchText([one.text, one.aside, one.seam, one.sessionId, one.correlationId], one.record).toLowerCase()
    searched.set(one, words)
  }
  const terms = [...text.toLowerCase().matchAll(/(-?)(?:"([^"]*)"?|([^\s"]+))/gu)]
  return terms.every((term) => {
    const wanted = (term[2] ?? term[3] ?? '').trim()
    if (!/[\p{L}\p{N}]/u.test(wanted)) return true
    const open = term.index + term[0].length === text.length && term[2] === undefined
    const escaped = wanted.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const found = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}${open ? '' : '(?![\\p{L}\\p{N}])'}`, 'u').test(words)
    return term[1] === '-' ? !found : found
  })
}

function densityOf(
  { items, gaps }: Records,
  filter: HistoryFilter & { fromMs: number; toMs: number },
  buckets: number,
) {
  const spanMs = filter.toMs - filter.fromMs
  const unit = spanMs / buckets >= h ? h : 1_000
  const bucketMs = Math.max(unit, Math.ceil(spanMs / buckets / unit) * unit)
  const fromMs = Math.floor(filter.fromMs / bucketMs) * bucketMs
  const counts = Array.from({ length: Math.ceil((filter.toMs - fromMs) / bucketMs) }, () => 0)
  const found = items.filter((one) => matches(one, filter))
  for (const one of found) counts[Math.floor((one.atMs - fromMs) / bucketMs)]! += 1
  return {
    fromMs,
    bucketMs,
    counts,
    total: found.length,
    gaps: gaps.filter((gap) => gap.toMs > fromMs && gap.fromMs < filter.toMs),
  }
}

/**
 * Opens any path as a history of its own. A path with `missing`, `damaged` or `other` in it is refused, one with `slow`
 * is copied until it is given up.
 */
async function* openFile(
  world: World,
  { path, backupId }: { path?: string | undefined; backupId?: string | undefined },
  now: () => number,
  signal: AbortSignal | undefined,
): AsyncGenerator<OpenProgress> {
  const { history } = world
  const backup = world.backups.find((one) => one.id === backupId)
  const from = path ?? backup?.file ?? ''
  const refuse = (code: string, message: string): never => {
    throw new ORPCError(code, { message })
  }
  if (!from.startsWith('/')) refuse('history_file_invalid', 'Give the whole path of the file, from the root.')
  if (from.includes('missing')) refuse('history_file_invalid', `There is no file at ${from}.`)
  const bytes = backup?.bytes ?? 36_200_000
  for (let copied = 0; copied <= 4; copied++) {
    yield { kind: 'progress', step: 'copying', done: (bytes * copied) / 4, of: bytes }
    await new Promise((resolve) => setTimeout(resolve, 25))
    if (copied === 1 && from.includes('slow')) await until(signal)
    if (signal?.aborted) return void history.givenUp.push(from)
  }
  yield { kind: 'progress', step: 'checking', done: 0, of: null }
  if (from.includes('damaged')) {
    refuse(
      'history_file_damaged',
      'This file is damaged and cannot be read: page 12 is not in order. Try an older backup.',
    )
  }
  yield { kind: 'progress', step: 'converting', done: 0, of: null }
  yield { kind: 'progress', step: 'indexing', done: 120, of: 240 }
  await new Promise((resolve) => setTimeout(resolve, 25))
  const records = recordsUntil(backup?.createdAtMs ?? now() - 40 * d, 5)
  const info: HistoryFile = {
    id: `his_${history.files.size + 1}`,
    path: from,
    openedAtMs: now(),
    bytes,
    schema: 7,
    newestAtMs: records.items[0]?.atMs ?? null,
    records: records.items.length,
  }
  history.files.set(info.id, { info, records })
  yield { kind: 'opened', file: info }
}

function until(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
}
