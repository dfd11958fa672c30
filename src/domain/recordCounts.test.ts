import { describe, expect, it } from 'vitest'
import { hostileDetails, hostileValues } from '../../test/fakes/hostile.ts'
import { seams } from './audit.ts'
import { countNames, countRuleOf, countRules } from './recordCounts.ts'

const nameOf = (seam: string, details: Record<string, unknown> = {}) => countRuleOf({ seam, details })?.name ?? null

describe('which records are counted', () => {
  it('every refused webhook and every reply that was not sent', () => {
    expect(nameOf('webhook.dead_letter')).toBe('dead_letter')
    expect(nameOf('slack_dm.reply_failed', { reason: 'timeout' })).toBe('reply_failed')
  })

  it('snapshot 16: a message that failed, in any case, and none that was delivered', () => {
    for (const status of ['failed', 'FAILED', 'Failed']) {
      expect(nameOf('notification.dispatched', { status })).toBe('notification_failed')
    }
    for (const status of ['delivered', 'ok', '', undefined, null, 1, ['failed']]) {
      expect(nameOf('notification.dispatched', { status })).toBeNull()
    }
  })

  it('no message for which nothing is set up', () => {
    for (const error of [
      'slack_client_unavailable',
      'channel_id_unset',
      'operator_slack_user_id_unset',
      'no_surface',
    ]) {
      expect(nameOf('notification.dispatched', { status: 'failed', error })).toBeNull()
    }
    expect(nameOf('notification.dispatched', { status: 'failed', error: 'timeout' })).toBe('notification_failed')
  })

  it('alerts 3: a denial for want of the capability, and not for want of a name', () => {
    expect(nameOf('mcp.tool_called', { result: 'capability_denied' })).toBe('capability_denied')
    expect(nameOf('mcp.tool_called', { result: 'actor_id_required' })).toBeNull()
    expect(nameOf('mcp.tool_called', { result: 'ok' })).toBeNull()
  })

  it.each([
    ['reasoning.tool_called', { tool_status: 'execution_error' }, 'reasoning_error'],
    ['reasoning.tool_called', { tool_status: 'ok' }, null],
    ['tool.probe_autofix_attempted', { status: 'execution_failed' }, 'autofix_failed'],
    ['tool.probe_autofix_attempted', { status: 'executed' }, null],
    ['probe.investigation_completed', { dm_status: 'failed_send' }, 'investigation_undelivered'],
    ['alert.investigation_completed', { dm_status: 'engine_unavailable_failed_send' }, 'investigation_undelivered'],
    ['alert.investigation_completed', { dm_status: 'engine_unavailable_fallback' }, null],
    ['alert.investigation_completed', { dm_status: 'sent' }, null],
    ['tool.email_to_operator_sent', { status: 'smtp_failure' }, 'mail_failed'],
    ['tool.email_to_operator_sent', { status: 'sent' }, null],
  ])('%s with %j is counted as %s', (seam, details, name) => {
    expect(nameOf(seam, details)).toBe(name)
  })

  it('a kind of record has one rule, so that nothing is counted twice', () => {
    const used = countRules.flatMap((rule) => rule.seams)
    expect(new Set(used).size).toBe(used.length)
    expect(countRules.map(({ name }) => name).toSorted()).toEqual([...countNames].toSorted())
  })

  it('snapshot 4: only the three published kinds enter the health of the daemon', () => {
    const health = countRules.filter((rule) => rule.health).map(({ name }) => name)
    expect(health).toEqual(['dead_letter', 'reply_failed', 'notification_failed'])
  })

  it('whatever stands in the details, a record is counted by the rule of its kind or not at all', () => {
    for (const seam of [...seams, 'from.a.newer.version']) {
      for (const value of hostileValues) {
        const rule = countRuleOf({ seam, details: hostileDetails(value) })
        expect(rule === null || (rule.seams as readonly string[]).includes(seam)).toBe(true)
      }
    }
  })
})
