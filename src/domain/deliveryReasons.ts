const words: Readonly<Record<string, string>> = {
  slack_client_unavailable: 'no Slack token is set',
  channel_id_unset: 'no operator is set for Slack',
  operator_slack_user_id_unset: 'no operator is set for Slack',
  rate_limited: 'Slack asked to wait',
  timeout: 'no answer in time',
  denied: 'notifications are not allowed on this computer',
  unsupported: 'this system shows no notifications',
  no_surface: 'no cockpit was open to show it',
  switched_off: 'notifications are switched off',
  outcome_unknown: 'no answer came back',
}

/** A stable reason of a failed delivery in plain words; unknown ones stay readable as they are. */
export function deliveryReason(reason: string): string {
  const known = words[reason]
  if (known) return known
  const [head = '', tail] = reason.split(':')
  if (head === 'post_dm_raised') return tail ? `Slack refused it: ${tail.trim()}` : 'Slack refused it'
  return reason.replaceAll('_', ' ')
}
