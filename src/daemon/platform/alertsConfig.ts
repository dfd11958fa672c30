import { absolutePath, choice, decimal, type Env, fixedBy, type FixedByEnv, flag, integer, url } from './envValues.ts'

/** What the environment says about alerts and the snapshot, beside the settings it fixes. */
export interface AlertsConfig {
  /** Upper bounds of sweeps: alerts and their investigations react to what happens (ruling 10). */
  readonly alerts: { readonly notifyMs: number; readonly digestMs: number; readonly wakeSweepMs: number }
  /** The export of the snapshot; `path` null when no file was named. */
  readonly snapshot: { readonly path: string | null; readonly intervalMs: number }
  /** Ends messages that speak for many; null when there is none to give. */
  readonly cockpitUrl: string | null
}

const mostSeconds = 30 * 86_400

/** Understands the variables of alerts and the snapshot; what is none counts as unset, with a warning. */
export function parseAlerts(env: Env): { config: AlertsConfig; fixed: FixedByEnv[]; warnings: string[] } {
  const notify = decimal(env, 'KORA_ALERT_NOTIFY_INTERVAL_SEC', 180, 1, 86_400)
  const digest = decimal(env, 'KORA_ALERT_NOTIFY_DIGEST_INTERVAL_SEC', 86_400, 1, mostSeconds)
  const sweep = decimal(env, 'KORA_ALERT_WAKE_POLL_SEC', 30, 1, 86_400)
  const interval = decimal(env, 'KORA_SNAPSHOT_INTERVAL_SEC', 300, 1, 86_400)
  const path = absolutePath(env, 'KORA_SNAPSHOT_PATH')
  const cockpit = url(env, 'KORA_COCKPIT_URL')
  const settings = [
    fixedBy(
      'alerts.mode',
      'KORA_ALERT_NOTIFY_MODE',
      choice(env, 'KORA_ALERT_NOTIFY_MODE', ['immediate', 'digest'] as const),
    ),
    fixedBy(
      'alerts.categoryCooldownSeconds',
      'KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC',
      integer(env, 'KORA_ALERT_NOTIFY_CATEGORY_COOLDOWN_SEC', 0, 86_400),
    ),
    fixedBy(
      'alerts.burstThreshold',
      'KORA_ALERT_NOTIFY_BURST_THRESHOLD',
      integer(env, 'KORA_ALERT_NOTIFY_BURST_THRESHOLD', 1, 100),
    ),
    fixedBy(
      'alerts.investigationDebounceSeconds',
      'KORA_ALERT_WAKE_DEBOUNCE_SECONDS',
      integer(env, 'KORA_ALERT_WAKE_DEBOUNCE_SECONDS', 0, 86_400),
    ),
    fixedBy(
      'alerts.debounceBypassCritical',
      'KORA_ALERT_WAKE_DEBOUNCE_BYPASS_CRITICAL',
      flag(env, 'KORA_ALERT_WAKE_DEBOUNCE_BYPASS_CRITICAL'),
    ),
  ]
  return {
    config: {
      alerts: { notifyMs: ms(notify.value), digestMs: ms(digest.value), wakeSweepMs: ms(sweep.value) },
      snapshot: { path: path.value, intervalMs: ms(interval.value) },
      cockpitUrl: cockpit.value,
    },
    fixed: settings.flatMap(({ value }) => value),
    warnings: [notify, digest, sweep, interval, path, cockpit, ...settings].flatMap(({ warnings }) => warnings),
  }
}

function ms(seconds: number): number {
  return Math.round(seconds * 1_000)
}
