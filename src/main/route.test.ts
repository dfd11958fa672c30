import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseRoute, routeOf } from './route.ts'

test.each(['/now', '/investigations/inc_01J', '/system/probe-runner', '/settings/probes/fly-main'])(
  'keeps the route %s',
  (route) => {
    expect(parseRoute(route)).toBe(route)
    expect(routeOf(['electron', '.', '--demo', `--route=${route}`])).toBe(route)
  },
)

test.each([
  '',
  'now',
  '//evil.example',
  '/now?x=1',
  '/now#x',
  '/now/',
  '/a/b/c/d/e',
  'javascript:alert(1)',
  '/now/<b>',
  '/NOW',
])('is deaf to %s', (text) => {
  expect(parseRoute(text)).toBeNull()
})

test('whatever comes in, a route comes out or nothing', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.webPath(), fc.anything())
  fc.assert(
    fc.property(anything, (text) => {
      const route = parseRoute(text)
      expect(route === null || (route === text && !/[^\w./-]|\/\//.test(route))).toBe(true)
      expect(routeOf(['--flag', `--route=${String(JSON.stringify(text))}`])).toBeNull()
    }),
    { numRuns: 2_000 },
  )
})
