import { expect, it } from 'vitest'
import { incidentToldWords } from './toldWords.ts'

const now = new Date(2026, 4, 12, 14, 0).getTime()
const at = (hour: number, minute: number, second = 0) => new Date(2026, 4, 12, hour, minute, second).getTime()
const untold = { probeId: 'fly', severity: 'warning', toldAtMs: null, toldVia: null } as const
type Holding = Parameters<typeof incidentToldWords>[1]
const open: Holding = {
  maintenance: { active: [], upcoming: [] },
  operational: { primary: 'ready', reasons: [], permission: 'normal', untilMs: null },
}
const paused: Holding['operational'] = {
  primary: 'paused',
  reasons: ['operator'],
  permission: 'critical_only',
  untilMs: at(15, 0),
}

it('says where it was told', () => {
  const told = { ...untold, toldAtMs: at(13, 2, 31) }
  expect(incidentToldWords({ ...told, toldVia: 'slack' }, open, now)).toBe('told you 13:02:31 on Slack')
  expect(incidentToldWords({ ...told, toldVia: 'native' }, { ...open, operational: paused }, now)).toBe(
    'told you 13:02:31 by notification',
  )
})

it('says what holds it back, planned work first', () => {
  const active = [{ id: 'mw', title: 'Upgrade', untilMs: at(17, 0), probeIds: ['fly'] }]
  const both = { maintenance: { active, upcoming: [] }, operational: paused }
  expect(incidentToldWords(untold, both, now)).toBe('held: maintenance until 17:00')
  expect(incidentToldWords(untold, { ...open, operational: paused }, now)).toBe('held: Kora is paused until 15:00')
  expect(incidentToldWords(untold, { ...open, operational: { ...paused, untilMs: null } }, now)).toBe(
    'held: Kora is paused',
  )
})

it('holds nothing that comes through', () => {
  const critical = { ...untold, severity: 'critical' } as const
  expect(incidentToldWords(critical, { ...open, operational: paused }, now)).toBe('you were not told yet')
  expect(incidentToldWords(untold, { ...open, operational: { ...paused, reasons: ['cost'] } }, now)).toBe(
    'you were not told yet',
  )
})
