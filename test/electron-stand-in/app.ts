import { EventEmitter } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browser, closeBrowser } from './chromium.ts'
import { requestLock } from './instanceLock.ts'
import { record } from './recorded.ts'
import { openWindows, windowEvents } from './windows.ts'

class App extends EventEmitter {
  readonly isPackaged = false
  readonly #paths = new Map([
    ['userData', join(tmpdir(), `stand-in-${process.pid}`)],
    ['temp', tmpdir()],
  ])
  #quitting = false
  #ready: Promise<void> | null = null

  whenReady(): Promise<void> {
    this.#ready ??= browser().then(() => void this.emit('ready'))
    return this.#ready
  }

  getPath(name: string): string {
    return this.#paths.get(name) ?? join(tmpdir(), name)
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path)
  }

  getVersion(): string {
    return process.env['npm_package_version'] ?? '0.0.0'
  }

  setName(name: string): void {
    record('name', name)
  }

  setAppUserModelId(id: string): void {
    record('app user model id', id)
  }

  enableSandbox(): void {
    record('sandbox enabled')
  }

  requestSingleInstanceLock(additionalData: unknown = null): boolean {
    return requestLock(this.getPath('userData'), additionalData, (second) => {
      this.emit('second-instance', {}, second.argv, second.workingDirectory, second.additionalData)
    })
  }

  quit(): void {
    if (this.#quitting) return
    let allowed = true
    const event = { preventDefault: () => (allowed = false) }
    this.emit('before-quit', event)
    if (!allowed) return
    this.#quitting = true
    for (const window of openWindows.toReversed()) window.destroy()
    this.emit('will-quit', event)
    this.exit(0)
  }

  exit(code = 0): void {
    void closeBrowser().finally(() => process.exit(code))
  }

  /** The last window went away. Electron quits unless somebody listens. */
  allWindowsClosed(): void {
    if (this.#quitting) return
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
    else this.quit()
  }
}

export const app = new App()
windowEvents.on('contents-created', (contents) => app.emit('web-contents-created', {}, contents))
windowEvents.on('none-left', () => app.allWindowsClosed())
