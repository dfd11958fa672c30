import { EventEmitter } from 'node:events'
import type { Frame, Page } from 'playwright'
import { ipcMain } from './ipc.ts'
import type { MessagePortMain } from './ports.ts'
import { record } from './recorded.ts'
import { fromPageUrl, toPageUrl } from './scheme.ts'

export interface FrameLike {
  readonly url: string
  readonly parent: FrameLike | null
}

/** What a page's shim posts. */
type FromPage =
  | { readonly kind: 'send'; readonly channel: string; readonly args: unknown[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'port closed'; readonly id: number }

type ToPage =
  | { readonly kind: 'ipc'; readonly channel: string; readonly args: unknown[]; readonly ports: number[] }
  | { readonly kind: 'port'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'port closed'; readonly id: number }

type WindowOpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

export class WebContents extends EventEmitter {
  readonly mainFrame: FrameLike
  readonly #open: () => Promise<Page>
  #page: Promise<Page>
  readonly #ports = new Map<number, MessagePortMain>()
  #url = ''
  #openHandler: WindowOpenHandler = () => ({ action: 'allow' })
  #sending: Promise<void> = Promise.resolve()
  #destroyed = false
  /** A navigation the main process itself started; the next one of the main frame is not the page's. */
  #own = false

  /** @param open makes a page for this window: the first one, and another after a crash */
  constructor(open: () => Promise<Page>) {
    super()
    this.#open = open
    this.#page = open()
    const url = (): string => this.#url
    this.mainFrame = {
      get url() {
        return url()
      },
      parent: null,
    }
    void this.#page.then((page) => this.#follow(page))
  }

  page(): Promise<Page> {
    return this.#page
  }

  getURL(): string {
    return this.#url
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  async load(url: string): Promise<void> {
    this.#own = true
    await (await this.#page).goto(toPageUrl(url))
  }

  /** Always onto a fresh page: a crashed one cannot be used again. */
  reload(): void {
    const url = this.#url
    const old = this.#page
    this.#dropPorts()
    this.#page = this.#open()
    void this.#page.then(async (page) => {
      this.#follow(page)
      await this.load(url)
      await (await old).close()
    })
  }

  send(channel: string, ...args: unknown[]): void {
    this.#toPage({ kind: 'ipc', channel, args: structuredClone(args), ports: [] })
  }

  postMessage(channel: string, data: unknown, transfer: readonly MessagePortMain[] = []): void {
    for (const port of transfer) this.#ports.set(port.id, port)
    this.#toPage({ kind: 'ipc', channel, args: [structuredClone(data)], ports: transfer.map(({ id }) => id) })
    for (const port of transfer) {
      port.moveTo({
        message: (id, message) => this.#toPage({ kind: 'port', id, data: message }),
        close: (id) => this.#toPage({ kind: 'port closed', id }),
      })
    }
  }

  setWindowOpenHandler(handler: WindowOpenHandler): void {
    this.#openHandler = handler
  }

  /** The page's binding calls this. */
  fromPage(frame: Frame, message: FromPage): void {
    if (message.kind === 'send') {
      const senderFrame = frame.parentFrame() === null ? this.mainFrame : this.#child(frame)
      ipcMain.emit(message.channel, { sender: this, senderFrame, ports: [] }, ...message.args)
    } else if (message.kind === 'port') {
      this.#ports.get(message.id)?.fromRemote(message.data)
    } else {
      this.#ports.get(message.id)?.peer?.end()
      this.#ports.delete(message.id)
    }
  }

  /** A frame wants to go somewhere; tells the code under test and says whether it may. */
  allowsNavigation(frame: Frame | null, url: string): boolean {
    if (frame === null) {
      const { action } = this.#openHandler({ url: fromPageUrl(url) })
      record('window', fromPageUrl(url), action)
      return action === 'allow'
    }
    const isMainFrame = frame.parentFrame() === null
    if (isMainFrame && this.#own) {
      this.#own = false
      return true
    }
    let allowed = true
    const details = { url: fromPageUrl(url), isMainFrame, preventDefault: () => (allowed = false) }
    this.emit('will-frame-navigate', details)
    if (isMainFrame) this.emit('will-navigate', details)
    record('navigation', fromPageUrl(url), allowed ? 'allowed' : 'denied')
    return allowed
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    this.#dropPorts()
    this.emit('destroyed')
  }

  #child(frame: Frame): FrameLike {
    return { url: fromPageUrl(frame.url()), parent: this.mainFrame }
  }

  #follow(page: Page): void {
    page.on('framenavigated', (frame) => {
      if (frame.parentFrame() !== null) return
      if (withoutHash(this.#url) !== withoutHash(fromPageUrl(frame.url()))) this.#dropPorts()
      this.#url = fromPageUrl(frame.url())
    })
    page.on('load', () => this.emit('did-finish-load', {}))
    page.on('pageerror', (error) => record('page error', String(error)))
    page.on('console', (message) => {
      if (message.type() === 'error') record('console error', message.text())
    })
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
  }

  /** In order, and never rejecting: a page may be gone by then. */
  #toPage(message: ToPage): void {
    this.#sending = this.#sending.then(async () => {
      const page = await this.#page
      await page.evaluate(deliver, message).catch(() => undefined)
    })
  }

  #dropPorts(): void {
    for (const port of this.#ports.values()) port.peer?.end()
    this.#ports.clear()
  }
}

/** Runs in the page. */
function deliver(message: ToPage): void {
  ;(globalThis as { __fromMain?: (message: ToPage) => void }).__fromMain?.(message)
}

function withoutHash(url: string): string {
  return url.replace(/#.*$/, '')
}
