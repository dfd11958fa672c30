/**
 * What Kora uses of Electron 45, over plain Node and one Chromium page per window.
 *
 * Faithful: `app://` handlers with their headers and so the Content-Security-Policy, the preload bridge, IPC with
 * sender frames, transferred message ports, denied windows and navigations, permission answers, the single-instance
 * lock across processes, quitting.
 * Not faithful: preload scripts run in the page's own world, no renderer sandbox is asserted, pages have the origin
 * `https://<host>.<scheme>.standin`, ports carry values by JSON, and trays, menus, dialogs, notifications and power
 * events are recorded rather than shown. `safeStorage` only pretends to encrypt.
 */
import { app } from './app.ts'
import { listen } from './control.ts'

export { app } from './app.ts'
export { BrowserWindow } from './BrowserWindow.ts'
export { ipcMain } from './ipc.ts'
export { MessageChannelMain } from './ports.ts'
export { dialog, Menu, nativeImage, Notification, powerMonitor, safeStorage, Tray } from './recorded.ts'
export { protocol, session } from './session.ts'

Object.defineProperty(process.versions, 'electron', { value: '45.4.1' })
Object.defineProperty(process, 'type', { value: 'browser' })

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit())
listen()
