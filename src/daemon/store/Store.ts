import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Redactor } from '../platform/redactor.ts'
import { AlertInvestigationRepository } from './AlertInvestigationRepository.ts'
import { AlertRepository } from './AlertRepository.ts'
import { AuditRepository } from './AuditRepository.ts'
import { BackupRepository } from './BackupRepository.ts'
import type { Connection } from './Connection.ts'
import { HistoryRepository } from './HistoryRepository.ts'
import { InboxRepository } from './InboxRepository.ts'
import { IncidentRepository } from './IncidentRepository.ts'
import { InvestigationRepository } from './InvestigationRepository.ts'
import { LedgerRepository } from './LedgerRepository.ts'
import { ObservationRepository } from './ObservationRepository.ts'
import type { OpenMark } from './OpenMark.ts'
import { OutboxRepository } from './OutboxRepository.ts'
import { ProbeRepository } from './ProbeRepository.ts'
import { ScheduleRepository } from './ScheduleRepository.ts'
import { SettingsRepository } from './SettingsRepository.ts'
import { SpanRepository } from './SpanRepository.ts'
import { StoreReader } from './StoreReader.ts'
import { ViewRepository } from './ViewRepository.ts'
import { WakeRepository } from './WakeRepository.ts'

/** Free space from which a burst may let the log grow to 4 MB. */
const roomyBytes = 64 * 1_048_576

interface StoreParts {
  readonly file: string
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly readWorker: URL
  readonly connection: Connection
  readonly mark: OpenMark
  readonly lostLog: boolean
}

/**
 * Everything the daemon keeps, one repository per table family. A single write is durable when its call returns;
 * samples are written in groups (see ObservationRepository). Made by `openStore`.
 */
export class Store {
  readonly probes: ProbeRepository
  readonly observations: ObservationRepository
  readonly incidents: IncidentRepository
  readonly wakes: WakeRepository
  readonly investigations: InvestigationRepository
  readonly alerts: AlertRepository
  readonly alertInvestigations: AlertInvestigationRepository
  readonly inbox: InboxRepository
  readonly outbox: OutboxRepository
  readonly audit: AuditRepository
  readonly history: HistoryRepository
  readonly ledger: LedgerRepository
  readonly spans: SpanRepository
  readonly settings: SettingsRepository
  readonly schedules: ScheduleRepository
  readonly backups: BackupRepository
  readonly views: ViewRepository
  readonly reader: StoreReader
  /** True when the database's log was removed while Kora was not running: the newest records may be missing. */
  readonly lostLog: boolean
  readonly #connection: Connection
  readonly #mark: OpenMark
  readonly #file: string
  #closing: Promise<void> | null = null

  constructor(parts: StoreParts) {
    const { connection } = parts
    this.probes = new ProbeRepository(connection)
    this.observations = new ObservationRepository(connection, this.probes)
    this.incidents = new IncidentRepository(connection)
    this.wakes = new WakeRepository(connection)
    this.investigations = new InvestigationRepository(connection)
    this.alerts = new AlertRepository(connection)
    this.alertInvestigations = new AlertInvestigationRepository(connection)
    this.inbox = new InboxRepository(connection)
    this.outbox = new OutboxRepository(connection)
    this.audit = new AuditRepository(connection, parts)
    this.history = new HistoryRepository(connection)
    this.ledger = new LedgerRepository(connection)
    this.spans = new SpanRepository(connection)
    this.settings = new SettingsRepository(connection)
    this.schedules = new ScheduleRepository(connection)
    this.backups = new BackupRepository(connection)
    this.views = new ViewRepository(connection)
    this.reader = new StoreReader(parts)
    this.lostLog = parts.lostLog
    this.#connection = connection
    this.#mark = parts.mark
    this.#file = parts.file
  }

  /**
   * Runs `run`, which holds SQL only, as one durable step together with the samples recorded so far. A nested call
   * joins; when it throws, the whole step is undone. Samples of a step that failed wait for the next one.
   * @throws KoraError store_full, store_read_only, store_unwritable, store_damaged, or what `run` throws
   */
  transaction<T>(run: () => T): T {
    if (this.#connection.inTransaction) return this.#connection.write(run)
    try {
      const result = this.#connection.write(() => {
        this.observations.writeBuffer()
        const value = run()
        this.observations.writeBuffer()
        return value
      })
      this.observations.committed()
      return result
    } catch (error) {
      this.observations.rolledBack()
      throw error
    }
  }

  /** Commits the samples recorded so far, adds up the ledger and keeps the log short. @throws as `transaction` */
  flush(): void {
    if (this.observations.buffered > 0) this.transaction(() => undefined)
    this.ledger.catchUp()
    this.tidy()
  }

  /** Keeps the log short between bursts; called every second. */
  tidy(): void {
    this.#connection.tidy(this.#isRoomy())
  }

  /** Walks the audit log's hash chain up to the row written last; names the first broken link. */
  verifyAudit(): Promise<{ rows: number; ok: boolean; firstBrokenSeq: number | null }> {
    return this.reader.verifyAudit(this.audit.head().seq)
  }

  /** Bytes on the disk: the database and its log. */
  sizeBytes(): number {
    const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0
    return size(this.#file) + size(`${this.#file}-wal`)
  }

  /**
   * Writes what is waiting, ends the reading thread and closes the file. Idempotent.
   * @throws KoraError when the last samples could not be written; the file is closed all the same
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #isRoomy(): boolean {
    const { bavail, bsize } = statfsSync(dirname(this.#file))
    return bavail * bsize >= roomyBytes
  }

  async #close(): Promise<void> {
    try {
      this.flush()
      this.audit.markEnd()
    } finally {
      await this.reader.close()
      try {
        this.#connection.checkpoint('TRUNCATE')
        this.#mark.clear()
      } finally {
        this.#connection.close()
      }
    }
  }
}
