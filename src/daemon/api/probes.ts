import { providers } from '../probes/registry.ts'
import type { ProbeService } from '../services/ProbeService.ts'
import type { ServiceRows } from '../services/ServiceRows.ts'
import { api } from './implementer.ts'

export function probesApi({ probes, rows }: { probes: ProbeService; rows: ServiceRows }) {
  return api.probes.router({
    list: api.probes.list.handler(() => rows.all()),
    kinds: api.probes.kinds.handler(() =>
      providers.map(({ kind, label, description, defaultIntervalMs, fields }) => ({
        kind,
        label,
        description,
        defaultIntervalMs,
        fields: [...fields],
      })),
    ),
    definitions: api.probes.definitions.handler(() => probes.definitions()),
    create: api.probes.create.handler(({ input }) => probes.create(input)),
    update: api.probes.update.handler(({ input }) => probes.update(input)),
    remove: api.probes.remove.handler(({ input }) => {
      probes.remove(input.id)
      return { ok: true }
    }),
    test: api.probes.test.handler(({ input }) => probes.test(input)),
    check: api.probes.check.handler(({ input }) => probes.check(input.id)),
    checkAll: api.probes.checkAll.handler(() => probes.checkAll()),
    series: api.probes.series.handler(({ input }) => rows.series(input)),
  })
}
