import { z } from 'zod'
import { Done, EpochMs, procedure } from './common.ts'

export const viewOrigins = ['nav', 'link', 'notification', 'palette', 'key'] as const

/** One visit of a place, kept on this machine for 90 days and never sent anywhere. */
export const ViewRecord = z.object({
  view: z.string().trim().min(1).max(128),
  enteredAtMs: EpochMs,
  leftAtMs: EpochMs,
  via: z.enum(viewOrigins),
  windowId: z.string().max(64),
})
export type ViewRecord = z.infer<typeof ViewRecord>

export const views = {
  record: procedure.input(ViewRecord).output(Done),
  /** Which places earn their keep: visits and time spent since then. */
  usage: procedure.output(
    z.object({
      sinceMs: EpochMs.nullable(),
      records: z.number().int(),
      places: z.array(
        z.object({ view: z.string(), visits: z.number().int(), dwellMs: z.number().int(), lastAtMs: EpochMs }),
      ),
    }),
  ),
  /** Newest first. */
  list: procedure
    .input(z.object({ before: EpochMs.optional(), limit: z.number().int().min(1).max(500).default(100) }))
    .output(z.array(ViewRecord)),
  erase: procedure.output(z.object({ erased: z.number().int() })),
}
