import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { historyKinds } from '../domain/history.ts'
import { Details, Done, EpochMs, Gap, NanoUsd, procedure, Severity } from './common.ts'

/** An opened history file; absent, the running daemon's own records are read. */
const FileId = z.string().min(1).max(64)

/** What narrows History; every part that is there must hold. */
export const HistoryFilter = z.object({
  /** Inclusive. */
  fromMs: EpochMs.optional(),
  /** Exclusive. */
  toMs: EpochMs.optional(),
  kinds: z.array(z.enum(historyKinds)).max(historyKinds.length).optional(),
  seam: z.string().max(80).optional(),
  /** Source of an audit row, such as `operator`. */
  origin: z.string().max(40).optional(),
  /** `caller_session_id`, exactly. */
  sessionId: z.string().max(512).optional(),
  /** Id of an incident or of an alert's occurrence. */
  correlationId: z.string().max(64).optional(),
  /** Words that must all occur; "in quotes" together, -word not at all, the last one may go on. */
  text: z.string().max(200).optional(),
})
export type HistoryFilter = z.infer<typeof HistoryFilter>

export const HistoryItem = z.object({
  /** Rises with time; the cursor. */
  id: z.number().int(),
  atMs: EpochMs,
  kind: z.enum(historyKinds),
  seam: z.string(),
  /** False for a seam of another version. */
  known: z.boolean(),
  tone: z.enum(['trouble', 'attention', 'well', 'neutral']),
  /** One line for people. */
  text: z.string(),
  /** Quieter words behind it; null when there are none. */
  aside: z.string().nullable(),
  severity: Severity.nullable(),
  costNanoUsd: NanoUsd.nullable(),
  origin: z.string().nullable(),
  sessionId: z.string().nullable(),
  correlationId: z.string().nullable(),
  /** Where in the cockpit it is shown in full; null when nowhere, or when it belongs to another file. */
  route: z.string().nullable(),
  /** The stored record; only where it was asked for. */
  record: Details.optional(),
})
export type HistoryItem = z.infer<typeof HistoryItem>

/** What a file holds. */
export const HistoryBounds = z.object({
  oldestAtMs: EpochMs.nullable(),
  newestAtMs: EpochMs.nullable(),
  records: z.number().int(),
  /** Records that are not in the index yet: not to be found so far. */
  waiting: z.number().int(),
  /** Every kind that occurs, with how often. */
  kinds: z.array(z.object({ kind: z.enum(historyKinds), count: z.number().int() })),
  /** Every seam that occurs, by name, with how often. */
  seams: z.array(z.object({ seam: z.string(), count: z.number().int() })),
})
export type HistoryBounds = z.infer<typeof HistoryBounds>

/** Another history file, opened on a copy of its own: the file itself is only read. */
export const HistoryFile = z.object({
  id: FileId,
  /** Where the original lies. */
  path: z.string(),
  openedAtMs: EpochMs,
  bytes: z.number().int(),
  /** Of the original, as found. */
  schema: z.number().int(),
  newestAtMs: EpochMs.nullable(),
  records: z.number().int(),
})
export type HistoryFile = z.infer<typeof HistoryFile>

export const openSteps = ['copying', 'checking', 'converting', 'indexing'] as const

export const OpenProgress = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('progress'),
    step: z.enum(openSteps),
    done: z.number(),
    /** Null where nobody knows how much there is. */
    of: z.number().nullable(),
  }),
  z.object({ kind: z.literal('opened'), file: HistoryFile }),
])
export type OpenProgress = z.infer<typeof OpenProgress>

export const SavedFilter = z.object({
  id: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(60),
  /** A filter without a span stands for any time; `lastMs` is a span that ends now. */
  filter: HistoryFilter.omit({ fromMs: true, toMs: true }),
  lastMs: z.number().int().positive().nullable(),
})
export type SavedFilter = z.infer<typeof SavedFilter>

export const history = {
  /** Records that a filter lets through, newest first. */
  query: procedure
    .input(
      HistoryFilter.extend({
        file: FileId.optional(),
        /** Exclusive: the id after which to go on. */
        before: z.number().int().optional(),
        limit: z.number().int().min(1).max(500).default(100),
        /** Whether each item carries its stored record, for exports. */
        records: z.boolean().default(false),
      }),
    )
    .output(z.object({ items: z.array(HistoryItem), next: z.number().int().nullable() })),
  /** One record in full. */
  record: procedure
    .input(z.object({ file: FileId.optional(), id: z.number().int() }))
    .output(HistoryItem.required({ record: true })),
  /** How many records a filter lets through in each of equal stretches of time, and the gaps among them. */
  density: procedure
    .input(
      HistoryFilter.required({ fromMs: true, toMs: true }).extend({
        file: FileId.optional(),
        buckets: z.number().int().min(1).max(400),
      }),
    )
    .output(
      z.object({
        /** `counts[n]` begins at `fromMs + n * bucketMs`. */
        fromMs: EpochMs,
        bucketMs: z.number().int(),
        counts: z.array(z.number().int()),
        total: z.number().int(),
        gaps: z.array(Gap),
      }),
    ),
  bounds: procedure.input(z.object({ file: FileId.optional() })).output(HistoryBounds),
  files: procedure.output(z.array(HistoryFile)),
  /** Opens another file, or the backup with this id; ending the stream early gives it up. */
  open: procedure
    .input(
      z
        .object({ path: z.string().trim().min(1).max(4_096).optional(), backupId: z.string().max(64).optional() })
        .refine(({ path, backupId }) => (path === undefined) !== (backupId === undefined), 'a path or a backup'),
    )
    .output(eventIterator(OpenProgress)),
  close: procedure.input(z.object({ file: FileId })).output(Done),
  savedFilters: procedure.output(z.array(SavedFilter)),
  /** Keeps a filter under its id, new or changed. At most 50. */
  saveFilter: procedure.input(SavedFilter).output(z.array(SavedFilter)),
  removeFilter: procedure.input(z.object({ id: z.string().max(64) })).output(z.array(SavedFilter)),
}
