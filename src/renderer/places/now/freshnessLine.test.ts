import { describe, expect, it } from 'vitest'
import type { ServiceRow } from '../../../contract/probes.ts'
import { snapshotSections } from '../../../domain/snapshot.ts'
import { freshnessText, readingsOf } from './freshnessLine.ts'

const now = Date.UTC(2026, 4, 12, 14)
const minute = 60_000

function service(id: string, agoMs: number | null, change: Partial<ServiceRow> = {}): ServiceRow {
  const observedAtMs = agoMs === null ? null : now - agoMs
  return { id, title: id, enabled: true, status: 'healthy', intervalMs: 30_000, observedAtMs, ...change } as ServiceRow
}

type Snapshot = NonNullable<Parameters<typeof readingsOf>[1]>
function snapshot(change: Partial<Snapshot['sections']> = {}, refreshed_at = 'unknown'): Snapshot {
  const fresh = {
    status: 'ok',
    observed_at: '2026-05-12T13:59:48Z',
    expected_every_seconds: 300,
    reason: null,
  } as const
  const sections = Object.fromEntries(snapshotSections.map((name) => [name, fresh])) as Snapshot['sections']
  return { sections: { ...sections, ...change }, tasks: { refreshed_at } }
}
const unread = {
  status: 'unknown',
  observed_at: 'unknown',
  expected_every_seconds: 300,
  reason: 'a rule could not read its source',
} as const

const text = (...parts: Parameters<typeof readingsOf>) => freshnessText(readingsOf(...parts), now)

describe('what counts', () => {
  it('is every watched service and every section that Kora reads', () => {
    const services = [
      service('fly', 4_000),
      service('off', 4_000, { enabled: false }),
      service('gap', 4_000, { status: 'not_configured' }),
    ]
    expect(readingsOf(services, snapshot(), now).map((one) => one.name)).toEqual([
      'Operation',
      'Alerts',
      'Budget',
      'Calls by route',
      'Health',
      'fly',
    ])
  })

  it('leaves out a task board that is not connected, and names one whose read failed', () => {
    const failed = snapshot({ tasks: unread }, '2026-05-12T13:00:00Z')
    expect(readingsOf([], snapshot({ tasks: unread }), now).map((one) => one.name)).not.toContain('Task board')
    expect(readingsOf([], failed, now).at(-1)).toMatchObject({ name: 'Task board', freshness: 'unknown' })
  })

  it('is the services alone while there is no snapshot', () => {
    expect(text([service('fly', 4_000)], null, now)).toBe('1 section fresh')
    expect(text([], null, now)).toBe('nothing read yet')
  })
})

describe('the line', () => {
  it('says that all is fresh', () => {
    expect(text([service('fly', 4_000), service('api', 9_000)], snapshot(), now)).toBe('all 7 sections fresh')
  })

  it('names the oldest of what is not', () => {
    const services = [service('fly', 4_000), service('supabase', 14 * minute), service('api', 50_000)]
    expect(text(services, snapshot(), now)).toBe('6 of 8 fresh, oldest: supabase 14 min')
  })

  it('names what is unknown where nothing is old', () => {
    expect(text([service('fly', null)], snapshot(), now)).toBe('5 of 6 fresh, unknown: fly')
    expect(text([service('fly', null)], snapshot({ alerts: unread }), now)).toBe(
      '4 of 6 fresh, unknown: Alerts and 1 other',
    )
  })

  it('keeps the reason of what is unknown', () => {
    const [, alerts] = readingsOf([], snapshot({ alerts: unread }), now)
    expect(alerts).toMatchObject({ observedAtMs: null, reason: 'a rule could not read its source' })
  })
})
