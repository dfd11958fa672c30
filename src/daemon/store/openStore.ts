import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Redactor } from '../platform/redactor.ts'
import { Connection } from './Connection.ts'
import { openDatabase } from './openDatabase.ts'
import { OpenMark } from './OpenMark.ts'
import { Store } from './Store.ts'

export interface StoreOptions {
  /** Created together with its folder when it is not there. */
  readonly file: string
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  /** Script of the reading thread: the built file, or `readWorker.ts` beside this one. */
  readonly readWorker: URL
}

/**
 * Opens the store: the one door to everything the daemon keeps.
 * @throws KoraError store_newer_schema, store_damaged, store_unwritable, store_read_only
 */
export function openStore(options: StoreOptions): Store {
  const mark = new OpenMark(options.file)
  const lostLog = mark.logIsLost()
  const connection = new Connection(openDatabase(options.file))
  mark.set()
  return new Store({ ...options, connection, mark, lostLog })
}
