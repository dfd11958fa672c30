import { z } from 'zod'
import { publishedStatuses } from '../../domain/panels/heartbeat.ts'
import { Count, listOf, Timestamp } from './common.ts'

/** Probe specification, 9. */
export const HeartbeatServices = z.object({
  services: z.array(
    z.object({
      name: z.string(),
      status: z.enum(publishedStatuses),
      last_check_at: Timestamp,
      latency_ms: Count.nullable(),
      details: z.record(z.string(), z.unknown()),
      error: z.string().nullable(),
    }),
  ),
  generated_at: Timestamp,
  stub: z.literal(false),
  cache_warming: z.boolean(),
  status_values: listOf(publishedStatuses),
})
export type HeartbeatServices = z.infer<typeof HeartbeatServices>
