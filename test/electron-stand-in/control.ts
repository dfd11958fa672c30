import { app } from './app.ts'
import { BrowserWindow } from './BrowserWindow.ts'
import { notifications, powerMonitor, recorded, trays } from './recorded.ts'
import { ask, privileged } from './session.ts'

/** What a test may ask of a running stand-in. Values cross a process: data only. */
export interface Commands {
  windows(): WindowView[]
  recorded(): unknown[][]
  privileged(): unknown
  evaluate(expression: string): Promise<unknown>
  load(url: string): Promise<void>
  closeWindow(): void
  crashPage(): Promise<void>
  ask(permission: string): Promise<{ request: boolean; check: boolean; device: boolean }>
  clickNotification(title: string): void
  clickTray(label: string): void
  power(event: string): void
}

export interface WindowView {
  readonly url: string
  readonly visible: boolean
  readonly options: Readonly<Record<string, unknown>>
}

export interface Call {
  readonly id: number
  readonly command: keyof Commands
  readonly args: unknown[]
}

export type Answer = { readonly id: number; readonly value?: unknown; readonly error?: string }

const commands: Commands = {
  windows: () =>
    BrowserWindow.getAllWindows().map((window) => ({
      url: window.webContents.getURL(),
      visible: window.isVisible(),
      options: JSON.parse(JSON.stringify(window.options)) as Record<string, unknown>,
    })),
  recorded: () => recorded,
  privileged: () => privileged,
  evaluate: async (expression) => (await firstWindow().webContents.page()).evaluate(expression),
  load: (url) => firstWindow().loadURL(url),
  closeWindow: () => firstWindow().close(),
  crashPage: async () => {
    const page = await firstWindow().webContents.page()
    await page.goto('chrome://crash').catch(() => undefined)
  },
  ask,
  clickNotification: (title) => {
    const found = notifications.findLast(({ options }) => options.title === title)
    if (!found) throw new Error(`no notification says ${title}`)
    found.emit('click', {})
  },
  clickTray: (label) => {
    const item = trays.at(-1)?.menu?.items.find((one) => one.label === label)
    if (!item?.click) throw new Error(`the tray has no ${label}`)
    item.click()
  },
  power: (event) => void powerMonitor.emit(event),
}

/** Answers a parent process that forked this one; does nothing otherwise. */
export function listen(): void {
  if (!process.send) return
  process.on('message', (call: Call) => {
    void answer(call).then((result) => process.send?.(result))
  })
  process.once('disconnect', () => app.exit(1))
}

async function answer({ id, command, args }: Call): Promise<Answer> {
  try {
    const run = commands[command] as (...given: unknown[]) => unknown
    return { id, value: await run(...args) }
  } catch (error) {
    return { id, error: String(error) }
  }
}

function firstWindow(): BrowserWindow {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) throw new Error('there is no window')
  return window
}
