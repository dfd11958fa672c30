/** Something that falls due once. Equal times fall due in the order in which they were added. */
export interface Due {
  readonly dueMs: number
  readonly fire: () => void
}

interface Slot extends Due {
  readonly no: number
  index: number
}

/** Binary heap of due times: adding, taking and removing cost log n, and removal leaves nothing behind. */
export class DueHeap {
  readonly #slots: Slot[] = []
  #count = 0

  get size(): number {
    return this.#slots.length
  }

  peek(): Due | null {
    return this.#slots[0] ?? null
  }

  add(dueMs: number, fire: () => void): Due {
    const slot: Slot = { dueMs, fire, no: this.#count++, index: this.#slots.length }
    this.#slots.push(slot)
    this.#rise(slot)
    return slot
  }

  /** Takes the first one out, if it is due by `nowMs`. */
  takeDue(nowMs: number): Due | null {
    const first = this.#slots[0]
    if (!first || first.dueMs > nowMs) return null
    this.remove(first)
    return first
  }

  /** Does nothing for what has been taken or removed already. */
  remove(due: Due): void {
    const slot = due as Slot
    if (this.#slots[slot.index] !== slot) return
    const last = this.#slots.pop()
    if (!last || last === slot) return
    this.#put(last, slot.index)
    this.#rise(last)
    this.#sink(last)
  }

  clear(): void {
    this.#slots.length = 0
  }

  #rise(slot: Slot): void {
    while (slot.index > 0) {
      const parent = this.#slots[(slot.index - 1) >> 1]
      if (!parent || !before(slot, parent)) return
      this.#swap(slot, parent)
    }
  }

  #sink(slot: Slot): void {
    for (;;) {
      const left = this.#slots[2 * slot.index + 1]
      const right = this.#slots[2 * slot.index + 2]
      const child = left && right && before(right, left) ? right : left
      if (!child || !before(child, slot)) return
      this.#swap(slot, child)
    }
  }

  #swap(a: Slot, b: Slot): void {
    const index = a.index
    this.#put(a, b.index)
    this.#put(b, index)
  }

  #put(slot: Slot, index: number): void {
    slot.index = index
    this.#slots[index] = slot
  }
}

function before(a: Slot, b: Slot): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.no < b.no)
}
