import { expect, test } from 'vitest'
import { certificateExpiresAtMs, certificateIssue, classify, isCriticalKind, unreachableTitle } from './classify.ts'
import type { Cause, Details, Outcome, ProbeStatus } from './observation.ts'
import { type ProbeKind, probeKinds } from './probe.ts'

function outcome(status: ProbeStatus, cause: Cause, error: string | null, details: Details = {}): Outcome {
  return { status, cause, latencyMs: 12, details, error }
}
const unhealthy = (error: string | null, cause: Cause = 'server_error', details: Details = {}) =>
  outcome('unhealthy', cause, error, details)
const degraded = (details: Details, error: string | null = null) => outcome('degraded', 'threshold', error, details)
const read = (kind: ProbeKind, found: Outcome, config = {}, title: string = kind) => {
  const issue = classify(kind, title, found, config)
  return issue && [issue.severity, issue.title]
}

test.each([
  ['supabase', 'critical', 'Supabase unreachable: HTTP 503'],
  ['fly', 'critical', 'Fly app(s) unreachable: HTTP 503'],
  ['vercel', 'critical', 'Vercel API unreachable: HTTP 503'],
  ['sentry', 'warning', 'Sentry API unreachable: HTTP 503'],
  ['doppler', 'critical', 'Doppler API unreachable: HTTP 503'],
  ['http', 'critical', 'http failing: HTTP 503'],
] as const)('%s answering 503 is %s: %s', (kind, severity, title) => {
  expect(read(kind, unhealthy('HTTP 503'))).toEqual([severity, title])
})

test('cases 6, 8, 10, 12: the published rows', () => {
  expect(read('vercel', unhealthy('HTTP 503'))).toEqual(['critical', 'Vercel API unreachable: HTTP 503'])
  expect(read('sentry', unhealthy('HTTP 401', 'auth_rejected'))).toEqual([
    'warning',
    'Sentry API unreachable: HTTP 401',
  ])
  expect(read('doppler', unhealthy('HTTP 403', 'auth_rejected'))?.[0]).toBe('critical')
  expect(read('fly', unhealthy('HTTP 401', 'auth_rejected', { apps_running: 0 }))).toEqual([
    'critical',
    'Fly app(s) unreachable: HTTP 401',
  ])
})

test.each([
  ['vercel', { error_rate_24h: 0.2 }, 'Vercel error-rate elevated (20.0%)'],
  ['vercel', { error_rate_24h: 0.3333 }, 'Vercel error-rate elevated (33.3%)'],
  ['vercel', {}, 'Vercel error-rate elevated (0.0%)'],
  ['sentry', { unresolved_issues: 11 }, 'Sentry: 11 unresolved issue(s)'],
  ['sentry', { unresolved_issues: 500, more: true }, 'Sentry: 500+ unresolved issue(s)'],
  ['sentry', {}, 'Sentry: unknown unresolved issue(s)'],
  ['fly', { apps_running: 1 }, 'Fly degraded (1 app(s) running)'],
  ['fly', { apps_running: '1' }, 'Fly degraded (unknown app(s) running)'],
  ['supabase', { connections_pct: 91 }, 'Supabase degraded (91% connections)'],
  ['supabase', { connections_pct: 'unknown' }, 'Supabase degraded (unknown% connections)'],
  ['doppler', { oldest_secret_age_days: 181 }, 'Doppler secret-age elevated (181 days)'],
  ['doppler', {}, 'Doppler secret-age elevated (unknown days)'],
] as const)('%s degraded with %j is a warning: %s', (kind, details, title) => {
  expect(read(kind, degraded(details))).toEqual(['warning', title])
})

test('case 40: no way to the service is a warning at first, whatever the kind', () => {
  for (const kind of probeKinds) expect(read(kind, outcome('unreachable', 'dns', 'Error: x'))?.[0]).toBe('warning')
  expect(read('fly', outcome('unreachable', 'dns', 'Error: getaddrinfo ENOTFOUND api.machines.dev'))).toEqual([
    'warning',
    'Fly unreachable (transport): Error: getaddrinfo ENOTFOUND api.machines.dev',
  ])
  expect(unreachableTitle('fly', 'fly', null)).toBe('Fly unreachable (transport)')
  expect(unreachableTitle('http', 'Shop', 'probe timed out after 10s')).toBe(
    'Shop unreachable: probe timed out after 10s',
  )
})

test('cases 1, 2, 19, 40: nothing else is an issue', () => {
  for (const status of ['healthy', 'unknown', 'not_configured', 'not_watching'] as const) {
    for (const kind of probeKinds) expect(classify(kind, kind, outcome(status, 'none', 'x'), {})).toBeNull()
  }
})

