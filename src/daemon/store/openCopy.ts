import { Worker } from 'node:worker_threads'
import { type ErrorCode, errorCodes, KoraError } from '../../domain/errors.ts'
import { type OpenStep, type PreparedCopy, removeDatabase } from './historyCopy.ts'
import type { FromPreparation, WorkerTask } from './readProtocol.ts'

export interface CopyOptions {
  /** The reading thread's script. */
  readonly script: URL
  readonly from: string
  /** The copy; its folder exists. */
  readonly to: string
  readonly onProgress: (step: OpenStep, done: number, of: number | null) => void
  /** Gives up: what was copied so far is removed. */
  readonly signal: AbortSignal
}

/**
 * Makes a readable copy of another history file, on a thread of its own.
 * @throws KoraError history_file_invalid, history_file_damaged, history_file_busy, store_newer_schema, store_full;
 * timed_out when it was given up
 */
export function makeCopy({ script, from, to, onProgress, signal }: CopyOptions): Promise<PreparedCopy> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: { file: to, prepareFrom: from } satisfies WorkerTask })
    let outcome: PreparedCopy | KoraError | null = null
    const giveUp = (): void => void worker.terminate()
    signal.addEventListener('abort', giveUp)
    worker.on('message', (message: FromPreparation) => {
      if (message.kind === 'progress') onProgress(message.step, message.done, message.of)
      else outcome = message.kind === 'prepared' ? message : toKoraError(message.error)
    })
    worker.on('error', (error) => {
      outcome ??= new KoraError('internal', `The file could not be read: ${String(error)}`, {}, { cause: error })
    })
    worker.on('exit', () => {
      signal.removeEventListener('abort', giveUp)
      if (outcome !== null && !(outcome instanceof KoraError)) return resolve(outcome)
      removeDatabase(to)
      reject(outcome ?? new KoraError('timed_out', 'Opening the file was given up.'))
    })
    if (signal.aborted) giveUp()
  })
}

function toKoraError({
  code,
  message,
  data,
}: {
  code: string
  message: string
  data: Record<string, unknown>
}): KoraError {
  const known = (errorCodes as readonly string[]).includes(code) ? (code as ErrorCode) : 'internal'
  return new KoraError(known, message, data)
}
