import type { BackupService } from '../services/BackupService.ts'
import type { SystemService } from '../services/SystemService.ts'
import type { Store } from '../store/Store.ts'
import { api } from './implementer.ts'

export function systemApi(services: {
  system: SystemService
  backups: BackupService
  store: Store
  focus: (route: string | undefined) => Promise<{ address: string | null }>
}) {
  const { system, backups, store } = services
  return api.system.router({
    info: api.system.info.handler(() => system.info()),
    runTask: api.system.runTask.handler(async ({ input }) => {
      await system.runTask(input.name)
      return { ok: true }
    }),
    backups: api.system.backups.handler(() => backups.list()),
    createBackup: api.system.createBackup.handler(() => backups.create('operator')),
    verifyBackup: api.system.verifyBackup.handler(({ input }) => backups.verify(input.id)),
    deliveries: api.system.deliveries.handler(({ input }) =>
      store.outbox
        .deliveries({ limit: input.limit, ...(input.before === undefined ? {} : { beforeMs: input.before }) })
        .map(({ outboxId, remoteRef: _, ...delivery }) => ({ ...delivery, messageId: outboxId })),
    ),
    audit: api.system.audit.handler(({ input }) =>
      store.audit
        .list(input)
        .map(({ seq, eventId, emittedAtMs, seam, known, details, callerSessionId, source, incidentId }) => ({
          seq,
          eventId,
          emittedAtMs,
          seam,
          known,
          details,
          callerSessionId,
          source,
          incidentId,
        })),
    ),
    verifyAudit: api.system.verifyAudit.handler(() => store.reader.verifyAudit()),
    focus: api.system.focus.handler(({ input }) => services.focus(input.route)),
  })
}
