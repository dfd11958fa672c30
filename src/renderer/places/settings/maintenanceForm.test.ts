import { describe, expect, it } from 'vitest'
import {
  blankWindow,
  dateMs,
  dateText,
  formOf,
  missingParts,
  refusedParts,
  type WindowForm,
  windowOf,
} from './maintenanceForm.ts'
import type { MaintenanceWindow } from './maintenanceWords.ts'

const now = new Date(2026, 4, 12, 14, 14).getTime()
const blank = blankWindow(now, 'Europe/Berlin')
const filled: WindowForm = { ...blank, title: ' Upgrade ', probeIds: ['fly'] }

it('begins with two hours from the next full hour on', () => {
  expect([blank.fromDate, blank.toDate]).toEqual(['2026-05-12T15:00', '2026-05-12T17:00'])
})

it.each<[string, MaintenanceWindow['schedule']]>([
  ['once', { kind: 'once', fromMs: new Date(2026, 4, 12, 15).getTime(), toMs: new Date(2026, 4, 13, 2).getTime() }],
  ['weekly', { kind: 'weekly', days: [2, 4, 0], from: '02:00', to: '04:00', timeZone: 'Asia/Tokyo' }],
  ['cron', { kind: 'cron', expression: '30 3 1 * *', minutes: 90, timeZone: 'UTC' }],
])('gives a window back as it was: %s', (_kind, schedule) => {
  const window: MaintenanceWindow = {
    id: 'mw',
    title: 'Upgrade',
    enabled: false,
    scope: { kind: 'services', probeIds: ['fly', 'api'] },
    schedule,
  }
  expect(windowOf(formOf(window, now, 'UTC'), 'mw')).toEqual(window)
  const everything: MaintenanceWindow = { ...window, scope: { kind: 'everything' } }
  expect(windowOf(formOf(everything, now, 'UTC'), 'mw')).toEqual(everything)
})

it('names what is missing before the daemon is asked', () => {
  expect([...missingParts(blank).keys()]).toEqual(['title', 'probeIds'])
  expect([...missingParts({ ...filled, fromDate: '', toDate: 'soon' }).keys()]).toEqual(['fromDate', 'toDate'])
  expect([...missingParts({ ...filled, kind: 'cron' }).keys()]).toEqual(['expression'])
  expect(missingParts({ ...filled, scope: 'everything', probeIds: [] }).size).toBe(0)
})

describe('what the daemon refuses', () => {
  const schedule = (form: WindowForm) => [
    ...refusedParts(form, [{ path: 'maintenance.windows.1.schedule', message: 'wrong' }], 1).keys(),
  ]

  it('stands at the field its path names', () => {
    const issues = [
      { path: 'maintenance.windows.1.title', message: 'too long' },
      { path: 'maintenance.windows.1.schedule.from', message: 'HH:MM' },
      { path: 'maintenance.windows.1.scope.probeIds.0', message: 'no id' },
      { path: 'maintenance.windows.0.title', message: 'of another one' },
    ]
    expect([...refusedParts(filled, issues, 1)]).toEqual([
      ['title', 'too long'],
      ['from', 'HH:MM'],
      ['probeIds', 'no id'],
    ])
  })

  it('stands at the field that is in doubt where the schedule as a whole is refused', () => {
    expect(schedule(filled)).toEqual(['toDate'])
    expect(schedule({ ...filled, kind: 'weekly' })).toEqual(['days'])
    expect(schedule({ ...filled, kind: 'weekly', days: ['1'] })).toEqual(['to'])
    expect(schedule({ ...filled, kind: 'weekly', days: ['1'], timeZone: 'Mars/Base' })).toEqual(['timeZone'])
    expect(schedule({ ...filled, kind: 'cron', minutes: 0 })).toEqual(['minutes'])
    expect(schedule({ ...filled, kind: 'cron', expression: '61 * * * *' })).toEqual(['expression'])
    expect(schedule({ ...filled, kind: 'cron', timeZone: '+02:00' })).toEqual(['timeZone'])
  })
})

it('reads and writes moments of the operator’s clock', () => {
  expect(dateMs(dateText(now))).toBe(now)
  expect([dateMs(''), dateMs('2026-13-40T25:00'), dateMs('tomorrow')]).toEqual([null, null, null])
})
