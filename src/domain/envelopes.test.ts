import { describe, expect, it } from 'vitest'
import { envelopePosture, fixEnvelopes, isTruthy, noFix } from './envelopes.ts'
import { probeKinds } from './probe.ts'

describe('isTruthy', () => {
  it.each(['true', '1', 'yes', 'on', 'YES', ' On ', '\ttrue\n'])('%j is on', (value) => {
    expect(isTruthy(value)).toBe(true)
  })

  it.each([undefined, '', ' ', '0', 'false', 'no', 'off', 'y', 't', 'enabled', '2', 'true1'])('%j is off', (value) => {
    expect(isTruthy(value)).toBe(false)
  })
})

describe('envelopePosture', () => {
  const fly = 'KORA_PROBE_AUTOFIX_FLY_ENABLED'

  it.each([
    ['unset', {}, false],
    ['YES', { [fly]: 'YES' }, true],
    ['off', { [fly]: 'off' }, false],
    ['switched on for another probe', { KORA_PROBE_AUTOFIX_VERCEL_ENABLED: '1' }, false],
  ])('fly with its variable %s', (_name, env, enabled) => {
    expect(envelopePosture('fly', env)).toEqual({ enabled, fixName: 'restart_unhealthy_machine' })
  })

  it('stays off where there is no fix, whatever the variable says', () => {
    const env = Object.fromEntries(fixEnvelopes.map((envelope) => [envelope.enableEnv, 'true']))
    const on = probeKinds.filter((kind) => envelopePosture(kind, env).enabled)
    expect(on).toEqual(['fly'])
    expect(probeKinds.filter((kind) => envelopePosture(kind, env).fixName === noFix)).toEqual(
      probeKinds.filter((kind) => kind !== 'fly'),
    )
  })

  it('gives a reason wherever there is no fix', () => {
    const unexplained = fixEnvelopes.filter(
      ({ fixName, reasonWhenNone }) => (fixName === noFix) !== (reasonWhenNone !== null),
    )
    expect(unexplained).toEqual([])
  })
})
