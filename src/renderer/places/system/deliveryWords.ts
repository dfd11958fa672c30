import type { DeliveryView } from '../../../contract/incidents.ts'
import { deliveryReason } from '../../../domain/deliveryReasons.ts'

const kinds: Readonly<Record<DeliveryView['kind'], string>> = {
  alert: 'Alert',
  diagnosis: 'Finding',
  recovery: 'Recovery',
  late_recovery: 'Late recovery',
  reminder: 'Reminder',
  not_watching: 'Not watching',
  watching_again: 'Watching again',
  channel_failing: 'Channel failing',
  budget: 'Budget',
  system_alert: 'Alert',
  alert_resolved: 'Alert over',
  alert_summary: 'Alerts',
  alert_finding: 'Finding',
  summary: 'Summary',
  test: 'Test',
}

export function kindWords(kind: DeliveryView['kind']): string {
  return kinds[kind]
}

export function channelWords(channel: DeliveryView['channel']): string {
  return channel === 'slack' ? 'Slack' : 'Notification'
}

/** "Sent", "Sent earlier", "Not sent", "Not known". */
export function outcomeWords(outcome: DeliveryView['outcome']): string {
  switch (outcome) {
    case 'sent':
      return 'Sent'
    case 'already_sent':
      return 'Sent earlier'
    case 'failed':
      return 'Not sent'
    case 'unknown':
      return 'Not known'
  }
}

/** Why a delivery failed: plain words, and what the channel itself said. Empty when it was sent. */
export function reasonText(delivery: Pick<DeliveryView, 'reason' | 'note'>): string {
  if (delivery.reason === null) return delivery.note ?? ''
  const words = deliveryReason(delivery.reason)
  return delivery.note && delivery.note !== delivery.reason ? `${words} (${delivery.note})` : words
}
