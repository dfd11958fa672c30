import type { HistoryFilter } from '../../contract/history.ts'
import type { LedgerFilter } from '../../contract/spend.ts'
import type { OpenStep, PreparedCopy } from './historyCopy.ts'
import type { SpendSeriesQuery } from './spendSeries.ts'

/** What crosses between the main thread and the store's worker. */
export interface PackedSamples {
  readonly probeIds: string[]
  readonly atMs: Float64Array<ArrayBuffer>
  /** Position in `probeIds`. */
  readonly probe: Uint16Array<ArrayBuffer>
  /** -1 stands for null. */
  readonly latencyMs: Int32Array<ArrayBuffer>
  readonly bad: Uint8Array<ArrayBuffer>
}

/** Result of one test of a backup file. */
export interface BackupCheck {
  readonly ok: boolean
  /** One sentence for people; null when all is well. */
  readonly error: string | null
  /** Rows per table; empty when the file could not be read. */
  readonly rows: Record<string, number>
  /** Of the file as it is now; null when it could not be read. */
  readonly sha256: string | null
}

export interface BackupFile {
  readonly bytes: number
  /** Hex. */
  readonly sha256: string
}

export type ReadRequest =
  | { readonly method: 'series'; readonly args: [probeId: string, fromMs: number, toMs: number, points: number] }
  | { readonly method: 'lastHour'; readonly args: [sinceMs: number] }
  | {
      readonly method: 'ledgerPage'
      readonly args: [filter: LedgerFilter, beforeSeq: number | null, limit: number]
    }
  | { readonly method: 'ledgerTotals'; readonly args: [filter: LedgerFilter] }
  | { readonly method: 'spendSeries'; readonly args: [query: SpendSeriesQuery] }
  | { readonly method: 'months'; readonly args: [] }
  | {
      readonly method: 'historyPage'
      readonly args: [filter: HistoryFilter, before: number | null, limit: number, full: boolean]
    }
  | { readonly method: 'historyRecord'; readonly args: [id: number] }
  | {
      readonly method: 'historyDensity'
      readonly args: [filter: HistoryFilter & { readonly fromMs: number; readonly toMs: number }, buckets: number]
    }
  | { readonly method: 'historyBounds'; readonly args: [] }
  | { readonly method: 'quickCheck'; readonly args: [] }
  | { readonly method: 'verifyAudit'; readonly args: [knownSeq: number] }
  | { readonly method: 'backup'; readonly args: [toFile: string] }
  | { readonly method: 'verifyBackup'; readonly args: [file: string, expectedSha256: string | null] }

/** `null` asks the worker to end. */
export type ToWorker = { readonly id: number; readonly request: ReadRequest } | null

interface WorkerError {
  readonly code: string
  readonly message: string
  readonly data: Record<string, unknown>
}

export type FromWorker =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WorkerError }

/** Answers questions about `file`; with `prepareFrom` makes `file` as a readable copy of that one, and nothing else. */
export interface WorkerTask {
  readonly file: string
  readonly prepareFrom?: string
}

export type FromPreparation =
  | { readonly kind: 'progress'; readonly step: OpenStep; readonly done: number; readonly of: number | null }
  | ({ readonly kind: 'prepared' } & PreparedCopy)
  | { readonly kind: 'failed'; readonly error: WorkerError }
