/**
 * Every stable error code of the product. Codes cross processes and are part of the contract; messages are for people.
 * Never match on message text.
 */
export const errorCodes = [
  'bad_input',
  'not_found',
  'conflict',
  'probe_unknown_kind',
  'probe_id_taken',
  'secret_unknown',
  'secret_unavailable',
  'slack_not_configured',
  'model_not_configured',
  'task_unknown',
  'task_running',
  'settings_invalid',
  'config_invalid',
  'store_newer_schema',
  'store_damaged',
  'store_read_only',
  'store_full',
  'store_unwritable',
  'folder_locked',
  'folder_unwritable',
  'port_taken',
  'history_file_invalid',
  'history_file_damaged',
  'history_file_busy',
  'backup_failed',
  'backup_invalid',
  'transport_failed',
  'daemon_not_running',
  'daemon_stopping',
  'operational_state_paused',
  'timed_out',
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/**
 * The one error type that crosses a seam on purpose.
 * @param code stable code, see {@link errorCodes}
 * @param message one sentence for people: what happened and the way out
 * @param data machine-readable facts, already free of secrets
 */
export class KoraError extends Error {
  override readonly name = 'KoraError'
  readonly code: ErrorCode
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, data: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.data = data
  }
}
