import { rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { HistoryFile, OpenProgress } from '../../contract/history.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { ownerFolder } from '../platform/ownerFiles.ts'
import { removeDatabase } from '../store/historyCopy.ts'
import type { CopyOptions } from '../store/openCopy.ts'
import type { StoreReader } from '../store/StoreReader.ts'
import type { Store } from '../store/Store.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'

/** Each is a copy on the disk. */
const mostOpen = 5

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly logger: Logger
  readonly newId: NewId
  /** For the copies; emptied at the start. */
  readonly folder: string
  readonly backups: string
  readonly makeCopy: (options: Omit<CopyOptions, 'script'>) => Promise<{ bytes: number; schema: number }>
  readonly openReader: (file: string) => StoreReader
}

interface Opened {
  readonly info: HistoryFile
  readonly copy: string
  readonly reader: StoreReader
}

/** Other history files, each read from a copy of its own, so that no file of anybody is ever written to. */
export class HistoryFiles {
  readonly #deps: Deps
  readonly #opened = new Map<string, Opened>()
  readonly #ending = new AbortController()
  #opening = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** What an earlier process left is nobody's. */
  start(): void {
    rmSync(this.#deps.folder, { recursive: true, force: true })
  }

  list(): HistoryFile[] {
    return [...this.#opened.values()].map(({ info }) => info)
  }

  /** @throws KoraError not_found */
  reader(id: string): StoreReader {
    const opened = this.#opened.get(id)
    if (!opened) throw new KoraError('not_found', 'This history file is not open any more: open it again.', { id })
    return opened.reader
  }

  /**
   * Copies a file and opens the copy; progress on the way, the opened file at the end.
   * @param signal ends it early; what was copied is removed
   * @throws KoraError history_file_invalid, history_file_damaged, history_file_busy, store_newer_schema, store_full,
   * not_found, conflict
   */
  async *open(
    asked: { path?: string | undefined; backupId?: string | undefined },
    signal: AbortSignal,
  ): AsyncGenerator<OpenProgress> {
    const { store, late, clock, newId, folder, makeCopy, openReader } = this.#deps
    const path = this.#pathOf(asked)
    if (this.#opened.size + this.#opening >= mostOpen) {
      throw new KoraError('conflict', `${mostOpen} history files are open: close one first.`, { most: mostOpen })
    }
    this.#opening += 1
    const told = new Latest<OpenProgress>()
    const stop = new AbortController()
    const ending = AbortSignal.any([signal, stop.signal, this.#ending.signal])
    try {
      await ownerFolder(folder)
      const id = newId('his_')
      const copy = join(folder, `${id}.db`)
      const made = makeCopy({
        from: path,
        to: copy,
        signal: ending,
        onProgress: (step, done, of) => told.set({ kind: 'progress', step, done, of }),
      }).finally(() => told.end())
      // Whoever listens sees the newest step; what it missed in between is no news any more.
      made.catch(() => undefined)
      for await (const progress of told) yield progress
      const { bytes, schema } = await made
      const reader = openReader(copy)
      const { newestAtMs, records } = await reader.historyBounds()
      const info: HistoryFile = { id, path, openedAtMs: clock.nowMs(), bytes, schema, newestAtMs, records }
      this.#opened.set(id, { info, copy, reader })
      const details = { path, records, schema }
      const nowMs = info.openedAtMs
      late.write(() => store.audit.append({ seam: 'history.file_opened', source: 'operator', details }, nowMs))
      yield { kind: 'opened', file: info }
    } finally {
      this.#opening -= 1
      stop.abort()
    }
  }

  async close(id: string): Promise<void> {
    const opened = this.#opened.get(id)
    this.#opened.delete(id)
    if (!opened) return
    await opened.reader.close()
    removeDatabase(opened.copy)
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    for (const id of this.#opened.keys()) await this.close(id)
    rmSync(this.#deps.folder, { recursive: true, force: true })
  }

  #pathOf({ path, backupId }: { path?: string | undefined; backupId?: string | undefined }): string {
    const { store, backups } = this.#deps
    if (path !== undefined) {
      if (isAbsolute(path)) return path
      throw new KoraError('history_file_invalid', 'Give the whole path of the file, from the root.', { path })
    }
    const backup = store.backups.get(backupId ?? '')
    if (!backup) throw new KoraError('not_found', 'There is no such backup.', { id: backupId })
    return join(backups, backup.file)
  }
}

/** The newest of some values, for one who listens more slowly than they come. */
class Latest<Value> implements AsyncIterable<Value> {
  #value: Value | null = null
  #ended = false
  #wake = Promise.withResolvers<void>()

  set(value: Value): void {
    this.#value = value
    this.#wake.resolve()
  }

  end(): void {
    this.#ended = true
    this.#wake.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    for (;;) {
      await this.#wake.promise
      this.#wake = Promise.withResolvers()
      const value = this.#value
      this.#value = null
      if (value !== null) yield value
      if (this.#ended && this.#value === null) return
      if (this.#ended) this.#wake.resolve()
    }
  }
}
