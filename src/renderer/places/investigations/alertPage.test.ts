import { expect, it } from 'vitest'
import type { AlertView } from '../../../contract/alerts.ts'
import { asideWords, causeLabel, lookedWords } from './alertPage.ts'

const now = new Date(2026, 4, 12, 14, 0).getTime()
const at = (hour: number, minute: number) => new Date(2026, 4, 12, hour, minute).getTime()

it('says how it was looked into', () => {
  type Looked = NonNullable<AlertView['investigation']>
  const looked = (state: Looked['state'], failure: string | null = null, durationMs: number | null = null) =>
    lookedWords({ voice: 'alert', investigation: { state, failure, finding: null, costNanoUsd: null } }, durationMs)
  expect(looked('finished', null, 3_100)).toBe('In 3.1 s')
  expect(looked('skipped', 'operational_state_paused')).toBe('Skipped: Kora is paused')
  expect(looked('failed', 'sdk_timeout')).toBe('Failed: the model did not answer in time')
  expect([looked('pending'), looked('running')]).toEqual(['Not yet', 'Under way'])
  expect(lookedWords({ voice: 'notice', investigation: null }, null)).toBe('No')
  expect(lookedWords({ voice: 'incident', investigation: null }, null)).toBe('With its incident')
})

it('says how it was put aside', () => {
  expect(asideWords({ acknowledgedAtMs: at(13, 2), snoozedUntilMs: null }, now)).toBe('Acknowledged 13:02')
  expect(asideWords({ acknowledgedAtMs: null, snoozedUntilMs: at(15, 14) }, now)).toBe('Snoozed until 15:14')
})

it('names the place of the cause', () => {
  expect(['/system/schedules', '/spend', '/settings/local-api', '/investigations/inc_1'].map(causeLabel)).toEqual([
    'Open System, schedules',
    'Open Spend',
    'Open Settings, local api',
    'Open the incident',
  ])
})
