import { expect, it } from 'vitest'
import type { Settings } from '../../../contract/settings.ts'
import { alertsProblems, testAlertText } from './alertsForm.ts'

it('asks for a number where a threshold is none', () => {
  const thresholds = { deadLetters: 5, denials: Number.NaN, reasoningErrors: 0, replyFailures: 3 }
  expect(alertsProblems({ alerts: { thresholds } as Settings['alerts'] })).toEqual({
    'alerts.thresholds.denials': 'A whole number is needed.',
  })
})

it('says where a test alert was told, or why not', () => {
  const sent = {
    success: true,
    channel: 'slack_dm',
    severity: 'critical',
    alertId: 'test_alert:1',
    deployEnv: 'unknown',
    error: null,
  } as const
  expect(testAlertText(sent)).toEqual({ ok: true, text: 'Told on Slack' })
  expect(testAlertText({ ...sent, severity: 'info', channel: 'inbox' }).text).toBe('Told in the inbox')
  expect(testAlertText({ ...sent, success: false, error: 'slack_client_unavailable' })).toEqual({
    ok: false,
    text: 'Not told on Slack: no Slack token is set',
  })
})
