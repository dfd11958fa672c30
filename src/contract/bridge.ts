/** What the preload script puts on `window.kora`: the only door between the desktop's page and its main process. */
export interface Bridge {
  /** Asks for a line to the daemon. It arrives as a window message `kora:port` that carries one MessagePort. */
  connect(): void
  /** Runs when a notification, the tray or a second start asks for a place; returns its cancellation. */
  onNavigate(run: (route: string) => void): () => void
}

/** `kora:connect` goes to the main process; `kora:port` and `kora:navigate` come from it. */
export type BridgeChannel = 'kora:connect' | 'kora:port' | 'kora:navigate'
