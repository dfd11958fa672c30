import type { OutboxRow } from '../../domain/incident.ts'

/** How one attempt to send ended. */
export type SendResult =
  | {
      readonly kind: 'sent'
      readonly remoteRef: string | null
      readonly remoteChannel: string | null
      readonly found: boolean
    }
  | {
      readonly kind: 'failed'
      /** Stable, such as `slack_client_unavailable` or `post_dm_raised:WebAPIPlatformError`. */
      readonly reason: string
      readonly note: string | null
      readonly retryable: boolean
      /** The message may have arrived: look before sending again. */
      readonly outcomeUnknown: boolean
      readonly retryAfterMs: number | null
    }

/** One way to reach the operator. */
export interface ChannelSender {
  /**
   * Sends one row. Never throws.
   * @param lookFirst an earlier attempt may have arrived: find it before sending again
   * @param parent the row this one answers to, already settled; null for a root message
   */
  send(row: OutboxRow, lookFirst: boolean, parent: OutboxRow | null): Promise<SendResult>
}

export function failed(reason: string, options: { note?: string; retryable?: boolean } = {}): SendResult {
  return {
    kind: 'failed',
    reason,
    note: options.note ?? null,
    retryable: options.retryable ?? false,
    outcomeUnknown: false,
    retryAfterMs: null,
  }
}
