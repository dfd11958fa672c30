import { describe, expect, it } from 'vitest'
import { snapshotSections, unknown } from '../../../domain/snapshot.ts'
import { fromSnapshotText, heroCard, type LiveRead } from './heroCards.ts'

const computed = Date.UTC(2026, 4, 12, 14)
const section = { status: 'ok', observed_at: '2026-05-12T13:58:00Z', expected_every_seconds: 60, reason: null } as const
const snapshot = {
  computed_at: '2026-05-12T14:00:00Z',
  sections: Object.fromEntries(snapshotSections.map((name) => [name, section])) as Record<
    (typeof snapshotSections)[number],
    typeof section
  >,
}
const none: LiveRead<string> = { reading: false, answer: null, problem: null }
const answered = (atMs: number, value: string | null = 'live', reason: string | null = null): LiveRead<string> => ({
  ...none,
  answer: { atMs, value, reason },
})

describe('heroCard', () => {
  it('shows what is projected, as old as the section says', () => {
    expect(heroCard('alerts', snapshot, 'projected', none)).toEqual({
      value: 'projected',
      source: 'snapshot',
      observedAtMs: Date.UTC(2026, 4, 12, 13, 58),
      expectedEveryMs: 60_000,
      reason: null,
      reading: false,
      problem: null,
    })
  })

  it('shows a live read made since the snapshot, until a newer snapshot speaks', () => {
    expect(heroCard('alerts', snapshot, 'projected', answered(computed))).toMatchObject({
      value: 'live',
      source: 'live',
      observedAtMs: computed,
    })
    expect(heroCard('alerts', snapshot, 'projected', answered(computed - 1))).toMatchObject({ source: 'snapshot' })
  })

  it('shows the live read where nothing is projected, however new the snapshot is', () => {
    expect(heroCard('alerts', snapshot, null, answered(computed - 60_000))).toMatchObject({ source: 'live' })
    expect(heroCard('alerts', null, null, answered(1))).toMatchObject({ value: 'live', expectedEveryMs: 300_000 })
  })

  it('keeps the answer while it is read again, and when that fails', () => {
    const problem = { message: 'm', code: 'c', issues: [] }
    const again = { ...answered(computed), reading: true, problem }
    expect(heroCard('alerts', snapshot, null, again)).toMatchObject({ value: 'live', reading: true, problem })
  })

  it('says why it is unknown: the live read first, then the section, then that there is no snapshot', () => {
    const degraded = { ...section, status: unknown, reason: 'two rules failed' } as const
    const damaged = { ...snapshot, sections: { ...snapshot.sections, alerts: degraded } }
    expect(heroCard('alerts', damaged, null, answered(computed, null, 'being restored'))).toMatchObject({
      value: null,
      observedAtMs: null,
      reason: 'being restored',
    })
    expect(heroCard('alerts', damaged, null, none)).toMatchObject({ source: null, reason: 'two rules failed' })
    expect(heroCard('alerts', null, null, none).reason).toBe('there is no fresh snapshot')
  })
})

it('counts the cards that needed no read of their own', () => {
  const of = (source: 'snapshot' | 'live' | null) => ({ source })
  const cards = { operation: of('snapshot'), alerts: of('live'), budget: of('snapshot'), health: of(null) }
  expect(fromSnapshotText(cards)).toBe('2 of 4 from the snapshot')
})
