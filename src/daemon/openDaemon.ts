import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { AnyRouter } from '@orpc/server'
import { createDaemon, type Daemon, type DaemonOptions } from './createDaemon.ts'
import type { PublishedSources } from './hosting/publishedEndpoint.ts'
import { SocketHost } from './hosting/SocketHost.ts'
import { systemClock } from './platform/clock.ts'
import { type EnvConfig, parseConfig } from './platform/config.ts'
import { acquireLock } from './platform/folderLock.ts'
import { createLogger, type Logger } from './platform/logger.ts'
import { type DataPaths, dataPaths } from './platform/paths.ts'
import { createRedactor } from './platform/redactor.ts'
import { createSecrets } from './platform/secrets.ts'
import { createHttpClient } from './platform/undiciHttp.ts'
import type { VaultBackend, VaultTools } from './platform/vault.ts'

/** What the two hosts do differently. */
export interface HostParts
  extends Pick<
    DaemonOptions,
    | 'host'
    | 'version'
    | 'demo'
    | 'env'
    | 'notifier'
    | 'browserNotifications'
    | 'readWorker'
    | 'resources'
    | 'focus'
    | 'web'
    | 'requestStop'
  > {
  readonly platform: NodeJS.Platform
  vault(path: string, tools: VaultTools): Promise<VaultBackend>
  /** A fresh sign-in address for one more browser; null on the desktop. */
  readonly signInAddress: (() => string) | null
}

/** A daemon with everything around it that both hosts share. */
export interface OpenDaemon {
  readonly router: () => Promise<AnyRouter>
  /** What other programs may read, for the host to serve. */
  readonly published: PublishedSources
  readonly config: EnvConfig
  readonly paths: DataPaths
  readonly logger: Logger
  /** What the environment said that could not be used, one sentence each. */
  readonly warnings: readonly string[]
  /** Starts the daemon, then the command line's socket. @throws KoraError */
  start(): Promise<void>
  resumed(): void
  /**
   * Ends everything in reverse and gives the folder back. Idempotent.
   * @returns false when something did not end within the deadline, or failed to; the process should leave all the same
   */
  close(reason: string): Promise<boolean>
}

const closeDeadlineMs = 10_000

/**
 * Takes the data folder and builds a daemon in it; nothing runs before `start`.
 * @throws KoraError config_invalid | folder_locked | folder_unwritable | store_newer_schema | store_damaged |
 * store_unwritable | store_read_only
 */
export async function openDaemon(parts: HostParts): Promise<OpenDaemon> {
  const { env, platform, demo } = parts
  const { config, warnings } = parseConfig(env)
  const paths = dataPaths(env, platform, { demo })
  const clock = systemClock
  const lock = await acquireLock(paths, { clock, sessionId: randomUUID() })
  const redactor = createRedactor()
  const logger = createLogger({ redactor, file: join(paths.logs, 'kora.log'), stderr: false })
  const http = createHttpClient({ clock, allowPrivate: true })
  const contain = (reason: unknown): void => logger.error('a rejection nobody handled', { error: String(reason) })
  process.on('unhandledRejection', contain)
  const end = async (): Promise<void> => {
    process.off('unhandledRejection', contain)
    // On a disk that can no longer be written the lock stays; the next start sees that its owner is gone.
    await lock.release().catch((error: unknown) => {
      logger.warn('the folder could not be given back', { error: String(error) })
    })
    logger.close()
  }

  let daemon: Daemon
  try {
    const backend = await parts.vault(paths.vault, { clock, logger })
    const secrets = await createSecrets({ env, backend, redactor })
    daemon = createDaemon({ ...parts, config, paths, clock, logger, redactor, secrets, http })
  } catch (error) {
    logger.error('the daemon could not be opened', { error: String(error) })
    await http.close()
    await end()
    throw error
  }

  for (const warning of warnings) logger.warn(warning)
  if (lock.takenOver) logger.warn('an earlier process ended without giving the folder back', { ...lock.takenOver })
  const { router, published } = daemon
  const socket = new SocketHost({ socket: paths.socket, platform, router, logger, signInAddress: parts.signInAddress })
  let closing: Promise<boolean> | null = null

  async function closeInOrder(reason: string): Promise<boolean> {
    try {
      await socket.close()
      await daemon.stop(reason)
      return true
    } catch (error) {
      logger.error('the daemon did not stop in order', { error: String(error) })
      return false
    } finally {
      await end()
    }
  }

  async function closeInTime(reason: string): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    const cancel = clock.setTimer(closeDeadlineMs, () => late.resolve(false))
    const orderly = await Promise.race([closeInOrder(reason), late.promise])
    cancel()
    return orderly
  }

  return {
    router,
    published,
    config,
    paths,
    logger,
    warnings,
    async start() {
      await daemon.start()
      await socket.listen().catch((error: unknown) => {
        // Only the command line misses it, for instance in a folder whose path is too long for a socket.
        logger.error('the command line cannot reach this daemon', { socket: paths.socket, error: String(error) })
      })
    },
    resumed: () => daemon.resumed(),
    close: (reason) => (closing ??= closeInTime(reason)),
  }
}
