import { readFile } from 'node:fs/promises'
import { Snapshot } from '../../contract/snapshot.ts'
import { KoraError } from '../../domain/errors.ts'
import { isFresh } from '../../domain/snapshot.ts'
import { behindLinks, writeOwnerFile } from '../platform/ownerFiles.ts'

/** Why there is no snapshot to be had. */
export type NoSnapshotCause = 'missing' | 'unreadable' | 'stale' | 'newer_schema'

/** `daemon_snapshot.json`, the export for other programs (snapshot specification, 6). The daemon never reads it back. */
export class SnapshotFile {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** UTF-8, two spaces, keys in order, a newline at the end. A reader sees the old file or the new one; a link stays. @throws KoraError folder_unwritable */
  async write(snapshot: Snapshot): Promise<void> {
    const { path } = this
    try {
      const target = await behindLinks(path)
      await writeOwnerFile(target, `${JSON.stringify(sorted(snapshot), null, 2)}\n`)
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? String(cause)
      const message = `The snapshot cannot be written to ${path} (${code}). KORA_SNAPSHOT_PATH names another place.`
      throw new KoraError('folder_unwritable', message, { path }, { cause })
    }
  }
}

/** What the file says, if it is fresh by what it says itself; for whoever has no daemon to ask. */
export async function readSnapshotFile(path: string, nowMs: number): Promise<Snapshot | NoSnapshotCause> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return 'missing'
  const found = parse(text)
  if (found === null) return 'unreadable'
  const limit = typeof found['fresh_for_seconds'] === 'number' ? found['fresh_for_seconds'] : undefined
  if (!isFresh(found['computed_at'], nowMs, limit)) return 'stale'
  const known = Snapshot.safeParse(found)
  if (known.success) return known.data
  const version = found['schema_version']
  return typeof version === 'number' && version > Snapshot.shape.schema_version.value ? 'newer_schema' : 'unreadable'
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]))
}
