import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, normalisePath, parseRoute, routePath } from './route.ts'

describe('routes', () => {
  it.each([
    ['', { place: '', rest: [] }],
    ['#/', { place: '', rest: [] }],
    ['#/now', { place: 'now', rest: [] }],
    ['#/investigations/inc_1', { place: 'investigations', rest: ['inc_1'] }],
    ['/system/backups', { place: 'system', rest: ['backups'] }],
    ['#/settings//probes/a%20b/', { place: 'settings', rest: ['probes', 'a b'] }],
    ['#/now/%E0%A4%A', { place: '', rest: [] }],
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
        expect(parseRoute(`#${routePath(place, id)}`)).toEqual({ place, rest: [id] })
      }),
    )
  })

  it('knows what lies under a scope', () => {
    expect(isWithin('/settings/model', '/settings/model')).toBe(true)
    expect(isWithin('/settings/probes/fly', '/settings/probes')).toBe(true)
    expect(isWithin('/settings/modelling', '/settings/model')).toBe(false)
    expect(normalisePath('#/now/')).toBe('/now')
  })
})
