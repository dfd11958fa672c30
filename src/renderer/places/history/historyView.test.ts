import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HistoryFilter, SavedFilter } from '../../../contract/history.ts'
import { historyKinds } from '../../../domain/history.ts'
import { parseRoute } from '../../app/route.ts'
import {
  chipsOf,
  filterOf,
  type HistoryView,
  isNarrowed,
  isSaved,
  readRecordId,
  readView,
  savedFrom,
  savedSpanWords,
  usualView,
  viewOfSaved,
  viewPath,
  viewQuery,
  widened,
} from './historyView.ts'

const hour = 3_600_000
const narrowed: HistoryView = {
  ...usualView,
  span: { kind: 'last', lastMs: 6 * hour },
  kinds: ['wake', 'gap'],
  text: '"token rejected" -slack',
  seam: 'probe.wake_requested',
  origin: 'cron',
  sessionId: 'probe:fly:service_unhealthy',
  correlationId: 'inc_01JX7F3A',
  file: 'his_1',
}

describe('a view in a link', () => {
  it('reads back what it wrote, whatever is in it', () => {
    const text = (maxLength: number) =>
      fc.string({ maxLength, unit: 'grapheme' }).map((value) => (value.trim() === '' ? '' : value.slice(0, maxLength)))
    const views = fc.record({
      span: fc.constantFrom(usualView.span, narrowed.span),
      kinds: fc.subarray([...historyKinds]),
      text: text(200),
      seam: text(80),
      origin: text(40),
      sessionId: text(512),
      correlationId: text(64),
      file: fc.constantFrom(null, 'his_1'),
    })
    fc.assert(
      fc.property(views, (view) => {
        const route = parseRoute(viewPath(view, 1_828_000_000_000_000))
        expect(route.rest).toEqual(['1828000000000000'])
        const wellFormed = (value: unknown) => JSON.parse(JSON.stringify(value).toWellFormed()) as unknown
        expect(readView(route.query)).toEqual(wellFormed(view))
      }),
    )
  })

  it('writes only what is not as usual', () => {
    expect(viewPath(usualView)).toBe('/history')
    expect(viewPath({ ...usualView, kinds: ['wake', 'gap'], text: 'fly token' })).toBe(
      '/history?kind=wake+gap&q=fly+token',
    )
  })

  it('leaves what it does not know, and takes kinds however they are joined', () => {
    expect(readView({ kind: 'gap,wake,unheard_of', q: '  ', file: '../etc' })).toEqual({
      ...usualView,
      kinds: ['wake', 'gap'],
    })
  })

  it('asks for nothing the daemon would refuse', () => {
    const long = 'x'.repeat(512)
    const view = readView({ q: long, seam: long, source: long, session: long, correlation: long })
    expect(HistoryFilter.safeParse(filterOf(view, { fromMs: 1, toMs: 2 })).success).toBe(true)
  })

  it('names a record by its number alone', () => {
    expect([
      readRecordId('1828000000000000'),
      readRecordId('-1'),
      readRecordId('new'),
      readRecordId(undefined),
    ]).toEqual([1_828_000_000_000_000, null, null, null])
  })
})

describe('filterOf', () => {
  it('holds the parts that narrow, and the ends that are not open', () => {
    expect(filterOf(usualView, { fromMs: null, toMs: null })).toEqual({})
    expect(filterOf(narrowed, { fromMs: 5, toMs: null })).toEqual({
      fromMs: 5,
      kinds: ['wake', 'gap'],
      text: '"token rejected" -slack',
      seam: 'probe.wake_requested',
      origin: 'cron',
      sessionId: 'probe:fly:service_unhealthy',
      correlationId: 'inc_01JX7F3A',
      file: 'his_1',
    })
  })
})

describe('chips', () => {
  it('take one part away each', () => {
    const chips = chipsOf(narrowed)
    expect(chips.map(({ label }) => label)).toEqual([
      'Wake',
      'Gap',
      '“"token rejected" -slack”',
      'Seam probe.wake_requested',
      'Source schedule',
      'Session probe:fly:service_unhealthy',
      'All about inc_01JX7F3A',
    ])
    expect(chips[0]?.without.kinds).toEqual(['gap'])
    expect(chips[2]?.without).toEqual({ ...narrowed, text: '' })
    expect(chipsOf(usualView)).toEqual([])
  })

  it('leave time and file alone when all are taken away', () => {
    expect(widened(narrowed)).toEqual({ ...usualView, span: narrowed.span, file: 'his_1' })
    expect([isNarrowed(narrowed), isNarrowed(widened(narrowed))]).toEqual([true, false])
  })
})

describe('saved filters', () => {
  it('keep what narrows, and how long back', () => {
    const saved = savedFrom(narrowed, 'fil_1', 'Fly')
    expect(SavedFilter.parse(saved)).toEqual(saved)
    expect(saved.lastMs).toBe(6 * hour)
    expect(viewOfSaved(saved, 'his_1')).toEqual(narrowed)
    expect([isSaved(narrowed, saved), isSaved({ ...narrowed, seam: '' }, saved)]).toEqual([true, false])
  })

  it('stand for any time when the view lies between two times', () => {
    const saved = savedFrom({ ...narrowed, span: { kind: 'between', fromMs: 1, toMs: 2 } }, 'fil_1', 'Fly')
    expect([saved.lastMs, viewQuery(viewOfSaved(saved, null))['span']]).toEqual([null, 'all'])
  })

  it('say how long back they look', () => {
    const words = [null, 24 * hour, 7 * 24 * hour, 90 * 60_000].map((lastMs) => savedSpanWords({ lastMs }))
    expect(words).toEqual(['any time', 'last 24 h', 'last 7 d', 'last 90 min'])
  })
})
