import { environmentVariables } from './environment.ts'
import {
  decimal,
  type Env,
  fixedBy,
  type FixedByEnv,
  flag,
  integer,
  type Parsed,
  port,
  text,
  trimmed,
  url,
} from './envValues.ts'
import { type AlertsConfig, parseAlerts } from './alertsConfig.ts'
import { parseSpending, type SpendingConfig } from './spendingConfig.ts'

export type { Env, FixedByEnv } from './envValues.ts'

/** What the environment says, understood once. Values of secrets are not in here. */
export interface EnvConfig extends SpendingConfig, AlertsConfig {
  /** Label of the installation; null when none was given. */
  readonly deployEnv: string | null
  /** For probes without an interval of their own; 5 s to 24 h. */
  readonly probeIntervalMs: number
  /** Upper bound of the sweep for wakes nobody has handled. */
  readonly wakeSweepMs: number
  readonly web: { readonly host: string; readonly port: number }
  readonly providers: {
    readonly sentryOrg: string | null
    readonly supabaseUrl: string | null
    readonly flyAppName: string | null
    readonly flyStagingAppName: string | null
  }
  readonly fixed: readonly FixedByEnv[]
  /** Names of the secret variables that are set. */
  readonly secretsSet: readonly string[]
}

/**
 * Understands the environment. What cannot be understood counts as unset and is named in a warning, one sentence each;
 * values are never repeated, since a secret may stand in the wrong variable.
 * @throws KoraError config_invalid with `{variable, exitCode: 2}` for a port that is not one: no other port is what
 * was meant
 */
export function parseConfig(env: Env): { config: EnvConfig; warnings: string[] } {
  const interval = decimal(env, 'KORA_HEARTBEAT_PROBE_INTERVAL_SEC', 300, 5, 86_400)
  const sweep = decimal(env, 'KORA_PROBE_WAKE_POLL_SEC', 30, 0.001, 86_400)
  const host = text(env, 'KORA_WEB_HOST', /^[\w.:%-]{1,255}$/, 'an address or a host name')
  const supabaseUrl = url(env, 'KORA_SUPABASE_URL')
  const operator = operatorUserId(env)
  const debounce = readDebounce(env)
  const spending = parseSpending(env)
  const alerts = parseAlerts(env)
  const settings = [
    fixedBy('model.id', 'KORA_MODEL', text(env, 'KORA_MODEL', /^\S{1,120}$/, 'the id of a model')),
    fixedBy('model.baseUrl', 'KORA_ANTHROPIC_BASE_URL', url(env, 'KORA_ANTHROPIC_BASE_URL')),
    fixedBy('slack.baseUrl', 'KORA_SLACK_BASE_URL', url(env, 'KORA_SLACK_BASE_URL')),
    operator,
  ]
  return {
    config: {
      deployEnv: trimmed(env, 'KORA_DEPLOY_ENV'),
      probeIntervalMs: Math.round(interval.value * 1_000),
      wakeSweepMs: Math.max(1, Math.round(sweep.value * 1_000)),
      web: { host: host.value ?? '127.0.0.1', port: port(env, 'KORA_WEB_PORT', 9_119) },
      providers: {
        sentryOrg: trimmed(env, 'KORA_SENTRY_ORG'),
        supabaseUrl: supabaseUrl.value,
        flyAppName: trimmed(env, 'KORA_FLY_APP_NAME'),
        flyStagingAppName: trimmed(env, 'KORA_FLY_STAGING_APP_NAME'),
      },
      ...spending.config,
      ...alerts.config,
      fixed: [...settings.flatMap(({ value }) => value), ...debounce.fixed, ...spending.fixed, ...alerts.fixed],
      secretsSet: environmentVariables
        .filter(({ name, secret }) => secret && trimmed(env, name) !== null)
        .map(({ name }) => name),
    },
    warnings: [
      ...[interval, sweep, host, supabaseUrl, ...settings].flatMap(({ warnings }) => warnings),
      ...debounce.warnings,
      ...spending.warnings,
      ...alerts.warnings,
    ],
  }
}

/** The debounce figures that the environment fixes now; they may be read again while the daemon runs. */
export function readDebounce(env: Env): { fixed: FixedByEnv[]; warnings: string[] } {
  const parts = [
    fixedBy(
      'watching.debounceSeconds',
      'KORA_PROBE_DEBOUNCE_SECONDS',
      integer(env, 'KORA_PROBE_DEBOUNCE_SECONDS', 0, 86_400),
    ),
    fixedBy(
      'watching.debounceBypassCritical',
      'KORA_PROBE_DEBOUNCE_BYPASS_CRITICAL',
      flag(env, 'KORA_PROBE_DEBOUNCE_BYPASS_CRITICAL'),
    ),
    fixedBy(
      'watching.consecutiveRequired',
      'KORA_PROBE_DEBOUNCE_CONSECUTIVE_REQUIRED',
      integer(env, 'KORA_PROBE_DEBOUNCE_CONSECUTIVE_REQUIRED', 1, 20),
    ),
  ]
  return { fixed: parts.flatMap(({ value }) => value), warnings: parts.flatMap(({ warnings }) => warnings) }
}

/**
 * The operator's Slack id, or a variable of the same form that carries a name instead of `OPERATOR` (ruling 13). Of
 * several, the first by name counts.
 */
function operatorUserId(env: Env): Parsed<FixedByEnv[]> {
  const main = 'KORA_SLACK_OPERATOR_USER_ID'
  const aliases = Object.keys(env)
    .filter((name) => /^KORA_SLACK_\w+_USER_ID$/.test(name) && name !== main && name !== 'KORA_SLACK_BOT_USER_ID')
    .filter((name) => trimmed(env, name) !== null)
    .toSorted()
  const variable = trimmed(env, main) === null ? (aliases[0] ?? main) : main
  const id = text(env, variable, /^[A-Za-z0-9]{1,40}$/, 'a Slack user id')
  const ignored = aliases.filter((name) => name !== variable && trimmed(env, name) !== trimmed(env, variable))
  const { value, warnings } = fixedBy('slack.operatorUserId', variable, id)
  return {
    value,
    warnings: [...warnings, ...ignored.map((name) => `${name} is ignored: ${variable} says who is told.`)],
  }
}
