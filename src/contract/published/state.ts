import { z } from 'zod'
import { severities } from '../../domain/severity.ts'
import { NoSnapshot, Snapshot } from '../snapshot.ts'
import { Count, countsOf, Timestamp } from './common.ts'

/** Snapshot specification, 8. */
export const SnapshotAnswer = z.union([Snapshot, NoSnapshot])
export type SnapshotAnswer = z.infer<typeof SnapshotAnswer>

/** Alerts specification, 2 and 4. */
export const CurrentAlerts = z.object({
  alerts: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(severities),
      category: z.string(),
      title: z.string(),
      detail: z.string(),
      source_panel: z.string(),
      source_panel_route: z.string(),
      first_seen_at: Timestamp,
    }),
  ),
  stub: z.literal(false),
  generated_at: Timestamp,
  total_active: Count,
  by_severity: countsOf(severities),
})
export type CurrentAlerts = z.infer<typeof CurrentAlerts>

/** One visit of a place (daemon specification, 8): what is too long is cut, what is blank counts as missing. */
export const PanelView = z.object({
  panel_name: z.string().trim().min(1).transform(cutTo(128)),
  session_id: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === 'string' && value.trim() !== '' ? cutTo(64)(value.trim()) : 'unknown')),
})
export type PanelView = z.infer<typeof PanelView>

export const PanelViewAnswer = z.object({ ok: z.literal(true), warning: z.literal('write_failed').optional() })
export type PanelViewAnswer = z.infer<typeof PanelViewAnswer>

/** Counted in characters, so that none is cut in two. */
function cutTo(most: number): (text: string) => string {
  return (text) => Array.from(text).slice(0, most).join('').toWellFormed()
}
