import { Worker } from 'node:worker_threads'
import type { SeriesPoint } from '../../contract/probes.ts'
import type { HistoryBounds, HistoryFilter, HistoryItem } from '../../contract/history.ts'
import type { LedgerFilter } from '../../contract/spend.ts'
import { type ErrorCode, errorCodes, KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Density, HistoryPage } from './historyQueries.ts'
import type { LedgerPage, LedgerTotals, SpendMonth } from './ledgerQueries.ts'
import type {
  BackupCheck,
  BackupFile,
  FromWorker,
  PackedSamples,
  ReadRequest,
  ToWorker,
  WorkerTask,
} from './readProtocol.ts'
import type { SpendSeries, SpendSeriesQuery } from './spendSeries.ts'

export type { BackupCheck, BackupFile }
export type { LedgerPageRow, SpendMonth } from './ledgerQueries.ts'
export type { SpendSeries } from './spendSeries.ts'

export interface HourSample {
  readonly probeId: string
  readonly atMs: number
  readonly latencyMs: number | null
  readonly bad: boolean
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: KoraError) => void
}

const idleMs = 30_000

/**
 * Reads that may take long, on a thread with a read-only connection of its own. The thread starts with the first
 * question and ends after 30 s without one; when it dies, what was asked fails with `internal` and the next question
 * starts another. Questions are answered one after the other.
 */
export class StoreReader {
  readonly #file: string
  readonly #script: URL
  readonly #clock: Clock
  #worker: Worker | null = null
  #waiting = new Map<number, Waiting>()
  #ended: Promise<void> = Promise.resolve()
  #stopIdleTimer: (() => void) | null = null
  #closed = false
  #nextId = 1

  constructor(options: { file: string; readWorker: URL; clock: Clock }) {
    this.#file = options.file
    this.#script = options.readWorker
    this.#clock = options.clock
  }

  get running(): boolean {
    return this.#worker !== null
  }

  /**
   * Latency and trouble in equal buckets, gaps included, at most `points` of them.
   * @param fromMs rounded down to a bucket
   * @param toMs exclusive
   * @throws KoraError not_found, bad_input
   */
  async series(
    probeId: string,
    fromMs: number,
    toMs: number,
    points: number,
  ): Promise<{ bucketMs: number; points: SeriesPoint[] }> {
    const value = await this.#ask({ method: 'series', args: [probeId, fromMs, toMs, points] })
    return value as { bucketMs: number; points: SeriesPoint[] }
  }

