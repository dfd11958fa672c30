import { expect, test } from 'vitest'
import type { Cause, Details, ProbeStatus } from './observation.ts'
import type { ProbeKind } from './probe.ts'
import { serviceSummary } from './serviceSummary.ts'

const nowMs = Date.UTC(2026, 4, 11, 14)
const certificate = (days: number) => ({
  certificate_expires_at: new Date(nowMs + days * 86_400_000 + 1_000).toISOString(),
})
const app = (machines_started: number | null, machines_total: number | null) => ({ machines_started, machines_total })

test('before the first check', () => {
  expect(serviceSummary('fly', null, nowMs)).toBe('Waiting for the first check')
})

test.each<[string, ProbeKind, ProbeStatus, Cause, Details, string | null]>([
  ['Well', 'vercel', 'healthy', 'none', { deployments_last_24h: 4, error_rate_24h: 0 }, null],
  ['Well', 'sentry', 'healthy', 'none', { unresolved_issues: 0 }, null],
  ['Well, 4 unresolved', 'sentry', 'healthy', 'none', { unresolved_issues: 4 }, null],
  ['Well, certificate 41 d', 'http', 'healthy', 'none', certificate(41), null],
  ['Well, certificate 59 d', 'http', 'healthy', 'none', certificate(59), null],
  ['Well', 'http', 'healthy', 'none', certificate(60), null],
  ['Well, certificate 0 d', 'http', 'healthy', 'none', certificate(0), null],
  ['Well, certificate expired', 'http', 'healthy', 'none', certificate(-1), null],
  ['Well', 'http', 'healthy', 'none', { certificate_expires_at: null }, null],
  ['Slow', 'http', 'degraded', 'too_slow', {}, 'took 1840 ms, limit 500 ms'],
  ['Error rate 20.0 %', 'vercel', 'degraded', 'threshold', { error_rate_24h: 0.2 }, null],
  ['11 unresolved', 'sentry', 'degraded', 'threshold', { unresolved_issues: 11 }, null],
  ['500+ unresolved', 'sentry', 'degraded', 'threshold', { unresolved_issues: 500, more: true }, null],
  ['1 of 2 machines started', 'fly', 'degraded', 'threshold', { apps: [app(1, 2)] }, null],
  ['3 of 4 machines started', 'fly', 'degraded', 'threshold', { apps: [app(1, 2), app(2, 2)] }, null],
  ['0 of 1 machine started', 'fly', 'unhealthy', 'threshold', { apps: [app(0, 1)] }, 'shop: 0 of 1'],
  ['1 of 2 apps answering', 'fly', 'degraded', 'threshold', { apps: [app(2, 2), app(null, null)] }, 'b: HTTP 500'],
  ['Degraded', 'fly', 'degraded', 'threshold', {}, null],
  ['Degraded', 'supabase', 'degraded', 'threshold', {}, null],
  ['HTTP 503', 'supabase', 'unhealthy', 'server_error', {}, 'HTTP 503'],
  ['HTTP 404', 'http', 'unhealthy', 'unexpected_status', {}, 'HTTP 404'],
  ['Token rejected', 'fly', 'unhealthy', 'auth_rejected', { apps: [app(null, null)] }, 'HTTP 401'],
  ['HTTP 401', 'http', 'unhealthy', 'auth_rejected', {}, 'HTTP 401'],
  ['Rate limited', 'sentry', 'unhealthy', 'rate_limited', {}, 'HTTP 429'],
  ['Unreadable answer', 'vercel', 'unhealthy', 'bad_response', {}, 'body is not JSON'],
  ['Wrong content', 'http', 'unhealthy', 'assertion_failed', {}, 'status is missing'],
  ['Unreachable', 'doppler', 'unreachable', 'dns', {}, 'Error: x'],
  ['Unreachable', 'doppler', 'unreachable', 'timeout', {}, 'probe timed out after 10s'],
  ['Address not allowed', 'http', 'unreachable', 'blocked_address', {}, 'BlockedAddress: x'],
  ['Not configured', 'fly', 'not_configured', 'credential_unset', {}, 'auth env unset or empty'],
  ['Not watching', 'fly', 'not_watching', 'own_link_down', {}, null],
  ['Check failed', 'fly', 'unknown', 'probe_error', {}, 'TypeError: x'],
  ['Unknown', 'fly', 'unknown', 'none', {}, null],
])('%s', (words, kind, status, cause, details, error) => {
  expect(serviceSummary(kind, { status, cause, details, error }, nowMs)).toBe(words)
})
