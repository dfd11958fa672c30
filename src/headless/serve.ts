import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { config as configureZod } from 'zod'
import { apiTokenFile, openApiToken } from '../daemon/hosting/apiToken.ts'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import { createPublishedApi } from '../daemon/hosting/publishedApi.ts'
import { openShell } from '../daemon/hosting/Shell.ts'
import { explainStartFailure } from '../daemon/hosting/startFailure.ts'
import { openDaemon, type OpenDaemon } from '../daemon/openDaemon.ts'
import { systemClock } from '../daemon/platform/clock.ts'
import { dataPaths } from '../daemon/platform/paths.ts'
import { fileVault } from '../daemon/platform/vault.ts'
import { KoraError } from '../domain/errors.ts'
import { BrowserNotifier } from './BrowserNotifier.ts'
import { HttpHost, webListener } from './HttpHost.ts'
import { openInBrowser } from './openInBrowser.ts'
import { SignIn } from './SignIn.ts'

const loopback = ['127.0.0.1', 'localhost', '::1']
const beyond = 'KORA_WEB_HOST: the cockpit is offered beyond this machine and is not encrypted; a tunnel is safer.'
const sealed =
  'Secrets stored by the desktop app cannot be opened here: set their variables, or store them again in Settings.'

export interface ServeOptions {
  /** Folder of `out` and `resources`. */
  readonly root: string
  readonly version: string
  readonly port: string | undefined
  readonly host: string | undefined
  readonly demo: boolean
  readonly open: boolean
}

/** Runs the daemon and its headless cockpit until a signal ends it. @returns the exit code */
export async function serve(options: ServeOptions): Promise<number> {
  // A function compiled for every schema is memory that a daemon which mostly waits does not get back: up to 2.5 MB.
  configureZod({ jitless: true })
  const { demo } = options
  const { platform } = process
  const paths = dataPaths(process.env, platform, { demo })
  const env = {
    ...process.env,
    ...(options.port === undefined ? {} : { KORA_WEB_PORT: options.port }),
    ...(options.host === undefined ? {} : { KORA_WEB_HOST: options.host }),
  }
  // Loaded for a demo only: nobody else needs simulated services.
  const simulated = demo ? await (await import('../simulator/demo.ts')).startDemo(env) : null
  let host: HttpHost | null = null
  let daemon: OpenDaemon | null = null
  const stop = Promise.withResolvers<string>()
  try {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.resolve(name))
    const notifier = new BrowserNotifier()
    const signIn = new SignIn({ clock: systemClock, file: join(paths.state, 'sessions.json') })
    const shell = openShell(join(options.root, 'out', 'renderer'))
    daemon = await openDaemon({
      host: 'headless',
      version: options.version,
      demo,
      env: simulated?.env ?? env,
      platform,
      notifier,
      browserNotifications: (ending) => notifier.subscribe(ending),
      readWorker: pathToFileURL(join(options.root, 'out', 'main', 'readWorker.js')),
      resources: join(options.root, 'resources'),
      vault(path, tools) {
        if (existsSync(`${path}.encrypted`)) process.stderr.write(`${sealed}\n`)
        return Promise.resolve(fileVault(path, tools))
      },
      web: webListener(() => host ?? thrown()),
      requestStop: (reason) => stop.resolve(reason),
      signInAddress: () => host?.signInAddress() ?? '',
      focus: () => Promise.resolve({ address: host?.address() ?? null }),
    })
    // Told to stop while it starts, it starts nothing more.
    void stop.promise.then((reason) => daemon?.close(reason))
    const { router, logger, config } = daemon
    for (const warning of daemon.warnings) process.stderr.write(`${warning}\n`)
    if (!loopback.includes(config.web.host)) process.stderr.write(`${beyond}\n`)
    const published = createPublishedApi(daemon.published)
    const isBearer = await openApiToken(join(paths.data, apiTokenFile), logger)
    const served = { router, published, isBearer, shell, signIn }
    host = new HttpHost({ ...config.web, ...served, platform, clock: systemClock, logger })
    await daemon.start()
    host.open()
    announce(host, demo)
    if (options.open) openInBrowser(host.signInAddress(), paths.state, platform)
    const orderly = await daemon.close(await stop.promise)
    await simulated?.close()
    // What did not end in time would keep the process alive.
    return orderly ? exitCodes.ok : process.exit(exitCodes.failed)
  } catch (error) {
    const calledOff = error instanceof KoraError && error.code === 'daemon_stopping'
    const { line, exitCode } = await explainStartFailure(error, paths)
    if (!calledOff) process.stderr.write(`${line}\n`)
    await daemon?.close('start failed')
    await host?.close()
    await simulated?.close()
    if (!calledOff) return exitCode
    // As a shell says it of a program that was interrupted; any other signal asked for an end in order.
    return (await stop.promise) === 'SIGINT' ? exitCodes.interrupted : exitCodes.ok
  }
}

/** The one place where a code is written: the terminal of whoever started this. */
function announce(host: HttpHost, demo: boolean): void {
  const what = demo ? 'Kora is watching simulated services (demo)' : 'Kora is watching'
  process.stdout.write(`${what}. Open the cockpit: ${host.signInAddress()}\n`)
  process.stdout.write('The link signs one browser in, once, within 10 minutes. A fresh one: kora status\n')
}

function thrown(): never {
  throw new KoraError('internal', 'The server is not made yet.')
}
