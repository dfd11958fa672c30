import { describe, expect, it } from 'vitest'
import { maintenanceOf, maintenanceOfEverything, type MaintenanceWindow, nextChangeMs } from './maintenance.ts'
import type { MaintenanceSchedule } from './maintenanceSchedule.ts'

const at = (time: string): number => Date.parse(`2026-05-12T${time}Z`)
const once = (from: string, to: string): MaintenanceSchedule => ({ kind: 'once', fromMs: at(from), toMs: at(to) })

function window(id: string, schedule: MaintenanceSchedule, change: Partial<MaintenanceWindow> = {}): MaintenanceWindow {
  return { id, title: id, enabled: true, scope: { kind: 'everything' }, schedule, ...change }
}

const of = (...probeIds: string[]): Pick<MaintenanceWindow, 'scope'> => ({ scope: { kind: 'services', probeIds } })

const fly = window('fly', once('02:00', '04:00'), of('fly', 'site'))
const sentry = window('sentry', once('02:30', '03:00'), of('sentry'))
const all = window('all', once('03:00', '03:30'))
const site = window('site', once('03:00', '05:00'), of('site'))
const off = window('off', once('00:00', '12:00'), { enabled: false })
const broken = window('broken', once('12:00', '00:00'))
const windows = [off, broken, fly, sentry, all, site]

describe('the window in force', () => {
  it.each([
    ['fly', '01:59', null],
    ['fly', '02:00', 'fly until 04:00'],
    ['site', '02:59', 'fly until 04:00'],
    ['site', '03:00', 'site until 05:00'],
    ['sentry', '02:59', 'sentry until 03:00'],
    ['sentry', '03:00', 'all until 03:30'],
    ['sentry', '03:30', null],
    ['vercel', '02:59', null],
    ['vercel', '03:29', 'all until 03:30'],
  ])('for %s at %s is %s', (probeId, now, expected) => {
    const found = maintenanceOf(windows, probeId, at(now))
    expect(found && `${found.window.id} until ${new Date(found.untilMs).toISOString().slice(11, 16)}`).toBe(expected)
  })

  it('for what Kora says about itself is one for everything', () => {
    expect(maintenanceOfEverything(windows, at('02:59'))).toBeNull()
    expect(maintenanceOfEverything(windows, at('03:00'))).toEqual({ untilMs: at('03:30'), window: all })
    expect(maintenanceOfEverything(windows, at('03:30'))).toBeNull()
  })

  it('is never one that is switched off or has a problem', () => {
    expect(maintenanceOf([off, broken], 'fly', at('06:00'))).toBeNull()
    expect(maintenanceOfEverything([off, broken], at('06:00'))).toBeNull()
  })

  it('is the first of those that end together', () => {
    const twin = window('twin', once('01:00', '03:30'))
    expect(maintenanceOfEverything([all, twin], at('03:10'))?.window).toBe(all)
    expect(maintenanceOfEverything([twin, all], at('03:10'))?.window).toBe(twin)
  })
})

describe('the next change', () => {
  it('is each beginning and each end, until there are no more', () => {
    const changes: string[] = []
    for (let nowMs: number | null = at('00:00'); nowMs !== null; nowMs = nextChangeMs(windows, nowMs)) {
      changes.push(new Date(nowMs).toISOString().slice(11, 16))
    }
    expect(changes).toEqual(['00:00', '02:00', '02:30', '03:00', '03:30', '04:00', '05:00'])
  })

  it('never comes without windows, or with those that are over, switched off or wrong', () => {
    expect(nextChangeMs([], at('00:00'))).toBeNull()
    expect(nextChangeMs([off, broken], at('00:00'))).toBeNull()
    expect(nextChangeMs(windows, at('05:00'))).toBeNull()
  })

  it('is another one when the clock is set back', () => {
    expect(nextChangeMs(windows, at('04:30'))).toBe(at('05:00'))
    expect(nextChangeMs(windows, at('01:30'))).toBe(at('02:00'))
  })

  it('is the end of occurrences that overlap or follow at once', () => {
    const overlapping = { kind: 'cron', expression: '0 1,2,4 * * *', minutes: 90, timeZone: 'UTC' } as const
    expect(nextChangeMs([window('overlapping', overlapping)], at('01:10'))).toBe(at('03:30'))
    expect(nextChangeMs([window('adjacent', { ...overlapping, minutes: 60 })], at('01:00'))).toBe(at('03:00'))
    expect(nextChangeMs([window('apart', { ...overlapping, minutes: 59 })], at('01:00'))).toBe(at('01:59'))
  })

  it('is a moment at which to ask again, when a window has no end', () => {
    const always = window('always', { kind: 'cron', expression: '0 * * * *', minutes: 60, timeZone: 'UTC' })
    const askAgainMs = nextChangeMs([always], at('01:10'))
    expect(askAgainMs).toBe(at('02:00') + 64 * 3_600_000)
    expect(maintenanceOf([always], 'fly', askAgainMs ?? 0)).not.toBeNull()
  })

  it('comes in the hour that a day has less or more', () => {
    const days = { kind: 'cron', expression: '0 3 * * *', minutes: 1_440, timeZone: 'Europe/Berlin' } as const
    // Whole days follow at once; the day with 25 hours leaves one over: 25 October, 02:00 to 03:00 of the second pass.
    const endMs = Date.parse('2026-10-25T01:00:00Z')
    expect(nextChangeMs([window('days', days)], Date.parse('2026-10-20T12:00:00Z'))).toBe(endMs)
    expect(nextChangeMs([window('days', days)], endMs)).toBe(endMs + 3_600_000)
  })
})
