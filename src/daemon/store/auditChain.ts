import { hash } from 'node:crypto'

/** Before the first row. */
export const genesisHash = Buffer.alloc(32)

/** A row of `audit_log` as it is stored, without its own hash. */
export interface ChainedRow {
  readonly seq: number
  readonly event_id: string
  readonly emitted_at_ms: number
  readonly seam: string
  readonly details: string
  readonly caller_session_id: string | null
  readonly source: string | null
  readonly incident_id: string | null
  readonly wake_event_id: string | null
  readonly schema_version: number
  readonly extra: string | null
}

export interface StoredAuditRow extends ChainedRow {
  readonly prev_hash: Buffer
  readonly hash: Buffer
}

export interface Anchor {
  readonly seq: number
  readonly hash: Buffer
}

/** SHA-256 over the previous hash and the row's columns in a fixed order, `details` as the text that is stored. */
export function rowHash(prevHash: Buffer, row: ChainedRow): Buffer {
  const content = JSON.stringify([
    row.seq,
    row.event_id,
    row.emitted_at_ms,
    row.seam,
    row.details,
    row.caller_session_id,
    row.source,
    row.incident_id,
    row.wake_event_id,
    row.schema_version,
    row.extra,
  ])
  const bytes = Buffer.allocUnsafe(prevHash.length + Buffer.byteLength(content))
  prevHash.copy(bytes)
  bytes.write(content, prevHash.length)
  // By way of text, which Node hands over faster than bytes of its own making.
  return Buffer.from(hash('sha256', bytes, 'hex'), 'hex')
}

export interface ChainCheck {
  /** Rows that were looked at and found right. */
  readonly rows: number
  readonly ok: boolean
  readonly firstBrokenSeq: number | null
}

/**
 * Walks the chain from its anchor to its end. A row is broken when its content, its link or its number is wrong; a
 * missing row is named by the number it had.
 * @param rows all rows by seq
 * @param anchor the last row retention removed; null when nothing was ever removed
 * @param lastSeq the highest seq ever given
 */
export function verifyChain(rows: Iterable<StoredAuditRow>, anchor: Anchor | null, lastSeq: number): ChainCheck {
  let hash = anchor?.hash ?? genesisHash
  let seq = anchor?.seq ?? 0
  let count = 0
  let pruned: string | null = null
  for (const row of rows) {
    const sound = row.seq === seq + 1 && row.prev_hash.equals(hash) && rowHash(row.prev_hash, row).equals(row.hash)
    if (!sound) return { rows: count, ok: false, firstBrokenSeq: Math.min(row.seq, seq + 1) }
    if (row.seam === 'audit.pruned' && row.details.startsWith(anchorStart)) pruned = row.details
    hash = row.hash
    seq = row.seq
    count += 1
  }
  if (seq < lastSeq) return { rows: count, ok: false, firstBrokenSeq: seq + 1 }
  if (!anchorIsTold(anchor, pruned)) return { rows: count, ok: false, firstBrokenSeq: (anchor?.seq ?? 0) + 1 }
  return { rows: count, ok: true, firstBrokenSeq: null }
}

/** The newest `audit.pruned` row repeats the anchor, so that moving the anchor breaks the chain too. */
function anchorIsTold(anchor: Anchor | null, pruned: string | null): boolean {
  if (anchor === null) return pruned === null
  return pruned === anchorDetails(anchor)
}

const anchorStart = '{"upto_seq":'

/** Details of an `audit.pruned` row, as stored. */
export function anchorDetails(anchor: Anchor): string {
  return JSON.stringify({ upto_seq: anchor.seq, hash: anchor.hash.toString('hex') })
}
