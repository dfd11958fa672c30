import { describe, expect, it } from 'vitest'
import type { MaintenanceState } from '../../../contract/state.ts'
import {
  maintenanceLine,
  type MaintenanceWindow,
  scheduleWords,
  scopeWords,
  stateWords,
  windowState,
} from './maintenanceWords.ts'

const now = new Date(2026, 4, 12, 14, 0).getTime()
const at = (day: number, hour: number) => new Date(2026, 4, day, hour).getTime()
const weekly = { kind: 'weekly', days: [4, 2], from: '02:00', to: '04:00', timeZone: 'Europe/Berlin' } as const
const cron = { kind: 'cron', expression: '30 3 1 * *', minutes: 90, timeZone: 'UTC' } as const

function window(change: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  return {
    id: 'mw',
    title: 'Upgrade',
    enabled: true,
    scope: { kind: 'everything' },
    schedule: { ...weekly, days: [4, 2] },
    ...change,
  }
}
const calm: MaintenanceState = { active: [], upcoming: [] }

it('says when, in words', () => {
  const words = (schedule: MaintenanceWindow['schedule']) => scheduleWords(schedule, now)
  expect(words({ kind: 'once', fromMs: at(12, 13), toMs: at(12, 17) })).toBe('Once, 12 May 13:00 to 17:00')
  expect(words({ kind: 'once', fromMs: at(12, 23), toMs: at(13, 1) })).toBe('Once, 12 May 23:00 to 13 May 01:00')
  expect(words({ ...weekly, days: [4, 2] })).toBe('Tue, Thu 02:00 to 04:00, Europe/Berlin')
  expect(words({ ...weekly, days: [0, 1, 2, 3, 4, 5, 6] })).toBe('Every day 02:00 to 04:00, Europe/Berlin')
  expect(words({ ...cron })).toBe('Cron 30 3 1 * *, for 90 min, UTC')
})

it('names what it covers by titles', () => {
  expect(scopeWords({ kind: 'everything' }, String)).toBe('everything')
  expect(scopeWords({ kind: 'services', probeIds: ['a', 'b'] }, (id) => id.toUpperCase())).toBe('A, B')
})

describe('how a window stands', () => {
  it('is what the daemon says is in force', () => {
    const active = [{ id: 'mw', title: 'Upgrade', untilMs: at(12, 17), probeIds: null }]
    const state = windowState(window(), { active, upcoming: [] }, now)
    expect(stateWords(state, now)).toBe('In force until 17:00')
    expect(windowState(window({ enabled: false }), { active, upcoming: [] }, now)).toEqual({ kind: 'off' })
  })

  it('is when its week comes round to it', () => {
    const utc = { ...weekly, days: [4], timeZone: 'UTC' }
    expect(windowState(window({ schedule: utc }), calm, Date.UTC(2026, 4, 12, 14))).toEqual({
      kind: 'next',
      fromMs: Date.UTC(2026, 4, 14, 2),
    })
  })

  it('is to come, or over, when it is once', () => {
    const once = (fromMs: number, toMs: number) =>
      windowState(window({ schedule: { kind: 'once', fromMs, toMs } }), calm, now).kind
    expect([once(at(13, 1), at(13, 2)), once(at(11, 1), at(11, 2))]).toEqual(['next', 'over'])
  })

  it('waits where only the daemon can read its expression, unless it says so', () => {
    const asked = (state: MaintenanceState) => windowState(window({ schedule: { ...cron } }), state, now)
    expect(asked(calm)).toEqual({ kind: 'waiting' })
    expect(asked({ active: [], upcoming: [{ id: 'mw', title: 'Upgrade', fromMs: 5 }] })).toEqual({
      kind: 'next',
      fromMs: 5,
    })
    expect(asked({ active: [], upcoming: [{ id: 'other', title: 'Another', fromMs: 5 }] })).toEqual({ kind: 'waiting' })
  })
})

it('sums up what is in force or comes next', () => {
  const active = { id: 'mw', title: 'Upgrade', untilMs: at(12, 17), probeIds: null }
  const line = (state: MaintenanceState) => maintenanceLine([window()], state, now)
  expect(maintenanceLine([], calm, now)).toBe('No planned work')
  expect(line(calm)).toBe('Nothing in force')
  expect(line({ active: [active], upcoming: [] })).toBe('Upgrade until 17:00')
  expect(line({ active: [active, active], upcoming: [] })).toBe('2 windows in force')
  expect(line({ active: [], upcoming: [{ id: 'mw_1', title: 'Deploys', fromMs: at(14, 2) }] })).toBe(
    'Deploys, Thu 02:00',
  )
})
