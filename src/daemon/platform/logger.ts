import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Redactor } from './redactor.ts'

/** Structured log lines. Fields pass the redactor before they reach any sink. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** A log file is set aside at this size. */
const maxBytes = 10_000_000
/** Files set aside beside the current one: `kora.log.1` is the newest. */
const filesKept = 3

/**
 * Writes JSON lines `{level, time, fields, message}` to a file, to stderr, or to both. A library would hold 4 MB for
 * this one format. A line that cannot be written is
 * lost: logging never stops the daemon.
 * @param options.file absolute path; rotated at 10 MB, the last three kept; readable by its owner only; null for none
 */
export function createLogger(options: {
  redactor: Redactor
  file: string | null
  stderr: boolean
}): Logger & { close(): void } {
  const { redactor } = options
  const file = options.file === null ? null : new RotatingFile(options.file)
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      const time = new Date().toISOString()
      const entry = { level, time, fields: redactor.data(fields), message: redactor.text(message) }
      const line = `${JSON.stringify(entry, writable())}\n`
      file?.write(line)
      if (options.stderr) writeSafely(2, line)
    }
  return { info: at('info'), warn: at('warn'), error: at('error'), close: () => file?.close() }
}

/** A line is never lost for what is in it: big integers become digits, what was seen before in the line a word. */
function writable(): (key: string, value: unknown) => unknown {
  const seen = new Set<unknown>()
  return (_key, value) => {
    if (typeof value === 'bigint') return value.toString()
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return '[seen above]'
    seen.add(value)
    return value
  }
}

/** Appends synchronously, so that the last line before a crash is there; opened at the first line. */
class RotatingFile {
  readonly #path: string
  #open: { fd: number; bytes: number } | null = null
  #closed = false

  constructor(path: string) {
    this.#path = path
  }

  write(line: string): void {
    if (this.#closed) return
    try {
      this.#open ??= this.#reopen()
      if (this.#open.bytes >= maxBytes) {
        this.#shut()
        this.#rotate()
        this.#open = this.#reopen()
      }
      this.#open.bytes += writeSync(this.#open.fd, line)
    } catch {
      // A full or missing disk: the next line tries again from the start.
      this.#shut()
    }
  }

  close(): void {
    this.#closed = true
    this.#shut()
  }

  #reopen(): { fd: number; bytes: number } {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    const fd = openSync(this.#path, 'a', 0o600)
    return { fd, bytes: fstatSync(fd).size }
  }

  #rotate(): void {
    for (let no = filesKept - 1; no >= 1; no--) renameIfThere(`${this.#path}.${no}`, `${this.#path}.${no + 1}`)
    renameIfThere(this.#path, `${this.#path}.1`)
  }

  #shut(): void {
    if (this.#open) closeSync(this.#open.fd)
    this.#open = null
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function writeSafely(fd: number, line: string): void {
  try {
    writeSync(fd, line)
  } catch {
    // Nobody reads stderr any more, or its pipe is full; a log line is not worth waiting for.
  }
}
