import { fixEnvelopes } from '../../domain/envelopes.ts'

/** One documented variable, as README and `kora doctor` print it. */
export interface EnvironmentVariable {
  readonly name: string
  /** What holds when it is unset, in words. */
  readonly default: string
  readonly meaning: string
  /** Its value is a credential: never printed, only whether it is set. */
  readonly secret: boolean
}

const plain = (name: string, fallback: string, meaning: string): EnvironmentVariable => ({
  name,
  default: fallback,
  meaning,
  secret: false,
})

const secret = (name: string, meaning: string): EnvironmentVariable => ({
  name,
  default: 'unset',
  meaning,
  secret: true,
})

/** Every variable Kora reads, in the order in which people meet them. */
export const environmentVariables: readonly EnvironmentVariable[] = [
  plain('KORA_HOME', "the system's data and state folders", 'Folder of the database, the vault, backups and logs.'),
  plain('HERMES_HOME', 'unset', 'The older name of KORA_HOME, read where that is unset.'),
  plain('KORA_DEPLOY_ENV', 'unset', 'A label for this installation, such as "staging".'),
  plain('KORA_WEB_HOST', '127.0.0.1', 'Address of the headless cockpit.'),
  plain('KORA_WEB_PORT', '9119', 'Port of the headless cockpit, 0 to 65535; 0 takes a free one.'),
  plain(
    'KORA_HEARTBEAT_PROBE_INTERVAL_SEC',
    '300',
    'Seconds between the checks of a probe that sets no interval of its own; 5 to 86400.',
  ),
  plain(
    'KORA_PROBE_DEBOUNCE_SECONDS',
    '600',
    'Seconds in which a trouble already told is not told again; 0 to 86400, 0 switches the window off.',
  ),
  plain('KORA_PROBE_DEBOUNCE_BYPASS_CRITICAL', 'false', 'Criticals skip the window and the count of bad checks.'),
  plain(
    'KORA_PROBE_DEBOUNCE_CONSECUTIVE_REQUIRED',
    '1',
    'Bad checks in a row before a trouble opens an incident; 1 to 20.',
  ),
  plain(
    'KORA_PROBE_WAKE_POLL_SEC',
    '30',
    'Upper bound in seconds of the sweep for wakes nobody has handled; they are handled at once as a rule.',
  ),
  plain(
    'KORA_ALERT_NOTIFY_MODE',
    'immediate',
    'With digest, warnings and infos are told once a day; criticals at once.',
  ),
  plain(
    'KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC',
    '1800',
    'Seconds in which a second alert of a category waits, unless it is worse; 0 to 86400, 0 switches it off.',
  ),
  plain(
    'KORA_ALERT_NOTIFY_BURST_THRESHOLD',
    '5',
    'More alerts than this at once become one message; criticals stay single; 1 to 100.',
  ),
  plain(
    'KORA_ALERT_NOTIFY_INTERVAL_SEC',
    '180',
    'Upper bound in seconds of the sweep for alerts; as a rule they are told within a second.',
  ),
  plain('KORA_ALERT_NOTIFY_DIGEST_INTERVAL_SEC', '86400', 'Seconds between two digests, while the mode is digest.'),
  plain(
    'KORA_ALERT_WAKE_POLL_SEC',
    '30',
    'Upper bound in seconds of the sweep for alerts nobody has looked into; they are at once as a rule.',
  ),
  plain(
    'KORA_ALERT_WAKE_DEBOUNCE_SECONDS',
    '600',
    'Seconds in which a second alert of one category and severity is not looked into; 0 to 86400, 0 switches it off.',
  ),
  plain('KORA_ALERT_WAKE_DEBOUNCE_BYPASS_CRITICAL', 'false', 'Criticals are looked into whatever that says.'),
  plain('KORA_SNAPSHOT_INTERVAL_SEC', '300', 'Seconds between two snapshots when nothing changes; 1 to 86400.'),
  plain(
    'KORA_SNAPSHOT_PATH',
    'cache/daemon_snapshot.json in the data folder',
    'Absolute path of the file into which the snapshot is exported.',
  ),
  plain('KORA_COCKPIT_URL', 'unset', 'Address of the cockpit, for the end of messages that speak for many.'),
  ...fixEnvelopes.map(({ kind, fixName, enableEnv, reasonWhenNone }) =>
    plain(
      enableEnv,
      'false',
      reasonWhenNone === null
        ? `Allows the fix ${fixName} for ${kind}.`
        : `No effect: there is no fix for ${kind} (${reasonWhenNone}).`,
    ),
  ),
  secret('KORA_VERCEL_API_TOKEN', 'Vercel API token.'),
  secret('KORA_SENTRY_API_TOKEN', 'Sentry API token.'),
  plain('KORA_SENTRY_ORG', 'unset', 'Slug of the Sentry organisation.'),
  secret('KORA_DOPPLER_API_TOKEN', 'Doppler service token, read-only.'),
  secret('KORA_SUPABASE_ANON_KEY', 'Supabase anon key; never the service role.'),
  plain('KORA_SUPABASE_URL', 'unset', 'Address of the Supabase project.'),
  secret('KORA_FLY_API_TOKEN', 'Fly.io API token.'),
  plain('KORA_FLY_APP_NAME', 'unset', 'First Fly.io app of the seeded probe.'),
  plain('KORA_FLY_STAGING_APP_NAME', 'unset', 'Second Fly.io app of the seeded probe.'),
  secret('KORA_SLACK_BOT_TOKEN', 'Slack bot token.'),
  plain(
    'KORA_SLACK_OPERATOR_USER_ID',
    'unset',
    'Slack user who is told; KORA_SLACK_<NAME>_USER_ID is accepted in its place.',
  ),
  plain('KORA_SLACK_BASE_URL', 'https://slack.com/api/', 'Address of the Slack API.'),
  secret('KORA_ANTHROPIC_API_KEY', 'Key of the model account.'),
  secret('ANTHROPIC_API_KEY', 'Used when KORA_ANTHROPIC_API_KEY is unset.'),
  plain('KORA_ANTHROPIC_BASE_URL', 'https://api.anthropic.com', 'Address of the model API.'),
  plain('KORA_MODEL', 'the model chosen in Settings', 'Cheap model: everything begins with it.'),
  secret('KORA_ANTHROPIC_ADMIN_KEY', "Admin key that reads the provider's cost report; it calls no model."),
  plain(
    'KORA_CREDIT_POOL_USD',
    'the pool set in Settings',
    'USD that model calls may cost in one billing period; above 0, such as 82.40.',
  ),
  plain('KORA_FORCE_OPUS', 'false', 'With true everything goes to the strong model while the budget allows.'),
  plain('KORA_OPUS_PREFIX', '/opus', 'A message that begins with this word goes to the strong model.'),
  plain(
    'KORA_OPUS_TRIGGER_PATTERNS',
    'built in',
    'Patterns of messages for the strong model, by comma, or a JSON array; they replace the built-in ones.',
  ),
  plain(
    'KORA_HAIKU_LOW_CONFIDENCE_PATTERNS',
    'built in',
    'Patterns of answers that are asked again of the strong model, by comma, or a JSON array.',
  ),
  plain(
    'KORA_DISABLE_POST_CALL_ESCALATION',
    'false',
    'With true a hedging answer of the cheap model is never asked again of the strong one.',
  ),
  plain(
    'KORA_COST_TELEMETRY_PATH',
    'cache/cost_telemetry.json in the data folder',
    'Absolute path of the file into which the counters of calls are exported.',
  ),
  plain('KORA_COST_TELEMETRY_PERSIST_INTERVAL_SEC', '300', 'Seconds between two exports of the counters; 1 to 86400.'),
  plain(
    'KORA_COST_TELEMETRY_RESET_TICK_SEC',
    'unset',
    'Accepted, without effect: counters are computed from the ledger and are never reset.',
  ),
  plain(
    'KORA_PROMOTE_ROUTER_TUNING_MIN_CALLS',
    '20',
    'Calls of a route in 24 hours before its escalations are judged; 2 or more.',
  ),
  plain(
    'KORA_PROMOTE_ROUTER_TUNING_TIGHTEN_THRESHOLD',
    '0.4',
    'Share of escalated calls from which fewer signals are proposed; above 0, at most 1.',
  ),
  plain(
    'KORA_PROMOTE_ROUTER_TUNING_LOOSEN_OVERRIDE_THRESHOLD',
    '3',
    'Times you forced the strong model in 24 hours from which more signals are proposed; 1 or more.',
  ),
]
