import type { Page } from '@playwright/test'

/**
 * Gives a page the bridge that the desktop's preload script puts there, over the fixture's own socket: the cockpit
 * takes itself for the desktop's. To be called before the page is opened.
 */
export async function asDesktop(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connect = () => {
      const { port1, port2 } = new MessageChannel()
      const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/rpc`)
      socket.addEventListener('message', ({ data }) => {
        void (data instanceof Blob ? data.text() : Promise.resolve(data)).then((text: unknown) =>
          port2.postMessage(text),
        )
      })
      socket.addEventListener('open', () => {
        port2.addEventListener('message', ({ data }) => socket.send(data as string))
        port2.start()
        window.postMessage('kora:port', '*', [port1])
      })
    }
    Object.assign(window, { kora: { connect, onNavigate: () => () => undefined } })
  })
}
