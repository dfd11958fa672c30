import { describe, expect, it } from 'vitest'
import type { IncidentSummary, InvestigationView } from '../../../contract/incidents.ts'
import {
  dayMarks,
  earlierWords,
  emptyText,
  failureWords,
  findingParts,
  fixWords,
  isModelSetup,
  modelWords,
  nextStepAction,
  statusWords,
  timelineGlyph,
  totalsText,
} from './words.ts'

describe('failureWords', () => {
  it.each([
    ['engine_unavailable', 'no model key is set'],
    ['sdk_4xx_413', 'the model service refused the request (HTTP 413)'],
    ['engine_exception:TypeError', 'the investigation broke off (TypeError)'],
    ['sdk_unknown_socket', 'the model client failed in a way Kora does not know'],
    ['something_new', 'something new'],
  ])('%s', (reason, words) => {
    expect(failureWords(reason)).toBe(words)
  })

  it('knows which ones Settings can mend', () => {
    expect(['sdk_auth', 'engine_unavailable', 'sdk_timeout'].map(isModelSetup)).toEqual([true, true, false])
  })
})

describe('findingParts', () => {
  it('makes the first sentence the heading', () => {
    expect(findingParts('The token is rejected. Both apps answer 401.\nThe vault is fine.')).toEqual({
      heading: 'The token is rejected.',
      rest: 'Both apps answer 401.\nThe vault is fine.',
    })
    expect(findingParts('One line')).toEqual({ heading: 'One line', rest: '' })
  })

  it('shows an overlong sentence in full below', () => {
    const long = `${'word '.repeat(60)}end.`
    const parts = findingParts(long)
    expect(parts.heading.length).toBeLessThanOrEqual(161)
    expect(parts.rest).toBe(long)
  })
})

it('offers Settings for credentials and a check for the rest', () => {
  expect((['auth_rejected', 'credential_unset', 'timeout', 'threshold'] as const).map(nextStepAction)).toEqual([
    'settings',
    'settings',
    'check',
    'check',
  ])
})

it('sums calls and tokens up, and knows when there were none', () => {
  const one = { model: 'claude-haiku-4-5', inputTokens: 1_000, outputTokens: 100 } as InvestigationView
  const failed = { ...one, model: null, inputTokens: null, outputTokens: null }
  expect(modelWords([one, failed, { ...one, inputTokens: 204 }])).toBe(
    'claude-haiku-4-5, 2 calls, 1\u2009204 in / 200 out',
  )
  expect(modelWords([failed])).toBeNull()
})

it('says how often, and whether it flaps', () => {
  const incident = {
    severity: 'critical',
    seenCount: 3,
    reopenedCount: 1,
    flapping: true,
    acknowledgedAtMs: null,
  } as IncidentSummary
  expect(statusWords(incident)).toEqual({ before: 'critical', after: 'seen 3 times · came back once · flapping' })
})

it('says what may be fixed without the operator', () => {
  expect(fixWords({ fixName: 'restart_unhealthy_machine', enabled: false })).toBe(
    'restart unhealthy machine: switched off, Kora only diagnoses',
  )
  expect(fixWords({ fixName: '(none)', enabled: false })).toBe('None for this service: Kora only diagnoses')
})

it('names earlier ones by day and length', () => {
  const openedAtMs = new Date(2026, 3, 3, 12).getTime()
  const now = new Date(2026, 4, 14).getTime()
  expect(earlierWords({ openedAtMs, resolvedAtMs: openedAtMs + 41 * 60_000 }, now)).toBe('3 Apr, 41 min')
})

it('marks a failed delivery as such', () => {
  expect(timelineGlyph({ kind: 'delivery', tone: 'attention' })).toBe('attention')
  expect(timelineGlyph({ kind: 'delivery', tone: 'neutral' })).toBe('told')
  expect(timelineGlyph({ kind: 'check', tone: 'trouble' })).toBe('trouble')
})

it('marks the days of a timeline, today unmarked', () => {
  const at = (day: number, hour: number) => ({ atMs: new Date(2026, 4, day, hour).getTime() })
  const now = at(14, 15).atMs
  expect(dayMarks([at(12, 1), at(12, 2), at(13, 1), at(14, 1)], now)).toEqual(['12 May', null, '13 May', '14 May'])
  expect(dayMarks([at(14, 1), at(14, 2)], now)).toEqual([null, null])
})

it('counts what is listed, whose ever it is', () => {
  const incidents = { active: 1, resolved: 6, costNanoUsd: 84_000_000 }
  const alerts = { active: 2, resolved: 3, costNanoUsd: 6_000_000 }
  expect(totalsText('all', '7d', incidents, alerts)).toBe(
    '1 incident and 2 alerts active · 9 resolved in 7 days · $0.0900 spent on them',
  )
  expect(totalsText('all', '7d', incidents, { ...alerts, costNanoUsd: null })).toContain(
    'some of their cost is unknown',
  )
  expect(totalsText('services', '24h', { ...incidents, costNanoUsd: null }, alerts)).toBe(
    '1 active · 6 resolved in 24 h · some of their cost is unknown',
  )
  expect(totalsText('kora', 'all', incidents, { active: 0, resolved: 0, costNanoUsd: 0 })).toMatch(
    /^0 active · 0 resolved in all · \$0/,
  )
})

it('says why the list is empty', () => {
  expect(emptyText('all', '7d', 'any')).toBe('Nothing went wrong in 7 days.')
  expect(emptyText('kora', '24h', 'any')).toBe('Kora raised no alert in 24 h.')
  expect(emptyText('services', 'all', 'active')).toBe('No incident is active.')
  expect(emptyText('kora', 'all', 'any')).toBe('Kora has never had anything to say about itself.')
})
