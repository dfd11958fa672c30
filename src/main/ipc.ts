import { type IpcMain, type IpcMainEvent, MessageChannelMain } from 'electron'
import type { BridgeChannel } from '../contract/bridge.ts'
import type { RpcChannel } from '../daemon/hosting/rpcChannel.ts'
import type { Logger } from '../daemon/platform/logger.ts'
import { isCockpitUrl } from './origin.ts'
import { portChannel } from './portChannel.ts'

const connect: BridgeChannel = 'kora:connect'
const port: BridgeChannel = 'kora:port'

/**
 * The only message a page may send: a request for a line, without arguments, from the main frame of the cockpit.
 * @param running resolves with the daemon's contract once it runs; a page that asks earlier waits
 */
export function answerConnects(
  ipcMain: IpcMain,
  options: { running: Promise<(channel: RpcChannel) => void>; logger: Logger },
): void {
  ipcMain.on(connect, (event, ...args: unknown[]) => {
    if (args.length > 0 || !isFromCockpit(event)) {
      options.logger.warn('connect refused', { from: event.senderFrame?.url ?? null, arguments: args.length })
      return
    }
    void options.running.then((serve) => {
      // The page may have left while the daemon was starting.
      if (event.sender.isDestroyed() || !isFromCockpit(event)) return
      const { port1, port2 } = new MessageChannelMain()
      serve(portChannel(port1))
      event.sender.postMessage(port, null, [port2])
    })
  })
}

function isFromCockpit(event: IpcMainEvent): boolean {
  const { senderFrame } = event
  return senderFrame !== null && senderFrame === event.sender.mainFrame && isCockpitUrl(senderFrame.url)
}
