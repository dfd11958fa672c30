import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../../contract/index.ts'

/** Every procedure of the contract, typed; the same on the desktop and in a browser. */
export type CockpitClient = ContractRouterClient<Contract>

/** One open line to the daemon. */
export interface Connection {
  readonly client: CockpitClient
  readonly host: 'desktop' | 'headless'
  /** Runs once when the line ends for whatever reason; returns its cancellation. */
  readonly onClosed: (run: () => void) => () => void
}

/**
 * Where the line stands. `lost` keeps trying: `retryAtMs` (local epoch ms) says when next. `signed_out` waits for a
 * fresh address, because trying again with the same one cannot help.
 */
export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly connection: Connection }
  | { readonly kind: 'lost'; readonly sinceMs: number; readonly retryAtMs: number }
  | { readonly kind: 'signed_out' }

/** What the cockpit needs of whoever keeps the line open. */
export interface ConnectionSource {
  readonly get: () => ConnectionState
  readonly subscribe: (run: () => void) => () => void
  /** Tries at once instead of waiting for `retryAtMs`. */
  readonly retryNow: () => void
}
