import { Events } from '../../src/daemon/services/Events.ts'
import { createNewId } from '../../src/daemon/services/ids.ts'
import { LateWrites } from '../../src/daemon/services/LateWrites.ts'
import { MaintenanceWindows } from '../../src/daemon/services/MaintenanceWindows.ts'
import { OperationalStateService } from '../../src/daemon/services/OperationalStateService.ts'
import { OutboxBook } from '../../src/daemon/services/OutboxBook.ts'
import { Problems } from '../../src/daemon/services/Problems.ts'
import { SettingsService } from '../../src/daemon/services/SettingsService.ts'
import { KoraError } from '../../src/domain/errors.ts'
import { createMemoryLogger } from './memoryLogger.ts'
import { openTestStore, type TestStore } from './testStore.ts'

/** What most services are made of, on a real store and a fake clock. */
export async function serviceWorld() {
  return processOn(await openTestStore())
}

/** The same of another process on the same store: nothing that was in memory is left. */
export function processOn({ store, clock, redactor }: Pick<TestStore, 'store' | 'clock' | 'redactor'>) {
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const problems = new Problems({ clock, events, redact: (text) => redactor.text(text) })
  const late = new LateWrites({ store, events, logger, problems })
  const book = new OutboxBook({ store, late })
  const settings = new SettingsService({ store, clock, events, fixed: [] })
  const operational = new OperationalStateService({ store, late, clock, logger, events })
  const maintenance = new MaintenanceWindows({ store, late, clock, events, settings })
  /** Details of the rows of one kind, oldest first. */
  // In the order in which they were recorded, whatever the clock said.
  const recorded = (seam: string) => store.audit.list({ seam, afterSeq: 0, limit: 0 }).map(({ details }) => details)
  return {
    store,
    clock,
    redactor,
    logger,
    events,
    problems,
    late,
    book,
    settings,
    operational,
    maintenance,
    newId: createNewId(clock),
    recorded,
  }
}
export type ServiceWorld = ReturnType<typeof processOn>

/** The store refuses whatever is written, as on a full disk. @returns ends it */
export function refuseWrites({ store }: Pick<ServiceWorld, 'store'>): () => void {
  store.transaction = () => {
    throw new KoraError('store_full', 'The disk is full.')
  }
  return () => void Reflect.deleteProperty(store, 'transaction')
}

/** Counts what is published of one kind. */
export function countOf({ events }: Pick<ServiceWorld, 'events'>, type: Parameters<Events['on']>[0]): () => number {
  let count = 0
  events.on(type, () => {
    count += 1
  })
  return () => count
}
