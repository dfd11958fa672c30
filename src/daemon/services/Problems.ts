import type { Problem } from '../../contract/system.ts'
import type { Clock } from '../platform/clock.ts'
import type { Events } from './Events.ts'

/** Standing conditions the operator should know of, each with its way out. */
export class Problems {
  readonly #open = new Map<string, Problem>()
  readonly #clock: Clock
  readonly #events: Events

  readonly #redact: (text: string) => string

  constructor(deps: { clock: Clock; events: Events; redact: (text: string) => string }) {
    this.#clock = deps.clock
    this.#events = deps.events
    this.#redact = deps.redact
  }

  /** Opens a problem or replaces its words; its age counts from the first time. */
  raise(found: Omit<Problem, 'sinceMs'>): void {
    const problem = { ...found, message: this.#redact(found.message) }
    const known = this.#open.get(problem.code)
    if (known && known.message === problem.message && known.action === problem.action) return
    this.#open.set(problem.code, { ...problem, sinceMs: known?.sinceMs ?? this.#clock.nowMs() })
    this.#events.publish('problems.changed', {})
  }

  clear(code: string): void {
    if (this.#open.delete(code)) this.#events.publish('problems.changed', {})
  }

  list(): Problem[] {
    return [...this.#open.values()].sort((a, b) => a.sinceMs - b.sinceMs)
  }
}
