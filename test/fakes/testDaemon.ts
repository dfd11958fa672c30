import { createRouterClient } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Contract } from '../../src/contract/index.ts'
import type { ProbeDraft } from '../../src/contract/probes.ts'
import type { NotificationMessage } from '../../src/contract/state.ts'
import { createDaemon, type Daemon } from '../../src/daemon/createDaemon.ts'
import type { Listener } from '../../src/daemon/listeners/listener.ts'
import type { HttpClient } from '../../src/daemon/platform/http.ts'
import { createLogger, type Logger } from '../../src/daemon/platform/logger.ts'
import { parseConfig } from '../../src/daemon/platform/config.ts'
import { dataPaths, type DataPaths } from '../../src/daemon/platform/paths.ts'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { createSecrets } from '../../src/daemon/platform/secrets.ts'
import { createHttpClient } from '../../src/daemon/platform/undiciHttp.ts'
import { fileVault } from '../../src/daemon/platform/vault.ts'
import { openStore } from '../../src/daemon/store/openStore.ts'
import type { Store } from '../../src/daemon/store/Store.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { createFakeClock, type FakeClock } from './fakeClock.ts'
import { createMemoryLogger, type MemoryLogger } from './memoryLogger.ts'
import { tempFolder } from './tempFolder.ts'

export interface TestDaemon {
  readonly daemon: Daemon
  readonly client: ContractRouterClient<Contract>
  readonly clock: FakeClock
  readonly simulator: Simulator
  readonly logger: MemoryLogger
  readonly paths: DataPaths
  readonly folder: string
  readonly shown: NotificationMessage[]
  /** Reasons for which the process was asked to stop. */
  readonly stopsAsked: string[]
  /** Time passes; checks, investigations and deliveries that it causes are over when this resolves. */
  pass(ms: number): Promise<void>
  /** Plain texts the simulated Slack received, oldest first. */
  slackTexts(): string[]
  /** Every stored message, in order, through a second connection. */
  read<T>(query: (store: Store) => T): Promise<T>
  /** The process ends without a goodbye: timers and sockets are gone, nothing is tidied. */
  stop(): Promise<void>
  /** Another process on the same data and simulator. */
  again(env?: Record<string, string>): Promise<TestDaemon>
}

export interface TestDaemonOptions {
  env?: Record<string, string | undefined>
  folder?: string
  simulator?: Simulator
  clock?: FakeClock
  probes?: readonly ProbeDraft[]
  /** Notifications cannot be shown, with this reason. */
  notifierRefuses?: string
  /** Stands between the probes and the outside. */
  http?: (real: HttpClient) => HttpClient
  /** The host's own server. */
  web?: Listener
  /** Before it is started. */
  onCreated?: (daemon: Daemon) => void
  /** The vault is the owner's file, and log lines go to the real log; both lie in the data folder. */
  files?: boolean
}

const token = 'xoxb-test-000000000000-aaaaaaaaaaaa'

