import { readFileSync, statSync } from 'node:fs'
import { KoraError } from '../../domain/errors.ts'
import { type PriceRow, type PriceTable, parseOverlay, parsePriceTable, withOverlay } from '../../domain/priceTable.ts'
import { pricesCheckedAtMs, pricesStale } from '../../domain/pricing.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Events } from './Events.ts'
import type { Problems } from './Problems.ts'

const problemCode = 'price_overlay_invalid'
/** No list of prices is longer; anything else in its place is not read into memory. */
const maxBytes = 1_000_000

interface Deps {
  /** The shipped `prices.json`. */
  readonly file: string
  /** The operator's own prices, `{ "rows": [...] }`; need not exist. */
  readonly overlayFile: string
  readonly clock: Clock
  readonly problems: Problems
  readonly logger: Logger
  readonly events: Events
}

/** The operator's file as last read: what it holds, or why it is not used. */
type Overlay = { readonly rows: readonly PriceRow[]; readonly error: string | null }

const noOverlay: Overlay = { rows: [], error: null }

/** The prices in force: the shipped table with the operator's own file over it. */
export class PriceBook {
  readonly #deps: Deps
  #shipped: PriceTable | null = null
  #overlay: Overlay = noOverlay
  #seen = ''
  #table: PriceTable | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * Reads both files. An operator's file that cannot be used leaves the shipped prices in force and stands as a
   * problem.
   * @throws KoraError config_invalid when the shipped prices cannot be used
   */
  start(): void {
    const { file } = this.#deps
    this.#shipped = parsePriceTable(readJson(file, 'The price table'))
    this.#table = this.#shipped
    this.look()
  }

  /** Where the operator's own prices are looked for. */
  get overlayFile(): string {
    return this.#deps.overlayFile
  }

  /** Reads the operator's file again when it is another than last time. @returns whether the prices changed */
  look(): boolean {
    const { overlayFile, events } = this.#deps
    const shipped = this.#started(this.#shipped)
    const found = signature(overlayFile)
    if (found === this.#seen) return false
    this.#seen = found
    const before = this.#overlay
    this.#take(found === missing ? noOverlay : readOverlay(overlayFile))
    const changed = JSON.stringify(this.#overlay.rows) !== JSON.stringify(before.rows)
    if (changed) this.#table = withOverlay(shipped, this.#overlay.rows)
    if (changed || this.#overlay.error !== before.error) events.publish('spend.changed', {})
    return changed
  }

  table(): PriceTable {
    return this.#started(this.#table)
  }

  status(): { version: string; checkedAtMs: number; stale: boolean; overlayError: string | null; overlayRows: number } {
    const table = this.table()
    return {
      version: table.version,
      checkedAtMs: pricesCheckedAtMs(table),
      stale: pricesStale(table, this.#deps.clock.nowMs()),
      overlayError: this.#overlay.error,
      overlayRows: this.#overlay.rows.length,
    }
  }

  #take(overlay: Overlay): void {
    const { problems, logger, overlayFile } = this.#deps
    const known = this.#overlay.error
    this.#overlay = overlay
    const { error } = overlay
    if (error === null) {
      problems.clear(problemCode)
      return
    }
    problems.raise({
      code: problemCode,
      message: `${error} The shipped prices apply.`,
      action: `Correct or remove ${overlayFile}; it is read again within a minute.`,
      route: '/spend/prices',
    })
    if (error !== known) logger.warn('the price file is not used', { file: overlayFile, error })
  }

  #started<Value>(value: Value | null): Value {
    if (value === null) throw new KoraError('internal', 'Prices were asked for before they were read.')
    return value
  }
}

const missing = 'missing'

/** Differs whenever the file does, as far as one can tell without reading it. */
function signature(file: string): string {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(file)
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`
  } catch (error) {
    const code = errorCode(error)
    return code === 'ENOENT' ? missing : code
  }
}

function readOverlay(file: string): Overlay {
  try {
    return { rows: parseOverlay(readJson(file, 'The price file')), error: null }
  } catch (error) {
    if (!(error instanceof KoraError)) throw error
    return { rows: [], error: error.message }
  }
}

/** @throws KoraError config_invalid */
function readJson(file: string, subject: string): unknown {
  const text = readText(file, subject)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KoraError('config_invalid', `${subject} is not usable: it is not JSON.`, { file }, { cause })
  }
}

function readText(file: string, subject: string): string {
  try {
    if (statSync(file).size <= maxBytes) return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    const message = `${subject} is not usable: it cannot be read (${errorCode(cause)}).`
    throw new KoraError('config_invalid', message, { file }, { cause })
  }
  throw new KoraError('config_invalid', `${subject} is not usable: it is larger than 1 MB.`, { file })
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}
