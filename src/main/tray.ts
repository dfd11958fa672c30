import { Menu, nativeImage, Tray } from 'electron'
import { join } from 'node:path'

export interface TrayActions {
  readonly open: () => void
  readonly quit: () => void
}

/** The mark in the menu bar or tray. Keep the result: a tray that is collected disappears. */
export function openTray(icons: string, platform: NodeJS.Platform, actions: TrayActions): Tray {
  // The system colours a template image itself and picks its @2x variant.
  const file = platform === 'darwin' ? 'trayTemplate.png' : 'tray.png'
  const tray = new Tray(nativeImage.createFromPath(join(icons, file)))
  tray.setToolTip('Kora is watching')
  tray.setContextMenu(
    Menu.buildFromTemplate([
      { label: 'Open Kora', click: actions.open },
      { type: 'separator' },
      { label: 'Quit', click: actions.quit },
    ]),
  )
  tray.on('click', actions.open)
  return tray
}

/** Only what macOS needs for copying, pasting and quitting; the default menu reloads pages and opens web sites. */
export function setMenu(platform: NodeJS.Platform): void {
  const menu = Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
  Menu.setApplicationMenu(platform === 'darwin' ? menu : null)
}
