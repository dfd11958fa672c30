import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { BrowserContext, Frame, Page, Request as PageRequest, Route } from 'playwright'
import { browser } from './chromium.ts'
import { record } from './recorded.ts'
import { fromPageUrl, isStandInUrl } from './scheme.ts'
import { ask, handlerOf, permissions } from './session.ts'
import { WebContents } from './WebContents.ts'
import { openWindows, windowEvents } from './windows.ts'

export interface WindowOptions {
  readonly show?: boolean
  readonly width?: number
  readonly height?: number
  readonly webPreferences?: Readonly<Record<string, unknown>> & { readonly preload?: string }
}

const shim = readFileSync(new URL('./pageShim.js', import.meta.url), 'utf8')

export class BrowserWindow extends EventEmitter {
  static readonly #all: BrowserWindow[] = []
  readonly options: WindowOptions
  readonly webContents: WebContents
  #visible: boolean
  #destroyed = false
  #context: Promise<BrowserContext> | null = null

  constructor(options: WindowOptions = {}) {
    super()
    this.options = options
    this.#visible = options.show !== false
    this.webContents = new WebContents(() => this.#open())
    BrowserWindow.#all.push(this)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    openWindows.push(this)
    windowEvents.emit('contents-created', this.webContents)
  }

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#all]
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.load(url)
  }

  show(): void {
    this.#visible = true
    this.emit('show')
  }

  hide(): void {
    this.#visible = false
    this.emit('hide')
  }

  focus(): void {
    record('focus')
  }

  restore(): void {
    record('restore')
  }

  isVisible(): boolean {
    return this.#visible
  }

  isMinimized(): boolean {
    return false
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  /** As if the operator pressed the close button. */
  close(): void {
    let allowed = true
    this.emit('close', { preventDefault: () => (allowed = false) })
    if (allowed) this.destroy()
  }

  destroy(): void {
    if (this.#destroyed) return
    this.#destroyed = true
    BrowserWindow.#all.splice(BrowserWindow.#all.indexOf(this), 1)
    openWindows.splice(openWindows.indexOf(this), 1)
    this.webContents.destroy()
    void this.#context?.then((context) => context.close())
    this.emit('closed')
    if (openWindows.length === 0) windowEvents.emit('none-left')
  }

  async #open(): Promise<Page> {
    this.#context ??= this.#openContext()
    const context = await this.#context
    context.removeAllListeners('page')
    const page = await context.newPage()
    // Electron asks before there is a window; here the window is there already.
    context.on('page', (opened) => void opened.close())
    await applyPermissions(context, page)
    return page
  }

  async #openContext(): Promise<BrowserContext> {
    const { width = 800, height = 600, webPreferences = {} } = this.options
    const context = await (await browser()).newContext({ viewport: { width, height } })
    await context.exposeBinding('__standIn', (source, message) => this.webContents.fromPage(source.frame, message))
    if (webPreferences.preload) {
      const preload = readFileSync(webPreferences.preload, 'utf8')
      await context.addInitScript({ content: `${shim}\n${inScope(preload)}` })
    }
    await context.route('**/*', (route, request) => this.#answer(route, request))
    return context
  }

  async #answer(route: Route, request: PageRequest): Promise<void> {
    const url = request.url()
    if (request.isNavigationRequest() && !this.webContents.allowsNavigation(frameOf(request), url)) {
      return route.abort('aborted')
    }
    if (!isStandInUrl(url)) return route.continue()
    const original = fromPageUrl(url)
    const handler = handlerOf(new URL(original).protocol.slice(0, -1))
    if (!handler) return route.abort('failed')
    try {
      // `Request` refuses unknown schemes with credentials only; the handler sees the address as Electron gives it.
      const response = await handler(new Request(original, { method: request.method() }))
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      })
    } catch (error) {
      record('protocol error', original, String(error))
      await route.abort('failed')
    }
  }
}

/** The preload script with what the shim lets it see. */
function inScope(preload: string): string {
  return `window.__standInScope?.((require, module, exports) => {\n${preload}\n})`
}

/** Null for a window that is only about to exist. */
function frameOf(request: PageRequest): Frame | null {
  try {
    return request.frame()
  } catch {
    return null
  }
}

/** Chromium then answers the page as the code under test would, for as long as the session stays attached. */
async function applyPermissions(context: BrowserContext, page: Page): Promise<void> {
  const devtools = await context.newCDPSession(page)
  const { targetInfo } = await devtools.send('Target.getTargetInfo')
  const { browserContextId } = targetInfo
  for (const [electronName, name] of permissions) {
    const { request, check } = await ask(electronName)
    const setting = request && check ? 'granted' : 'denied'
    await devtools.send('Browser.setPermission', { permission: { name }, setting, browserContextId })
  }
}
