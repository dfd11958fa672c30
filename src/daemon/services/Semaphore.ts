/** Lets at most `limit` tasks run at once; the others wait in order. */
export class Semaphore {
  #running = 0
  readonly #waiting: (() => void)[] = []
  readonly #limit: () => number

  /** @param limit read on each start, so that a changed setting holds at once */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    // A finishing task hands its place on, so that nobody slips in between.
    if (this.#running >= this.#limit()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
