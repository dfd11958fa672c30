import { expect, it } from 'vitest'
import { alertNeedsOperator } from './alert.ts'

const now = 1_900_000_000_000
const alert = {
  category: 'listener_down',
  severity: 'warning',
  voice: 'alert',
  acknowledgedAtMs: null,
  snoozedUntilMs: null,
  resolvedAtMs: null,
} as const

it.each<[string, Partial<Parameters<typeof alertNeedsOperator>[0]>, boolean]>([
  ['a warning', {}, true],
  ['a notice of its own', { voice: 'notice', severity: 'critical' }, true],
  ['an info', { severity: 'info' }, false],
  ['what an incident speaks of', { voice: 'incident' }, false],
  ['a pause, which speaks for itself', { category: 'operational_state', severity: 'critical' }, false],
  ['acknowledged', { acknowledgedAtMs: now - 1 }, false],
  ['snoozed', { snoozedUntilMs: now + 1 }, false],
  ['snoozed until now', { snoozedUntilMs: now }, true],
  ['resolved', { resolvedAtMs: now - 1 }, false],
])('%s', (_name, change, needs) => {
  expect(alertNeedsOperator({ ...alert, ...change }, now)).toBe(needs)
})