test('an unreadable answer is a warning everywhere', () => {
  for (const kind of probeKinds) {
    expect(read(kind, unhealthy('body is not JSON', 'bad_response'))?.[0]).toBe('warning')
  }
  expect(read('vercel', unhealthy('body is not JSON', 'bad_response'))?.[1]).toBe(
    'Vercel answer unreadable: body is not JSON',
  )
})

test('what may turn critical: every provider but sentry, and http as it was set', () => {
  expect(probeKinds.filter((kind) => !isCriticalKind(kind, {}))).toEqual(['sentry'])
  expect(isCriticalKind('http', { severity: 'warning' })).toBe(false)
  expect(isCriticalKind('http', { severity: 'critical' })).toBe(true)
  expect(read('http', unhealthy('HTTP 500'), { severity: 'warning' }, 'Shop')).toEqual([
    'warning',
    'Shop failing: HTTP 500',
  ])
})

test('http has its own words for slow and for wrong content', () => {
  expect(read('http', outcome('degraded', 'too_slow', 'took 1840 ms, limit 500 ms'), {}, 'Shop')).toEqual([
    'warning',
    'Shop slow: took 1840 ms, limit 500 ms',
  ])
  expect(read('http', unhealthy('status is down, expected ok', 'assertion_failed'), {}, 'Shop')).toEqual([
    'critical',
    'Shop failing: status is down, expected ok',
  ])
})

test("a title of the operator's own takes the place of the provider's name", () => {
  expect(read('fly', degraded({ apps_running: 0 }), {}, 'Fly EU')?.[1]).toBe('Fly EU degraded (0 app(s) running)')
  expect(read('fly', degraded({ apps_running: 0 }), {}, 'FLY')?.[1]).toBe('Fly degraded (0 app(s) running)')
})

test('the detail text: published status, error, impact', () => {
  const detail = (kind: ProbeKind, found: Outcome) => classify(kind, kind, found, {})?.detail
  expect(detail('fly', unhealthy('HTTP 401'))).toMatch(
    /^Fly probe reported status=unhealthy\. error='HTTP 401'\. Deploy-control impact: .+\.$/,
  )
  expect(detail('vercel', degraded({}))).toMatch(
    /^Vercel probe reported status=degraded\. error='\(no error\)'\. Recent-deploy impact: .+\.$/,
  )
  expect(detail('doppler', outcome('unreachable', 'timeout', 'probe timed out after 10s'))).toMatch(
    /^Doppler probe reported status=unreachable\. error='probe timed out after 10s'\. Credential-surface impact: .+\.$/,
  )
  expect(detail('supabase', unhealthy(null))).toContain('Substrate-write impact: ')
  expect(detail('sentry', unhealthy(null))).toContain('Observability impact: ')
})

test('a long error is cut in the title and whole in the detail', () => {
  const error = `Error: ${'x'.repeat(280)}`
  const issue = classify('vercel', 'vercel', outcome('unreachable', 'tls', error), {})
  expect(issue?.title).toHaveLength('Vercel unreachable (transport): '.length + 120)
  expect(issue?.detail).toContain(error)
})

const nowMs = Date.UTC(2026, 4, 11, 14)
const dayMs = 86_400_000
const seen = (expiresAtMs: number) => ({
  probeId: 'shop',
  details: { certificate_expires_at: new Date(expiresAtMs).toISOString() },
})

test('a certificate is a warning from its last days on', () => {
  expect(certificateIssue(seen(nowMs + 14 * dayMs + 1), {}, nowMs)).toBeNull()
  expect(certificateIssue(seen(nowMs + 14 * dayMs), {}, nowMs)).toMatchObject({
    category: 'certificate_expiring',
    severity: 'warning',
    title: 'shop certificate expires in 14 d',
  })
  expect(certificateIssue(seen(nowMs + 30 * dayMs), { certificateWarnDays: 30 }, nowMs, 'Shop')?.title).toBe(
    'Shop certificate expires in 30 d',
  )
  expect(certificateIssue(seen(nowMs - 3 * dayMs), { certificateWarnDays: 0 }, nowMs)).toMatchObject({
    title: 'shop certificate expired 3 d ago',
    detail: expect.stringContaining('valid until 2026-05-08T14:00:00.000Z') as string,
  })
})

test('no certificate seen is no issue, and can be told from a good one', () => {
  for (const details of [{}, { certificate_expires_at: null }, { certificate_expires_at: 'soon' }]) {
    expect(certificateIssue({ probeId: 'shop', details }, {}, nowMs)).toBeNull()
    expect(certificateExpiresAtMs(details)).toBeNull()
  }
  expect(certificateExpiresAtMs(seen(nowMs).details)).toBe(nowMs)
})
