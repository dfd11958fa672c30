import type { CockpitClient } from '../../client/types.ts'
import { deliveryReason } from '../../../domain/deliveryReasons.ts'
import type { Settings } from '../../../contract/settings.ts'
import type { Problems } from './settingsForm.ts'

type Thresholds = Settings['alerts']['thresholds']

export const thresholdFields: readonly {
  readonly key: keyof Thresholds
  readonly label: string
}[] = [
  { key: 'deadLetters', label: 'Webhooks that could not be handled' },
  { key: 'denials', label: 'Calls of tools that were denied' },
  { key: 'reasoningErrors', label: 'Tool calls that failed while reasoning' },
  { key: 'replyFailures', label: 'Replies that could not be sent' },
]

/** What is wrong before the daemon is asked: a threshold that is no number. */
export function alertsProblems({ alerts }: Pick<Settings, 'alerts'>): Problems {
  const missing = thresholdFields.filter(({ key }) => Number.isNaN(alerts.thresholds[key]))
  return Object.fromEntries(missing.map(({ key }) => [`alerts.thresholds.${key}`, 'A whole number is needed.']))
}

const channels: Readonly<Record<string, string>> = {
  slack_dm: 'on Slack',
  email: 'by mail',
  native: 'by notification',
  inbox: 'in the inbox',
}

/** What came of a test alert. */
export function testAlertText(result: Awaited<ReturnType<CockpitClient['alerts']['test']>>): {
  ok: boolean
  text: string
} {
  const where = channels[result.channel] ?? result.channel
  if (result.success) return { ok: true, text: `Told ${where}` }
  return { ok: false, text: `Not told ${where}: ${deliveryReason(result.error ?? 'no reason given')}` }
}
