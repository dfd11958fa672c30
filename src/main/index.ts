import { join } from 'node:path'
import { app, protocol } from 'electron'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import { dataPaths } from '../daemon/platform/paths.ts'
import { giveUp, runDesktop } from './desktop.ts'
import { scheme } from './origin.ts'
import { denyNavigation } from './permissions.ts'

const demo = process.argv.includes('--demo')
const paths = dataPaths(process.env, process.platform, { demo })

protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
app.enableSandbox()
app.setName('Kora')
app.setAppUserModelId('dev.kora.cockpit')
// Electron's own files, and with them its instance lock, belong to the data folder: a demo may run beside the real one.
app.setPath('userData', join(paths.state, 'electron'))
denyNavigation(app)

if (app.requestSingleInstanceLock()) {
  const out = join(import.meta.dirname, '..')
  void runDesktop({ demo, paths, out }).catch((error: unknown) => giveUp(error, paths))
} else {
  process.stderr.write('Kora already runs; its window was brought to the front.\n')
  app.exit(exitCodes.alreadyRunning)
}
