import { type App, BrowserWindow } from 'electron'
import type { BridgeChannel } from '../contract/bridge.ts'
import { startUrl } from './origin.ts'

const navigate: BridgeChannel = 'kora:navigate'
/** A page that crashes more often than this within a minute is left as it is: something is wrong with it. */
const reloadsPerMinute = 3

export interface CockpitWindow {
  /** Shows the window in front, at this place if one is given. */
  show(route: string | null): void
}

export interface WindowOptions {
  readonly app: App
  readonly preload: string
  readonly icon: string
  /** Whether closing should hide the window instead. */
  readonly keepOnClose: () => boolean
  readonly onHidden: () => void
}

/** The one window: made when first shown, remade after it was destroyed. */
export function cockpitWindow(options: WindowOptions): CockpitWindow {
  let window: BrowserWindow | null = null
  return {
    show(route) {
      if (window === null || window.isDestroyed()) {
        window = open(options, route)
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      if (route !== null) window.webContents.send(navigate, route)
    },
  }
}

function open({ app, preload, icon, keepOnClose, onHidden }: WindowOptions, route: string | null): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Kora',
    icon,
    show: false,
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    autoHideMenuBar: true,
    // Every guard by name, also where it is the default today.
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: !app.isPackaged,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    if (!keepOnClose()) return
    event.preventDefault()
    window.hide()
    onHidden()
  })
  reloadAfterCrash(window)
  void window.loadURL(route === null ? startUrl : `${startUrl}#${route}`)
  return window
}

/** The daemon lives in this process and goes on; the page comes back at its place, which stands in its address. */
function reloadAfterCrash(window: BrowserWindow): void {
  const reloads: number[] = []
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const now = performance.now()
    const recent = reloads.filter((at) => now - at < 60_000).length
    if (reason === 'clean-exit' || recent >= reloadsPerMinute) return
    reloads.push(now)
    window.webContents.reload()
  })
}
