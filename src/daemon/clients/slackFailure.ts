/** A call to Slack that did not succeed. Carries nothing secret. */
export class SlackFailure extends Error {
  override readonly name = 'SlackFailure'
  /** `post_dm_raised:<TypeName>`, the published failure reason; `auth_test_raised:…` from that call. */
  readonly reason: string
  /** Slack's error code, `http_<status>`, a transport code, or a short message; redacted. */
  readonly note: string
  /** Whether the same call may succeed later. */
  readonly retryable: boolean
  /** Whether a message may have been posted all the same: look before sending again. */
  readonly outcomeUnknown: boolean
  /** How long Slack asks to wait; null when it does not. */
  readonly retryAfterMs: number | null

  constructor(facts: {
    reason: string
    note: string
    retryable: boolean
    outcomeUnknown: boolean
    retryAfterMs: number | null
  }) {
    super(`${facts.reason} (${facts.note})`)
    this.reason = facts.reason
    this.note = facts.note
    this.retryable = facts.retryable
    this.outcomeUnknown = facts.outcomeUnknown
    this.retryAfterMs = facts.retryAfterMs
  }
}

/**
 * A call to Slack: what a failure of it is called, and what it says about a message. `told`: only some failures leave
 * that open; `open`: a look-up that fails always does; `nothing`: the call posts nothing.
 */
export interface Operation {
  readonly name: 'post_dm' | 'auth_test'
  readonly outcome: 'told' | 'open' | 'nothing'
}

/** @param unsure whether this failure leaves open what happened to the request */
export function outcomeUnknown(operation: Operation, unsure: boolean): boolean {
  return operation.outcome === 'open' || (operation.outcome === 'told' && unsure)
}

/** Codes that will not change by trying again: somebody has to change a setting, or the message is at fault. */
const permanentCodes = new Set([
  'access_denied',
  'account_inactive',
  'as_user_not_supported',
  'cannot_dm_bot',
  'cannot_reply_to_message',
  'channel_is_archived',
  'channel_not_found',
  'duplicate_channel_not_found',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'is_archived',
  'is_inactive',
  'message_not_found',
  'messages_tab_disabled',
  'method_deprecated',
  'metadata_too_large',
  'missing_post_type',
  'missing_scope',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_permission',
  'no_text',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'restricted_action',
  'restricted_action_non_threadable_channel',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'restricted_action_thread_only_channel',
  'team_access_not_granted',
  'thread_not_found',
  'token_expired',
  'token_revoked',
  'too_many_attachments',
  'two_factor_setup_required',
  'unknown_method',
  'user_disabled',
  'user_not_found',
  'user_not_visible',
  'users_not_found',
])

/** Slack's own trouble; it says of these that part of the work may have been done. */
const unsureCodes = new Set(['fatal_error', 'internal_error', 'service_unavailable', 'request_timeout'])
const rateCodes = new Set(['ratelimited', 'rate_limited'])

/** The connection was never made, so nothing was sent. */
const unsentCodes = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Wait when Slack limits the rate without saying for how long. */
const unnamedWaitMs = 30_000

/** The SDK's classes by their codes: class names do not survive every bundler. */
const typeNames: Readonly<Record<string, string>> = {
  slack_webapi_request_error: 'WebAPIRequestError',
  slack_webapi_http_error: 'WebAPIHTTPError',
  slack_webapi_platform_error: 'WebAPIPlatformError',
  slack_webapi_rate_limited_error: 'WebAPIRateLimitedError',
}

type Facts = { readonly [Key in 'code' | 'data' | 'original' | 'cause' | 'statusCode' | 'retryAfter']?: unknown }

interface Verdict {
  readonly note: string
  readonly retryable: boolean
  readonly unsure: boolean
  readonly retryAfterMs: number | null
}

const seconds = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) * 1000 : null

function platformVerdict(data: { error?: unknown; response_metadata?: { retryAfter?: unknown } }): Verdict {
  const code = data.error
  // A reply that is no JSON reaches us with its whole text as the "code".
  if (typeof code !== 'string' || !/^[a-z0-9_]{1,64}$/.test(code)) {
    return { note: 'unreadable_reply', retryable: true, unsure: true, retryAfterMs: null }
  }
  if (rateCodes.has(code)) {
    const retryAfterMs = seconds(data.response_metadata?.retryAfter) ?? unnamedWaitMs
    return { note: code, retryable: true, unsure: false, retryAfterMs }
  }
  const permanent = permanentCodes.has(code) || code.startsWith('invalid_')
  return { note: code, retryable: !permanent, unsure: unsureCodes.has(code), retryAfterMs: null }
}

/** The first error code along the causes, and the innermost message. */
function rootOf(error: unknown): { code: string | null; name: string; message: string } {
  let current: unknown = error
  let code: string | null = null
  let name = 'Error'
  let message = String(error)
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    name = current.name
    if (current.message !== '') message = current.message
    const found = (current as Facts).code
    if (typeof found === 'string') code ??= found
    current = current.cause ?? (current instanceof AggregateError ? current.errors[0] : undefined)
  }
  return { code, name, message }
}

function transportVerdict(original: unknown): Verdict {
  const { code, name, message } = rootOf(original)
  const note = name === 'TimeoutError' ? 'timed out' : (code ?? message)
  return { note, retryable: true, unsure: code === null || !unsentCodes.has(code), retryAfterMs: null }
}

function verdictOf(error: Error, facts: Facts): Verdict {
  switch (facts.code) {
    case 'slack_webapi_platform_error':
      return platformVerdict((facts.data ?? {}) as Parameters<typeof platformVerdict>[0])
    case 'slack_webapi_rate_limited_error': {
      const retryAfterMs = seconds(facts.retryAfter) ?? unnamedWaitMs
      return { note: 'ratelimited', retryable: true, unsure: false, retryAfterMs }
    }
    case 'slack_webapi_http_error': {
      const status = Number(facts.statusCode)
      return { note: `http_${status}`, retryable: true, unsure: status >= 500, retryAfterMs: null }
    }
    case 'slack_webapi_request_error':
      return transportVerdict(facts.original)
    default:
      return { note: error.message, retryable: true, unsure: true, retryAfterMs: null }
  }
}

/** @param clean removes everything secret from a text */
export function slackFailure(operation: Operation, thrown: unknown, clean: (text: string) => string): SlackFailure {
  if (thrown instanceof SlackFailure) return thrown
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const facts = error as Facts
  const verdict = verdictOf(error, facts)
  const type = (typeof facts.code === 'string' ? typeNames[facts.code] : undefined) ?? error.name
  return new SlackFailure({
    reason: `${operation.name}_raised:${type}`,
    note: clean(verdict.note).slice(0, 200),
    retryable: verdict.retryable,
    outcomeUnknown: outcomeUnknown(operation, verdict.unsure),
    retryAfterMs: verdict.retryAfterMs,
  })
}
