import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupRow } from '../../contract/system.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { Problems } from './Problems.ts'
import type { Scheduler } from './Scheduler.ts'
import type { SettingsService } from './SettingsService.ts'

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly events: Events
  readonly problems: Problems
  readonly settings: SettingsService
  readonly newId: NewId
  readonly folder: string
}

/** Nightly and on demand: a compacted copy, its checksum, and a test restore of it. */
export class BackupService {
  readonly #deps: Deps
  #running: Promise<BackupRow> | null = null

  constructor(deps: Deps) {
    this.#deps = deps
  }

  register(scheduler: Scheduler, firstDelayMs: number): void {
    scheduler.add({
      name: 'backup.nightly',
      intervalMs: 86_400_000,
      timeoutMs: 1_800_000,
      firstDelayMs,
      run: async () => void (await this.create('schedule')),
    })
  }

  /** Newest first; a file that is gone says so. */
  async list(): Promise<BackupRow[]> {
    return Promise.all(
      this.#deps.store.backups.list().map(async (row): Promise<BackupRow> => {
        const there = await stat(join(this.#deps.folder, row.file)).then(
          () => true,
          () => false,
        )
        return there || row.state !== 'ok'
          ? row
          : { ...row, state: 'missing', error: 'The file is no longer in the backup folder.' }
      }),
    )
  }

  /** Makes, checks and records a backup; joins one under way. @throws KoraError backup_failed */
  create(trigger: BackupRow['trigger']): Promise<BackupRow> {
    this.#running ??= this.#create(trigger).finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** Restores a backup into a scratch database and compares. @throws KoraError not_found */
  async verify(id: string): Promise<BackupRow> {
    const { store, clock, folder } = this.#deps
    const row = store.backups.get(id)
    if (!row) throw new KoraError('not_found', 'There is no such backup.', { id })
    const result = await store.reader.verifyBackup(join(folder, row.file), row.sha256)
    const checked: BackupRow = {
      ...row,
      verifiedAtMs: clock.nowMs(),
      state: result.ok ? 'ok' : 'failed',
      error: result.error,
    }
    store.transaction(() => store.backups.save(checked))
    this.#deps.events.publish('daemon.changed', {})
    return checked
  }

  async #create(trigger: BackupRow['trigger']): Promise<BackupRow> {
    const { store, late, clock, newId, folder, problems, events } = this.#deps
    const nowMs = clock.nowMs()
    const file = `kora-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}.db`
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { bytes, sha256 } = await store.reader.backup(join(folder, file))
      const row: BackupRow = {
        id: newId('bak_'),
        file,
        createdAtMs: nowMs,
        bytes,
        sha256,
        trigger,
        verifiedAtMs: null,
        state: 'ok',
        error: null,
      }
      store.transaction(() => {
        store.backups.save(row)
        store.audit.append(
          { seam: 'backup.created', source: 'cron', details: { file, bytes, sha256, trigger } },
          clock.nowMs(),
        )
      })
      const verified = await this.verify(row.id)
      if (verified.state !== 'ok')
        throw new KoraError('backup_invalid', verified.error ?? 'the copy does not match', { file })
      problems.clear('backup_failed')
      await this.#dropOld()
      return verified
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      problems.raise({
        code: 'backup_failed',
        message: `The last backup failed: ${words}`,
        action: 'Check the free space of the data folder, then run a backup in System.',
        route: '/system/backups',
      })
      const failedAtMs = clock.nowMs()
      late.write(() =>
        store.audit.append({ seam: 'backup.failed', source: 'cron', details: { file, error: words } }, failedAtMs),
      )
      throw new KoraError('backup_failed', `The backup failed: ${words}`, { file }, { cause: error })
    } finally {
      events.publish('daemon.changed', {})
    }
  }

  async #dropOld(): Promise<void> {
    const { store, settings, folder } = this.#deps
    const good = store.backups.list().filter((row) => row.state === 'ok')
    for (const row of good.slice(settings.get().retention.backupsKept)) {
      await rm(join(folder, row.file), { force: true })
      store.transaction(() => store.backups.remove(row.id))
    }
  }
}
