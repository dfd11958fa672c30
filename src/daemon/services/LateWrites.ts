import { KoraError } from '../../domain/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { Problems } from './Problems.ts'

/** Steps that may wait for the store; beyond that the oldest go. */
const kept = 5_000
const problemCode = 'store_refuses'
const refusals: ReadonlySet<string> = new Set(['store_full', 'store_read_only', 'store_unwritable', 'store_damaged'])

interface Step {
  readonly write: () => void
  readonly written: () => void
  readonly key: string | null
}

/**
 * Writing that survives a store that refuses: a full disk, a folder made read-only, a lock held by somebody else. A
 * refused step is kept in memory, in order, and written when the store takes it again; telling people does not wait
 * for that. The refusal stands as a problem meanwhile.
 */
export class LateWrites {
  readonly #store: Store
  readonly #events: Events
  readonly #logger: Logger
  readonly #problems: Problems
  #steps: Step[] = []
  #refusal: KoraError | null = null

  constructor(deps: { store: Store; events: Events; logger: Logger; problems: Problems }) {
    this.#store = deps.store
    this.#events = deps.events
    this.#logger = deps.logger
    this.#problems = deps.problems
  }

  /** Why the store took nothing the last time it was asked; null when it did. */
  get refusal(): KoraError | null {
    return this.#refusal
  }

  /**
   * Runs `write`, SQL only, as one step; later if the store refuses now. It may then run a second time, so it must not
   * change anything in memory: that is what `written` is for.
   * @param key of the waiting steps with the same key only the newest is written
   * @returns false when it has to wait, or can never be written; the latter is logged
   */
  write(write: () => void, options: { written?: () => void; key?: string } = {}): boolean {
    const step: Step = { write, written: options.written ?? (() => undefined), key: options.key ?? null }
    // Each try may wait for a lock: while the store refuses, one a second is enough.
    const outcome = this.#refusal ?? this.#drain() ?? this.#try(step)
    if (!(outcome instanceof KoraError)) return outcome
    // Kept first: whoever hears of the refusal may have something to write as well.
    this.#keep(step)
    this.#note(outcome)
    return false
  }

  /** For what must not happen without its record. @throws KoraError as `Store.transaction`; nothing is kept then */
  require(write: () => void): void {
    const earlier = this.#drain()
    if (earlier) throw earlier
    try {
      this.#store.transaction(write)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) this.#note(refusal)
      throw error
    }
  }

  /** Called every second: asks a store that refused whether it takes anything again. */
  look(): void {
    if (this.#refusal === null) return
    // A real row, since an empty step succeeds even where there is no room for one.
    const mark: Step = { ...nothing, write: () => this.#store.settings.set('store.askedAgain', true) }
    if (this.#try(mark) !== true || this.#drain() !== null) return
    this.#refusal = null
    this.#problems.clear(problemCode)
    this.#logger.info('the store takes records again')
    this.#events.publish('store.recovered', {})
  }

  /** Remembered until the store takes a row again. */
  #note(refusal: KoraError): void {
    const { code, message } = refusal
    if (!this.#refusal) this.#logger.warn('the store refuses to write', { code, error: message })
    this.#refusal = refusal
    this.#problems.raise({
      code: problemCode,
      message: `Kora cannot write its history (${code}). It still watches and still tells you.`,
      action: 'Free space on the disk of the data folder, or make the folder writable again.',
      route: '/system/daemon',
    })
  }

  /** Writes what waits, oldest first. @returns the refusal when the store still does not take it */
  #drain(): KoraError | null {
    for (let step = this.#steps[0]; step; step = this.#steps[0]) {
      const outcome = this.#try(step)
      if (outcome instanceof KoraError) return outcome
      this.#steps.shift()
    }
    return null
  }

  #keep(step: Step): void {
    if (step.key !== null) this.#steps = this.#steps.filter((earlier) => earlier.key !== step.key)
    this.#steps.push(step)
    if (this.#steps.length <= kept) return
    this.#steps.shift()
    this.#logger.warn('a record was given up: too many wait for the store', { waiting: kept })
    this.#events.publish('record.lost', {})
  }

  /** @returns the refusal; else whether it was written: a step at fault must not hold up the ones behind it */
  #try(step: Step): KoraError | boolean {
    try {
      this.#store.transaction(step.write)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) return refusal
      this.#logger.error('a record could not be written', { error: String(error) })
      this.#events.publish('record.lost', {})
      return false
    }
    step.written()
    return true
  }
}

const nothing: Step = { write: () => undefined, written: () => undefined, key: null }

/** The error as a refusal of the store to write anything; null when it is something else. */
export function refusalOf(error: unknown): KoraError | null {
  return error instanceof KoraError && refusals.has(error.code) ? error : null
}