/** A whole daemon on real files and sockets, talking to the simulator; only the clock is fake. */
export async function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  const folder = options.folder ?? (await tempFolder())
  const simulator = options.simulator ?? (await startSimulator())
  if (!options.simulator) onTestFinished(() => simulator.close())
  const clock = options.clock ?? createFakeClock()
  const env = {
    KORA_HOME: folder,
    KORA_SLACK_BOT_TOKEN: token,
    KORA_SLACK_OPERATOR_USER_ID: 'U0OPERATOR',
    KORA_SLACK_BASE_URL: `${simulator.urls.slack}/`,
    KORA_ANTHROPIC_API_KEY: 'sk-ant-test-000000000000',
    KORA_ANTHROPIC_BASE_URL: simulator.urls.anthropic,
    ...options.env,
  }
  const paths = dataPaths(env, process.platform, { demo: false })
  await mkdir(paths.data, { recursive: true })
  const redactor = createRedactor()
  const logger = createMemoryLogger()
  const file = options.files ? createLogger({ redactor, file: join(paths.logs, 'kora.log'), stderr: false }) : null
  if (file) onTestFinished(() => file.close())
  const secrets = await createSecrets({
    env,
    redactor,
    backend: options.files
      ? fileVault(paths.vault, { clock, logger })
      : { read: async () => ({}), write: async () => undefined },
  })
  const http = createHttpClient({ clock, allowPrivate: true })
  const shown: NotificationMessage[] = []
  const stopsAsked: string[] = []
  const readWorker = new URL('../../src/daemon/store/readWorker.ts', import.meta.url)
  const daemon = createDaemon({
    host: 'headless',
    version: '0.0.0-test',
    demo: false,
    paths,
    env,
    config: parseConfig(env).config,
    clock,
    logger: file ? both(logger, file) : logger,
    redactor,
    secrets,
    http: options.http?.(http) ?? http,
    notifier: {
      state: () => (options.notifierRefuses === undefined ? 'ready' : 'denied'),
      show: async (message) => {
        if (options.notifierRefuses !== undefined) return { shown: false, reason: options.notifierRefuses }
        shown.push(message)
        return { shown: true }
      },
    },
    browserNotifications: async function* () {},
    readWorker,
    resources: new URL('../../resources', import.meta.url).pathname,
    web: options.web ?? null,
    requestStop: (reason) => stopsAsked.push(reason),
    focus: async () => ({ address: null }),
  })
  options.onCreated?.(daemon)
  await daemon.start().catch(async (error: unknown) => {
    await daemon.stop('start failed')
    throw error
  })
  const client: ContractRouterClient<Contract> = createRouterClient(await daemon.router(), { context: {} })
  // A token in the environment seeds its provider; a test's own definition takes its place.
  const seeded = new Set((await client.probes.definitions()).map((definition) => definition.id))
  for (const draft of options.probes ?? []) {
    await (seeded.has(draft.id) ? client.probes.update(draft) : client.probes.create(draft))
  }
  let stopped = false
  const stop = async (): Promise<void> => {
    if (stopped) return
    stopped = true
    await daemon.stop('test')
  }
  onTestFinished(stop)
  const pass = async (ms: number): Promise<void> => {
    await daemon.drain()
    // In steps, so that what one second causes is over before the next one begins.
    for (let left = ms; left > 0; left -= 1_000) {
      await clock.advance(Math.min(1_000, left))
      await daemon.drain()
    }
  }
  return {
    daemon,
    client,
    stopsAsked,
    clock,
    simulator,
    logger,
    paths,
    folder,
    shown,
    pass,
    slackTexts: () =>
      simulator.requests
        .filter((request) => request.service === 'slack' && request.path.endsWith('/chat.postMessage'))
        .map((request) => String((request.body as { text?: unknown }).text)),
    async read(query) {
      const store = openStore({ file: paths.database, clock, logger, redactor, readWorker })
      try {
        return query(store)
      } finally {
        await store.close()
      }
    },
    stop,
    again: (more = {}) =>
      startTestDaemon({ ...options, env: { ...options.env, ...more }, folder, simulator, clock, probes: [] }),
  }
}

function both(first: Logger, second: Logger): Logger {
  const at =
    (level: keyof Logger): Logger[typeof level] =>
    (message, fields) => {
      first[level](message, fields)
      second[level](message, fields)
    }
  return { info: at('info'), warn: at('warn'), error: at('error') }
}

export function flyProbe(simulator: Simulator, more: Partial<ProbeDraft> = {}): ProbeDraft {
  return {
    id: 'fly',
    kind: 'fly',
    title: 'fly',
    config: { apps: ['demo-production', 'demo-staging'], baseUrl: simulator.urls.fly },
    intervalMs: 60_000,
    enabled: true,
    ...more,
  }
}

export function siteProbe(simulator: Simulator, more: Partial<ProbeDraft> = {}): ProbeDraft {
  return {
    id: 'site',
    kind: 'http',
    title: 'site',
    config: { url: `${simulator.urls.site}/` },
    intervalMs: 60_000,
    enabled: true,
    ...more,
  }
}
