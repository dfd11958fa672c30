import type { RpcChannel } from '../daemon/hosting/rpcChannel.ts'

/** The part of Electron's MessagePortMain a line needs. */
export interface PortLike {
  on(event: 'message' | 'close', run: (event: { data: unknown }) => void): void
  start(): void
  postMessage(data: string): void
  close(): void
}

/** A line to one page over a message port. */
export function portChannel(port: PortLike): RpcChannel {
  return {
    send: (frame) => port.postMessage(frame),
    onMessage(run) {
      port.on('message', (event) => run(event.data))
      port.start()
    },
    onClose: (run) => port.on('close', () => run()),
    close: () => port.close(),
  }
}
