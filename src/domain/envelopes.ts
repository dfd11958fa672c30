import type { ProbeKind } from './probe.ts'

/** What Kora may do by itself about a probe's trouble, and what switches it on (probe specification, section 6). */
export interface FixEnvelope {
  readonly kind: ProbeKind
  readonly fixName: string
  readonly enableEnv: string
  readonly reasonWhenNone: string | null
}

export const noFix = '(none)'

export const fixEnvelopes: readonly FixEnvelope[] = [
  {
    kind: 'fly',
    fixName: 'restart_unhealthy_machine',
    enableEnv: 'KORA_PROBE_AUTOFIX_FLY_ENABLED',
    reasonWhenNone: null,
  },
  {
    kind: 'supabase',
    fixName: noFix,
    enableEnv: 'KORA_PROBE_AUTOFIX_SUPABASE_ENABLED',
    reasonWhenNone: 'data layer: operator decides',
  },
  {
    kind: 'vercel',
    fixName: noFix,
    enableEnv: 'KORA_PROBE_AUTOFIX_VERCEL_ENABLED',
    reasonWhenNone: 'blind rollback may revert intended work',
  },
  {
    kind: 'sentry',
    fixName: noFix,
    enableEnv: 'KORA_PROBE_AUTOFIX_SENTRY_ENABLED',
    reasonWhenNone: 'code bugs: investigate only',
  },
  {
    kind: 'doppler',
    fixName: noFix,
    enableEnv: 'KORA_PROBE_AUTOFIX_DOPPLER_ENABLED',
    reasonWhenNone: 'rotation could lock the runtime out',
  },
]

/** Truthy spellings of a switch in the environment; everything else is off. */
export function isTruthy(value: string | undefined): boolean {
  return ['true', '1', 'yes', 'on'].includes((value ?? '').trim().toLowerCase())
}

/**
 * The envelope of a probe kind as it stands now.
 * @param env environment variables, read anew on every call
 */
export function envelopePosture(
  kind: ProbeKind,
  env: Readonly<Record<string, string | undefined>>,
): {
  enabled: boolean
  fixName: string
} {
  const envelope = fixEnvelopes.find((candidate) => candidate.kind === kind)
  if (!envelope) return { enabled: false, fixName: noFix }
  const enabled = envelope.fixName !== noFix && isTruthy(env[envelope.enableEnv])
  return { enabled, fixName: envelope.fixName }
}
