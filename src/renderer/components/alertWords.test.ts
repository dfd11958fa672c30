import { expect, it } from 'vitest'
import { alertTone, isAside, staleWords, toldWords } from './alertWords.ts'

const now = new Date(2026, 4, 12, 14, 0).getTime()
const at = (hour: number, minute: number, second = 0) => new Date(2026, 4, 12, hour, minute, second).getTime()

it('says where it was told, or why not', () => {
  const told = {
    toldVia: ['slack', 'native'] as ('slack' | 'native')[],
    toldAtMs: at(13, 22, 9),
    hold: null,
    notDelivered: false,
    resolvedAtMs: null,
  }
  expect(toldWords(told, now)).toBe('told you 13:22:09 on Slack and by notification')
  expect(toldWords({ ...told, toldVia: ['inbox'] }, now)).toBe('told you 13:22:09 in the inbox')
  expect(toldWords({ ...told, toldVia: [], toldAtMs: null }, now)).toBe('you were not told yet')
  expect(toldWords({ ...told, toldVia: [], toldAtMs: null, resolvedAtMs: 9 }, now)).toBe('you were not told')
  expect(toldWords({ ...told, notDelivered: true }, now)).toBe('not delivered')
  expect(toldWords({ ...told, hold: { by: 'cooldown', untilMs: at(14, 20) } }, now)).toBe('held: cooldown until 14:20')
  expect(toldWords({ ...told, hold: { by: 'digest', untilMs: null } }, now)).toBe('held: daily digest')
})

it('says since when its source cannot be read', () => {
  expect(staleWords({ staleSinceMs: at(13, 3) }, now)).toBe('source unreadable since 13:03')
  expect(staleWords({ staleSinceMs: null }, now)).toBeNull()
})

it('marks what is put aside and what is over', () => {
  const active = { severity: 'critical', acknowledgedAtMs: null, snoozedUntilMs: null, resolvedAtMs: null } as const
  expect(alertTone(active, now)).toBe('trouble')
  expect(alertTone({ ...active, acknowledgedAtMs: 1 }, now)).toBe('paused')
  expect(alertTone({ ...active, snoozedUntilMs: now + 1 }, now)).toBe('paused')
  expect(alertTone({ ...active, acknowledgedAtMs: 1, resolvedAtMs: 2 }, now)).toBe('well')
  expect(isAside({ ...active, snoozedUntilMs: now }, now)).toBe(false)
})
