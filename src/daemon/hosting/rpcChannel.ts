/** Longest request frame, in bytes (WebSocket) or UTF-16 units (port). A vault secret or a probe draft is far shorter. */
export const maxFrameLength = 1_048_576

/** One line to one cockpit, whatever carries it. */
export interface RpcChannel {
  send(frame: string): void
  onMessage(run: (data: unknown) => void): void
  onClose(run: () => void): void
  /** Ends the line from this side. */
  close(): void
}
