import { createRouterClient } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import { mkdir } from 'node:fs/promises'
import type { Contract } from '../src/contract/index.ts'
import { createDaemon, type Daemon } from '../src/daemon/createDaemon.ts'
import { type Clock, systemClock } from '../src/daemon/platform/clock.ts'
import { parseConfig } from '../src/daemon/platform/config.ts'
import { createLogger } from '../src/daemon/platform/logger.ts'
import type { NativeNotifier } from '../src/daemon/platform/notifier.ts'
import { dataPaths } from '../src/daemon/platform/paths.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import { createSecrets } from '../src/daemon/platform/secrets.ts'
import { createHttpClient } from '../src/daemon/platform/undiciHttp.ts'

interface Options {
  readonly home: string
  /** By default the machine's. */
  readonly clock?: Clock
  /** Variables of its own; without any, nobody is told on Slack and no model is asked. */
  readonly env?: Readonly<Record<string, string>>
  /** What shows a notification; by default nothing does, and says that it did. */
  readonly show?: NativeNotifier['show']
}

interface Running {
  readonly daemon: Daemon
  readonly client: ContractRouterClient<Contract>
}

/** A whole daemon in this process on real files, sockets and timers, which is stopped afterwards. */
export async function withDaemon(options: Options, run: (running: Running) => Promise<void>): Promise<void> {
  const { home, clock = systemClock, show = async () => ({ shown: true }) } = options
  const env = { ...options.env, KORA_HOME: home }
  const paths = dataPaths(env, process.platform, { demo: false })
  await mkdir(paths.data, { recursive: true })
  const redactor = createRedactor()
  const daemon = createDaemon({
    host: 'desktop',
    version: '0.0.0-bench',
    demo: false,
    paths,
    env,
    config: parseConfig(env).config,
    clock,
    logger: createLogger({ redactor, file: null, stderr: false }),
    redactor,
    secrets: await createSecrets({ env, redactor, backend: { read: async () => ({}), write: async () => undefined } }),
    http: createHttpClient({ clock, allowPrivate: true }),
    notifier: { state: () => 'ready', show },
    browserNotifications: async function* () {},
    readWorker: new URL('../src/daemon/store/readWorker.ts', import.meta.url),
    resources: new URL('../resources', import.meta.url).pathname,
    web: null,
    requestStop: () => undefined,
    focus: async () => ({ address: null }),
  })
  await daemon.start()
  try {
    await run({ daemon, client: createRouterClient(await daemon.router(), { context: {} }) })
  } finally {
    await daemon.stop('measured')
  }
}
