import type { NotificationMessage } from '../../contract/state.ts'

/** How the host shows a native notification: Electron's own, or the browsers that show the headless cockpit. */
export interface NativeNotifier {
  /**
   * Hands one notification to the system. Resolves when the system took it.
   * `reason` is a stable word: `unsupported`, `denied`, `no_surface` (headless, nobody has the cockpit open).
   */
  show(message: NotificationMessage): Promise<{ shown: true } | { shown: false; reason: string }>
  state(): 'ready' | 'denied' | 'unsupported' | 'no_surface'
}
