import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where everything of one operator lives. */
export interface DataPaths {
  /** Database, vault and backups. */
  readonly data: string
  /** Lock, socket, logs: what may be lost. */
  readonly state: string
  readonly database: string
  readonly vault: string
  readonly backups: string
  /** The operator's own prices, if there are any. */
  readonly priceOverlay: string
  /** Export of the cost counters for other programs. */
  readonly costTelemetry: string
  /** Export of the snapshot for other programs. */
  readonly snapshot: string
  /** Copies of other history files, while they are open. */
  readonly openedHistory: string
  readonly lock: string
  /** Owner-only socket of the running daemon; a named pipe on Windows. */
  readonly socket: string
  readonly logs: string
}

/**
 * One default per system, for desktop and headless alike; `KORA_HOME`, or where it is unset the
 * older `HERMES_HOME`, overrides it; the demo has a folder of its own.
 * @param env environment variables
 * @param platform `process.platform`
 */
export function dataPaths(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  options: { demo: boolean },
): DataPaths {
  const folder = options.demo ? 'kora-demo' : 'kora'
  const home = env['KORA_HOME']?.trim() || env['HERMES_HOME']?.trim()
  let data: string
  let state: string
  if (home) {
    data = options.demo ? join(home, 'demo') : home
    state = join(data, 'state')
  } else if (platform === 'darwin') {
    data = join(homedir(), 'Library', 'Application Support', folder)
    state = join(data, 'state')
  } else if (platform === 'win32') {
    data = join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), folder)
    state = join(data, 'state')
  } else {
    data = join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), folder)
    state = join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), folder)
  }
  const pipe = `\\\\.\\pipe\\kora-${Buffer.from(data).toString('hex').slice(-64)}`
  return {
    data,
    state,
    database: join(data, 'kora.db'),
    vault: join(data, 'vault'),
    backups: join(data, 'backups'),
    priceOverlay: join(data, 'prices.json'),
    costTelemetry: join(data, 'cache', 'cost_telemetry.json'),
    snapshot: join(data, 'cache', 'daemon_snapshot.json'),
    openedHistory: join(state, 'opened-history'),
    lock: join(state, 'daemon.lock'),
    socket: platform === 'win32' ? pipe : join(state, 'kora.sock'),
    logs: join(state, 'logs'),
  }
}
