import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, dialog, ipcMain, powerMonitor, protocol, safeStorage, session } from 'electron'
import { serveRpc } from '../daemon/hosting/serveRpc.ts'
import { openShell } from '../daemon/hosting/Shell.ts'
import { explainStartFailure } from '../daemon/hosting/startFailure.ts'
import { openDaemon } from '../daemon/openDaemon.ts'
import { systemClock } from '../daemon/platform/clock.ts'
import type { DataPaths } from '../daemon/platform/paths.ts'
import { DesktopNotifier } from './DesktopNotifier.ts'
import { answerConnects } from './ipc.ts'
import { devServer, scheme } from './origin.ts'
import { denyPermissions } from './permissions.ts'
import { shellHandler } from './protocol.ts'
import { parseRoute, routeOf } from './route.ts'
import { systemVault } from './systemVault.ts'
import { openTray, setMenu } from './tray.ts'
import { type CockpitWindow, cockpitWindow } from './window.ts'

export interface DesktopOptions {
  readonly demo: boolean
  readonly paths: DataPaths
  /** Folder of the built code, with `main`, `preload` and `renderer` in it. */
  readonly out: string
}

/**
 * The desktop host: daemon, window, tray and notifications in one process. Resolves when the daemon runs.
 * @throws KoraError what `openDaemon` throws
 */
export async function runDesktop({ demo, paths, out }: DesktopOptions): Promise<void> {
  const { platform } = process
  const resources = join(out, '..', 'resources')
  const icons = join(resources, 'icons')
  let quitting = false
  let hidden = (): void => undefined

  const window: CockpitWindow = cockpitWindow({
    app,
    preload: join(out, 'preload', 'index.cjs'),
    icon: join(icons, 'icon.png'),
    keepOnClose: () => !quitting,
    onHidden: () => hidden(),
  })
  app.on('second-instance', (_event, args) => window.show(routeOf(args)))
  app.on('activate', () => window.show(null))

  await app.whenReady()
  denyPermissions(session.defaultSession)
  if (devServer === undefined) protocol.handle(scheme, shellHandler(openShell(join(out, 'renderer'))))
  setMenu(platform)

  const notifier = new DesktopNotifier({ clock: systemClock, open: (route) => window.show(route) })
  // Loaded for a demo only: nobody else needs simulated services.
  const simulated = demo ? await (await import('../simulator/demo.ts')).startDemo(process.env) : null
  const daemon = await openDaemon({
    host: 'desktop',
    version: app.getVersion(),
    demo,
    env: simulated?.env ?? process.env,
    platform,
    notifier,
    browserNotifications: noBrowsers,
    readWorker: pathToFileURL(join(out, 'main', 'readWorker.js')),
    resources,
    vault: (path, tools) => systemVault(safeStorage, platform, path, tools),
    web: null,
    requestStop: () => app.quit(),
    signInAddress: null,
    focus: (route) => {
      window.show(parseRoute(route))
      return Promise.resolve({ address: null })
    },
  })
  for (const warning of daemon.warnings) process.stderr.write(`${warning}\n`)
  const { logger } = daemon
  hidden = () => explainHiding(notifier, join(paths.state, 'hiding-explained'))
  const running = daemon.start()
  answerConnects(ipcMain, { running: running.then(async () => serveRpc(await daemon.router(), logger)), logger })
  powerMonitor.on('resume', () => daemon.resumed())
  const tray = openTray(icons, platform, { open: () => window.show(null), quit: () => app.quit() })
  app.on('before-quit', (event) => {
    if (quitting) return
    quitting = true
    event.preventDefault()
    void daemon.close('quit').then(async (orderly) => {
      await simulated?.close()
      tray.destroy()
      app.exit(orderly ? 0 : 1)
    })
  })
  window.show(routeOf(process.argv))
  await running
}

/** Says in one line why there is no cockpit, and leaves with the code the command line documents. */
export async function giveUp(error: unknown, paths: DataPaths): Promise<void> {
  const { line, exitCode } = await explainStartFailure(error, paths)
  process.stderr.write(`${line}\n`)
  // Without a terminal nobody would see the line.
  if (app.isPackaged) dialog.showErrorBox('Kora could not start', line)
  app.exit(exitCode)
}

/** Said once: whoever closes the window may think that the watching ended. */
function explainHiding(notifier: DesktopNotifier, marker: string): void {
  if (existsSync(marker)) return
  writeFileSync(marker, '')
  void notifier.show({
    id: 'hiding',
    title: 'Kora keeps watching',
    text: 'The window is closed. Open it again, or quit, from the tray.',
    tag: 'hiding',
    silent: true,
    route: null,
  })
}

/** Browsers belong to the headless host. */
async function* noBrowsers(): AsyncGenerator<never, void, void> {}
