import { describe, expect, it } from 'vitest'
import { aimed, type Brush, brushed, type BrushEvent, idleBrush, marked } from './brush.ts'

const count = 10
const after = (events: readonly BrushEvent[], brush: Brush = idleBrush) =>
  events.reduce((now, event) => brushed(now, event, count), brush)
const walk = (by: number, extend = false): BrushEvent => ({ kind: 'walk', by, extend })

describe('by pointer', () => {
  it('marks from where it went down, in both directions, and keeps to the strip', () => {
    const down: BrushEvent = { kind: 'press', at: 5 }
    expect(marked(after([down, { kind: 'drag', at: 8 }]))).toEqual({ first: 5, last: 8 })
    expect(marked(after([down, { kind: 'drag', at: 8 }, { kind: 'drag', at: -3 }]))).toEqual({ first: 0, last: 5 })
    expect(marked(after([down, { kind: 'drag', at: 99 }, { kind: 'release' }]))).toEqual({ first: 5, last: 9 })
  })

  it('marks nothing by a press alone, but the bar it came back to', () => {
    const still = after([{ kind: 'press', at: 5 }, { kind: 'drag', at: 5 }, { kind: 'release' }])
    expect([marked(still), aimed(still)]).toEqual([null, { first: 5, last: 5 }])
    const back = after([
      { kind: 'press', at: 5 },
      { kind: 'drag', at: 6 },
      { kind: 'drag', at: 5 },
    ])
    expect(marked(back)).toEqual({ first: 5, last: 5 })
  })

  it('follows no pointer that is not down', () => {
    expect(after([{ kind: 'drag', at: 5 }])).toEqual(idleBrush)
    expect(marked(after([{ kind: 'press', at: 2 }, { kind: 'release' }, { kind: 'drag', at: 5 }]))).toBeNull()
  })
})

describe('by keyboard', () => {
  it('begins at the newest bar and walks', () => {
    expect(aimed(after([walk(-1)]))).toEqual({ first: 9, last: 9 })
    expect(aimed(after([walk(-1), walk(-1), walk(-1)]))).toEqual({ first: 7, last: 7 })
    expect(aimed(after([{ kind: 'walkTo', at: 0 }, walk(-1)]))).toEqual({ first: 0, last: 0 })
  })

  it('marks while Shift is held, and lets go without it', () => {
    const three = after([walk(-1), walk(-1, true), walk(-1, true)])
    expect(marked(three)).toEqual({ first: 7, last: 9 })
    expect(marked(after([walk(1, true)], three))).toEqual({ first: 8, last: 9 })
    expect(marked(after([walk(-1)], three))).toBeNull()
    expect(after([{ kind: 'cancel' }], three)).toEqual(idleBrush)
  })
})
