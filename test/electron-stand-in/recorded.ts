import { EventEmitter } from 'node:events'

/** What the code under test asked of the system, in order: `[what, …arguments]`. */
export const recorded: unknown[][] = []

export function record(what: string, ...args: unknown[]): void {
  recorded.push([what, ...args])
}

export interface MenuItem {
  readonly label?: string
  readonly role?: string
  click?(): void
}

export class Menu {
  readonly items: readonly MenuItem[]

  constructor(items: readonly MenuItem[]) {
    this.items = items
  }

  static buildFromTemplate(items: readonly MenuItem[]): Menu {
    return new Menu(items)
  }

  static setApplicationMenu(menu: Menu | null): void {
    record('application menu', menu?.items.map(({ label, role }) => label ?? role) ?? null)
  }
}

export const trays: Tray[] = []

export class Tray extends EventEmitter {
  menu: Menu | null = null

  constructor(image: { path: string }) {
    super()
    record('tray', image.path)
    trays.push(this)
  }

  destroy(): void {
    record('tray destroyed')
  }

  setToolTip(text: string): void {
    record('tray tooltip', text)
  }

  setContextMenu(menu: Menu): void {
    this.menu = menu
  }
}

export const nativeImage = { createFromPath: (path: string) => ({ path }) }

export interface NotificationOptions {
  readonly title: string
  readonly body: string
  readonly silent: boolean
}

export const notifications: Notification[] = []

export class Notification extends EventEmitter {
  readonly options: NotificationOptions

  constructor(options: NotificationOptions) {
    super()
    this.options = options
    notifications.push(this)
  }

  static isSupported(): boolean {
    return true
  }

  show(): void {
    record('notification', this.options)
    setImmediate(() => this.emit('show'))
  }

  close(): void {
    record('notification closed', this.options.title)
    this.emit('close')
  }
}

export const dialog = { showErrorBox: (title: string, text: string) => record('error box', title, text) }

export const powerMonitor = new EventEmitter()

/** STANDIN_STORAGE chooses the back-end; `basic_text` is what Linux has without a key ring. */
export const safeStorage = {
  getSelectedStorageBackend: () => process.env['STANDIN_STORAGE'] ?? 'gnome_libsecret',
  isAsyncEncryptionAvailable: () => Promise.resolve(process.env['STANDIN_STORAGE'] !== 'none'),
  encryptStringAsync: (text: string) =>
    Promise.resolve(Buffer.from(Buffer.from(text).toString('base64').split('').reverse().join(''))),
  decryptStringAsync: (sealed: Buffer) =>
    Promise.resolve({
      shouldReEncrypt: false,
      result: Buffer.from(sealed.toString().split('').reverse().join(''), 'base64').toString(),
    }),
}
