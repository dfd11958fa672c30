/** What may stand in details where something else was expected. */
export const hostileValues: readonly unknown[] = [
  0,
  -1,
  1.5,
  1e300,
  true,
  null,
  '',
  ' ',
  [],
  {},
  [['deep', [{ state: 5 }]], 7],
  { state: { state: 'x' }, toString: 'no' },
  { state: 's'.repeat(200) },
  'x'.repeat(1_000_000),
  'jane@example.com,'.repeat(60_000),
  '\u0000\u0007\u001b[31m\u009f\u202e',
  '\ud83d half \udc00',
  'peer 54.203.99.142 and 2600:1f14:abc::7 of jane.doe@example.com',
  'Bearer abcdefghij123456 xoxb-123456-abcdef sk-ant-api03-abcdef AKIA0123456789ABCDEF',
  '"><script>alert(1)</script>',
  'constructor',
  'unknown',
]

/** Every field that a panel reads of any record. */
const fields = [
  ['tool_name', 'tool_kind', 'caller_actor_kind', 'result', 'duration_ms', 'status', 'source', 'reason', 'peer_ip'],
  ['triggered_by', 'tool_duration_ms', 'tool_status', 'exc_type', 'probe', 'severity', 'category', 'title', 'detail'],
  ['envelope_enabled', 'envelope_fix_name', 'snapshot_details', 'issue_category', 'model_used', 'input_tokens'],
  ['output_tokens', 'total_cost_usd', 'investigation_duration_ms', 'investigation_summary_text', 'dm_status'],
  ['autofix_attempted', 'autoaction_attempted', 'reasoning_error', 'investigation_id', 'alert_id', 'action'],
  ['target_id', 'reason_from_reasoning', 'rejection_reason', 'rejection_detail', 'action_taken', 'action_canonical'],
  ['before_state', 'after_state', 'error', 'executor_duration_ms', 'subject', 'subject_chars', 'body_chars'],
  ['attachment_count', 'attachment_total_bytes', 'smtp_status', 'smtp_message_id', 'sent_at', 'in_reply_to'],
  ['pattern_matched', 'confidence', 'ticket_id', 'tags', 'proposed_title', 'hourly_cap', 'actor', 'reverted_to'],
  ['entry_count_before', 'entry_count_after', 'proposal_id', 'proposed_category', 'proposed_pattern', 'cluster_size'],
  ['review_notes', 'created_at', 'sample_questions', 'cluster_caller_session_ids'],
].flat()

/** Details in which every field holds the same value, and one of them beside it a hostile name. */
export function hostileDetails(value: unknown): Record<string, unknown> {
  return Object.fromEntries([...fields, '54.203.99.142', 'jane@example.com'].map((field) => [field, value]))
}

/** What a published body may never hold. */
export function leaks(text: string): string[] {
  const shapes: readonly (readonly [name: string, shape: RegExp])[] = [
    ['IPv4', /\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/],
    ['IPv6', /2600:1f14/],
    ['mail address', /[\w.+-]@[\w-]+\.\w/],
    ['token', /xox[bp]-\w{6}|sk-ant-\w{6}|Bearer [^\s<]{6}|AKIA[0-9A-Z]{16}|sk-ant-api03/],
    ['control character', /(?<!\\)\\(?:u00[01][0-9a-f]|[bf])|[\u007f-\u009f]/],
    ['writing direction', /[\u202a-\u202e\u2066-\u2069]/],
    ['half a character', /(?<!\\)\\ud[89a-f]/],
  ]
  return shapes.filter(([, shape]) => shape.test(text)).map(([name]) => name)
}
