import { describe, expect, it } from 'vitest'
import { WatchHarness } from '../../test/fakes/watchHarness.ts'
import type { Incident } from './incident.ts'
import {
  alertMessage,
  fallbackMessage,
  groupMessage,
  groupRecoveryMessage,
  happyMessage,
  lateNote,
  lateRecoveryMessage,
  recoveryMessage,
  reminderMessage,
  severityEmoji,
  unableMessage,
} from './messages.ts'

const told = {
  probe: 'fly',
  severity: 'critical',
  title: 'Fly app(s) unreachable: HTTP 401',
  detail: "Fly probe reported status=unhealthy. error='HTTP 401'.",
}

/** An incident of twelve minutes. */
function incident(change: Partial<Incident> = {}): Incident {
  const harness = new WatchHarness()
  harness.see('degraded')
  harness.see('healthy', 12 * 60_000)
  if (!harness.newest) throw new Error('the harness opened no incident')
  return { ...harness.newest, title: 'Fly degraded (1 app(s) running)', ...change }
}

describe('severityEmoji', () => {
  it.each([
    ['critical', '🚨'],
    ['warning', '⚠️'],
    ['info', 'ℹ️'],
    ['weird', '🔔'],
    ['', '🔔'],
  ])('%j is %s', (severity, emoji) => {
    expect(severityEmoji(severity)).toBe(emoji)
  })
})

describe('the published formats (probe specification 8.4)', () => {
  it('a finding is the header and the text verbatim', () => {
    expect(happyMessage({ probe: 'fly', severity: 'critical' }, 'T')).toBe('🚨 Probe alert · fly\nT')
    const text = '  two\n\nlines <b> 🚨 '
    expect(happyMessage({ probe: 'fly', severity: 'warning' }, text)).toBe(`⚠️ Probe alert · fly\n${text}`)
  })

  it('the fallback has five parts and names the reason last', () => {
    expect(fallbackMessage(told, 'engine_unavailable').split('\n')).toEqual([
      '🚨 Probe alert · fly',
      'fly (critical): Fly app(s) unreachable: HTTP 401',
      '',
      "Fly probe reported status=unhealthy. error='HTTP 401'.",
      '',
      'I was unable to investigate — engine returned: engine_unavailable',
    ])
  })

  it('the first message of a critical is the fallback without its last line (ruling 16)', () => {
    const alert = alertMessage(told)
    expect(fallbackMessage(told, 'sdk_5xx')).toBe(`${alert}\n\n${unableMessage('sdk_5xx')}`)
    expect(alert).not.toContain('unable to investigate')
  })

  it('says so when there is no title or no detail', () => {
    expect(alertMessage({ ...told, title: '', detail: '' }).split('\n')).toEqual([
      '🚨 Probe alert · fly',
      'fly (critical): (no title)',
      '',
      '(no detail)',
    ])
  })
})

describe('our own lines', () => {
  it('a late message tells its age', () => {
    const later = 3 * 3_600_000
    expect(lateNote(0, later, true)).toBe('First seen 3 h ago; still so when checked again just now.')
    expect(lateNote(0, later, false)).toBe('First seen 3 h ago; it could not be checked again yet.')
  })

  it('a recovery tells how long it was and what', () => {
    expect(recoveryMessage(incident(), 'Fly')).toBe(
      '✅ Fly is well again after 12 min. It was: Fly degraded (1 app(s) running)',
    )
  })

  it('trouble that came and went is one line', () => {
    const line = lateRecoveryMessage(incident(), 'Fly')
    expect(line).toBe('✅ Fly had trouble for 12 min and is well again. It was: Fly degraded (1 app(s) running)')
    expect(line.split('\n')).toHaveLength(1)
  })

  it('measures to the last bad check while nothing is resolved', () => {
    const open = incident({ resolvedAtMs: null })
    const line = recoveryMessage({ ...open, lastSeenAtMs: open.firstSeenAtMs + 40_000 }, 'Fly')
    expect(line).toContain('after 40 s')
  })

  it('a reminder tells how long it has lasted', () => {
    const open = incident({ severity: 'critical' })
    expect(reminderMessage(open, 'Fly', open.firstSeenAtMs + 5_400_000)).toBe(
      '🚨 Still open after 1 h 30 min · Fly\nFly degraded (1 app(s) running)',
    )
  })

  it('a group speaks for every member under the worst severity', () => {
    const members = [
      { title: 'Fly', severity: 'warning', what: 'Fly degraded' },
      { title: 'Doppler', severity: 'critical', what: 'Doppler API unreachable' },
    ] as const
    expect(groupMessage(members)).toBe(
      '🚨 Probe alert · 2 services at once\n• Fly (warning): Fly degraded\n• Doppler (critical): Doppler API unreachable',
    )
    expect(groupMessage(members.slice(0, 1))).toMatch(/^⚠️/)
  })

  it('a group recovers from its first bad check to its last recovery', () => {
    const first = incident()
    const second = incident({
      probeId: 'doppler',
      firstSeenAtMs: first.firstSeenAtMs - 60_000,
      resolvedAtMs: first.firstSeenAtMs + 60_000,
    })
    expect(groupRecoveryMessage([first, second], (probeId) => probeId.toUpperCase())).toBe(
      '✅ 2 services are well again after 13 min: FLY, DOPPLER',
    )
  })
})
