import { beforeEach, describe, expect, test } from 'vitest'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { SpanRepository } from './SpanRepository.ts'
import type { SpanEnd } from './spans.ts'

let spans: SpanRepository

beforeEach(async () => {
  spans = (await openTestStore()).store.spans
})

function span(fromMs: number, toMs: number, endedBy: SpanEnd | null): number {
  const id = spans.begin('boot', fromMs)
  if (endedBy === null) spans.extend(id, toMs)
  else spans.end(id, toMs, endedBy)
  return id
}

describe('covered time', () => {
  test('is what lies within, to the millisecond; an open span counts to where it was last heard of', () => {
    span(100, 200, 'clean_stop')
    const open = span(300, 300, null)
    expect(spans.covered(0, 1_000)).toBe(100)
    spans.extend(open, 350)
    expect(spans.covered(0, 1_000)).toBe(150)
    expect(spans.covered(150, 310)).toBe(60)
    expect(spans.covered(200, 300)).toBe(0)
    expect(spans.covered(120, 130)).toBe(10)
  })

  test('counts once what spans share, as after a clock set back', () => {
    span(100, 500, 'suspend')
    span(50, 120, 'suspend')
    span(200, 300, 'suspend')
    span(400, 600, null)
    expect(spans.covered(0, 1_000)).toBe(550)
    expect(spans.covered(110, 450)).toBe(340)
  })

  test('never becomes less: not by a clock set back, not after the end', () => {
    const id = span(100, 300, null)
    spans.extend(id, 200)
    expect(spans.covered(0, 1_000)).toBe(200)
    spans.end(id, 250, 'suspend')
    spans.extend(id, 900)
    spans.end(id, 900, 'clean_stop')
    expect(spans.covered(0, 1_000)).toBe(200)
    expect(spans.gaps(0, 1_000)).toEqual([{ fromMs: 300, toMs: 1_000, reason: 'asleep' }])
  })
})

describe('gaps', () => {
  test('say why nothing was seen; before the first span ever there is none', () => {
    span(100, 200, 'suspend')
    span(300, 400, 'clean_stop')
    span(500, 600, 'crash')
    span(700, 800, null)
    expect(spans.gaps(0, 1_000)).toEqual([
      { fromMs: 200, toMs: 300, reason: 'asleep' },
      { fromMs: 400, toMs: 500, reason: 'not_running' },
      { fromMs: 600, toMs: 700, reason: 'crashed' },
    ])
    expect(spans.gaps(0, 90)).toEqual([])
  })

  test('are cut to the stretch, which may lie within one', () => {
    span(100, 200, 'suspend')
    span(300, 400, 'clean_stop')
    expect(spans.gaps(250, 350)).toEqual([{ fromMs: 250, toMs: 300, reason: 'asleep' }])
    expect(spans.gaps(220, 240)).toEqual([{ fromMs: 220, toMs: 240, reason: 'asleep' }])
    expect(spans.gaps(320, 360)).toEqual([])
    expect(spans.gaps(350, 500)).toEqual([{ fromMs: 400, toMs: 500, reason: 'not_running' }])
    expect(spans.gaps(450, 500)).toEqual([{ fromMs: 450, toMs: 500, reason: 'not_running' }])
  })

  test('are what no span covers, when spans overlap', () => {
    span(100, 500, 'clean_stop')
    span(200, 300, 'crash')
    span(600, 700, null)
    expect(spans.gaps(0, 1_000)).toEqual([{ fromMs: 500, toMs: 600, reason: 'not_running' }])
    expect(spans.gaps(250, 650)).toEqual([{ fromMs: 500, toMs: 600, reason: 'not_running' }])
  })
})

test('what earlier processes left open ended in a crash; the running one goes on', () => {
  const ended = span(100, 200, 'clean_stop')
  span(300, 400, null)
  const running = span(500, 600, null)
  spans.closeOpen(running)
  spans.extend(running, 700)
  spans.extend(ended, 900)
  expect(spans.gaps(0, 1_000)).toEqual([
    { fromMs: 200, toMs: 300, reason: 'not_running' },
    { fromMs: 400, toMs: 500, reason: 'crashed' },
  ])
  spans.closeOpen(null)
  expect(spans.gaps(650, 1_000)).toEqual([{ fromMs: 700, toMs: 1_000, reason: 'crashed' }])
})

test('a span does not end before it begins', () => {
  const id = spans.begin('boot', 500)
  spans.end(id, 100, 'suspend')
  expect(spans.gaps(0, 600)).toEqual([{ fromMs: 500, toMs: 600, reason: 'asleep' }])
})
