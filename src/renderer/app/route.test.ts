import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, normalisePath, parseRoute, routePath, withQuery } from './route.ts'

describe('routes', () => {
  it.each([
    ['', { place: '', rest: [], query: {} }],
    ['#/', { place: '', rest: [], query: {} }],
    ['#/now', { place: 'now', rest: [], query: {} }],
    ['#/investigations/inc_1', { place: 'investigations', rest: ['inc_1'], query: {} }],
    ['/system/backups', { place: 'system', rest: ['backups'], query: {} }],
    ['#/settings//probes/a%20b/', { place: 'settings', rest: ['probes', 'a b'], query: {} }],
    [
      '#/spend/ledger?only=unpriced&route=slack_dm',
      { place: 'spend', rest: ['ledger'], query: { only: 'unpriced', route: 'slack_dm' } },
    ],
    ['#/spend?a=1?b&=x', { place: 'spend', rest: [], query: { a: '1?b', '': 'x' } }],
    ['#/now/%E0%A4%A', { place: '', rest: [], query: {} }],
  ])('reads %s', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route)
  })

  it('never throws, whatever a link says', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        const { place, rest } = parseRoute(hash)
        expect([place, ...rest].every((segment) => segment.length <= 200)).toBe(true)
      }),
    )
  })

  it('reads back what it wrote', () => {
    const segment = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
    fc.assert(
      fc.property(segment, segment, (place, id) => {
        expect(parseRoute(`#${routePath(place, id)}`)).toEqual({ place, rest: [id], query: {} })
      }),
    )
  })

  it('knows what lies under a scope', () => {
    expect(isWithin('/settings/model', '/settings/model')).toBe(true)
    expect(isWithin('/settings/probes/fly', '/settings/probes')).toBe(true)
    expect(isWithin('/settings/modelling', '/settings/model')).toBe(false)
    expect(isWithin('/settings/model?a=b', '/settings/model')).toBe(true)
    expect(normalisePath('#/now/')).toBe('/now')
  })

  it('has one spelling for what narrows a view, and keeps any text in it', () => {
    expect(normalisePath('#/spend/ledger/?route=slack_dm&only=&model=a/b')).toBe(
      '/spend/ledger?model=a%2Fb&route=slack_dm',
    )
    expect(withQuery('/spend', { span: undefined, to: '' })).toBe('/spend')
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), (model) => {
        expect(parseRoute(withQuery('/spend/ledger', { model })).query).toEqual({ model: model.slice(0, 512) })
      }),
    )
  })
})
