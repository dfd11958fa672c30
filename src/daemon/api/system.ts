import type { BackupService } from '../services/BackupService.ts'
import type { SystemService } from '../services/SystemService.ts'
import { api } from './implementer.ts'

export function systemApi(services: {
  system: SystemService
  backups: BackupService
  focus: (route: string | undefined) => Promise<{ address: string | null }>
}) {
  const { system, backups } = services
  return api.system.router({
    info: api.system.info.handler(() => system.info()),
    status: api.system.status.handler(() => system.status()),
    runTask: api.system.runTask.handler(async ({ input }) => {
      await system.runTask(input.name)
      return { ok: true }
    }),
    backups: api.system.backups.handler(() => backups.list()),
    createBackup: api.system.createBackup.handler(() => backups.create('operator')),
    verifyBackup: api.system.verifyBackup.handler(({ input }) => backups.verify(input.id)),
    deliveries: api.system.deliveries.handler(({ input }) => system.deliveries(input.limit, input.before)),
    audit: api.system.audit.handler(({ input }) => system.audit(input)),
    verifyAudit: api.system.verifyAudit.handler(() => system.verifyAudit()),
    focus: api.system.focus.handler(({ input }) => services.focus(input.route)),
  })
}