  /** All samples of all probes since then, oldest first. */
  async lastHour(sinceMs: number): Promise<HourSample[]> {
    const packed = (await this.#ask({ method: 'lastHour', args: [sinceMs] })) as PackedSamples
    return Array.from(packed.atMs, (atMs, index) => {
      const latency = packed.latencyMs[index] ?? -1
      return {
        probeId: packed.probeIds[packed.probe[index] ?? 0] ?? '',
        atMs,
        latencyMs: latency < 0 ? null : latency,
        bad: packed.bad[index] === 1,
      }
    })
  }

  /**
   * Calls that a filter lets through, newest first, each with the price it got later.
   * @param beforeSeq exclusive, `nextBeforeSeq` of the page before; null for the first page
   */
  async ledgerPage(filter: LedgerFilter, beforeSeq: number | null, limit: number): Promise<LedgerPage> {
    return (await this.#ask({ method: 'ledgerPage', args: [filter, beforeSeq, limit] })) as LedgerPage
  }

  /** How many calls a filter lets through, what they cost and how many have no price. */
  async ledgerTotals(filter: LedgerFilter): Promise<LedgerTotals> {
    return (await this.#ask({ method: 'ledgerTotals', args: [filter] })) as LedgerTotals
  }

  /**
   * Tokens and money of real calls in equal buckets aligned to UTC, gaps included, with the times Kora was not running.
   * @throws KoraError bad_input for a span that ends before it begins
   */
  async spendSeries(query: SpendSeriesQuery): Promise<SpendSeries> {
    return (await this.#ask({ method: 'spendSeries', args: [query] })) as SpendSeries
  }

  /** What every billing period came to, newest first. */
  async months(): Promise<SpendMonth[]> {
    return (await this.#ask({ method: 'months', args: [] })) as SpendMonth[]
  }

  /**
   * Records of History that a filter lets through, newest first.
   * @param before exclusive, `next` of the page before; null for the first page
   * @param full whether each carries its stored record
   */
  async historyPage(filter: HistoryFilter, before: number | null, limit: number, full: boolean): Promise<HistoryPage> {
    return (await this.#ask({ method: 'historyPage', args: [filter, before, limit, full] })) as HistoryPage
  }

  /** One record of History with everything that is stored of it. @throws KoraError not_found */
  async historyRecord(id: number): Promise<HistoryItem> {
    return (await this.#ask({ method: 'historyRecord', args: [id] })) as HistoryItem
  }

  /**
   * How many records a filter lets through in each of at most `buckets` equal stretches of its span.
   * @throws KoraError bad_input for a span that ends before it begins
   */
  async historyDensity(
    filter: HistoryFilter & { readonly fromMs: number; readonly toMs: number },
    buckets: number,
  ): Promise<Density> {
    return (await this.#ask({ method: 'historyDensity', args: [filter, buckets] })) as Density
  }

  async historyBounds(): Promise<HistoryBounds> {
    return (await this.#ask({ method: 'historyBounds', args: [] })) as HistoryBounds
  }

  /** What SQLite finds wrong with the file; empty when nothing is. */
  async quickCheck(): Promise<string[]> {
    return (await this.#ask({ method: 'quickCheck', args: [] })) as string[]
  }

  /**
   * Walks the audit log's hash chain; names the first broken link.
   * @param knownSeq a number the log is known to have reached, so that a missing end is seen; 0 when nobody knows
   */
  async verifyAudit(knownSeq: number): Promise<{ rows: number; ok: boolean; firstBrokenSeq: number | null }> {
    const value = await this.#ask({ method: 'verifyAudit', args: [knownSeq] })
    return value as { rows: number; ok: boolean; firstBrokenSeq: number | null }
  }

  /**
   * Writes one consistent state of everything committed into a file; an existing one is replaced.
   * @throws KoraError backup_failed
   */
  async backup(toFile: string): Promise<BackupFile> {
    return (await this.#ask({ method: 'backup', args: [toFile] })) as BackupFile
  }

  /** Test of a backup: checksum (when given), pages, schema and row counts. A bad file is an answer, not an error. */
  async verifyBackup(file: string, expectedSha256?: string): Promise<BackupCheck> {
    return (await this.#ask({ method: 'verifyBackup', args: [file, expectedSha256 ?? null] })) as BackupCheck
  }

  /** Waits for questions under way, then ends the thread. */
  async close(): Promise<void> {
    this.#closed = true
    this.#end()
    await this.#ended
  }

  #ask(request: ReadRequest): Promise<unknown> {
    if (this.#closed) return Promise.reject(new KoraError('daemon_stopping', 'The store is closed.'))
    this.#stopIdleTimer?.()
    this.#stopIdleTimer = null
    const worker = (this.#worker ??= this.#start())
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ id, request } satisfies ToWorker)
    })
  }

  #start(): Worker {
    const worker = new Worker(this.#script, { workerData: { file: this.#file } satisfies WorkerTask })
    // A worker that was told to end may still answer: its questions stay its own.
    const waiting = new Map<number, Waiting>()
    this.#waiting = waiting
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = Promise.all([this.#ended, promise]).then(() => undefined)
    let reason = 'it ended'
    worker.on('message', (message: FromWorker) => this.#settle(waiting, message))
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error)
    })
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null
      for (const { reject } of waiting.values()) {
        reject(new KoraError('internal', `The store's reading thread stopped: ${reason}.`))
      }
      waiting.clear()
      resolve()
    })
    return worker
  }

  #settle(waiting: Map<number, Waiting>, message: FromWorker): void {
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (waiting === this.#waiting && waiting.size === 0) {
      this.#stopIdleTimer = this.#clock.setTimer(idleMs, () => this.#end())
    }
    if ('error' in message) {
      const code = (errorCodes as readonly string[]).includes(message.error.code) ? message.error.code : 'internal'
      asked?.reject(new KoraError(code as ErrorCode, message.error.message, message.error.data))
    } else {
      asked?.resolve(message.value)
    }
  }

  #end(): void {
    this.#stopIdleTimer?.()
    this.#stopIdleTimer = null
    this.#worker?.postMessage(null satisfies ToWorker)
    this.#worker = null
  }
}
