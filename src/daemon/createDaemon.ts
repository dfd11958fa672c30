import type { AnyRouter } from '@orpc/server'
import type { Clock } from './platform/clock.ts'
import type { HttpClient } from './platform/http.ts'
import type { Logger } from './platform/logger.ts'
import type { NativeNotifier } from './platform/notifier.ts'
import type { DataPaths } from './platform/paths.ts'
import type { Redactor } from './platform/redactor.ts'
import type { Secrets } from './platform/secrets.ts'

/** What a host gives the daemon. Everything else it builds itself. */
export interface DaemonOptions {
  readonly host: 'desktop' | 'headless'
  readonly version: string
  readonly demo: boolean
  readonly paths: DataPaths
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly secrets: Secrets
  readonly http: HttpClient
  readonly notifier: NativeNotifier
  /** Script of the read-only store worker; the built file beside the host, or the source. */
  readonly readWorker: URL
  /** Folder with `prices.json`. */
  readonly resources: string
  /** Brings the cockpit to the front; answers with its address when it has one. */
  focus(route: string | undefined): Promise<{ address: string | null }>
}

export interface Daemon {
  /** The contract's implementation; hosts put it behind their transport. */
  readonly router: AnyRouter
  /** Resolves when every listener has started. @throws KoraError */
  start(): Promise<void>
  /** Refuses requests, aborts jobs, drains to a deadline, closes the store last. Idempotent; the first reason is recorded. */
  stop(reason: string): Promise<void>
  /** The machine woke from sleep: every due task runs once. */
  resumed(): void
}
