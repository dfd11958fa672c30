import { expect, it } from 'vitest'
import { deliveryReason } from '../../../domain/deliveryReasons.ts'
import { outcomeWords, reasonText } from './deliveryWords.ts'

it('says why in plain words, with what the channel said', () => {
  expect(deliveryReason('post_dm_raised:TimeoutError')).toBe('Slack refused it: TimeoutError')
  expect(deliveryReason('something_new')).toBe('something new')
  expect(reasonText({ reason: 'timeout', note: 'no reply after 10 s' })).toBe('no answer in time (no reply after 10 s)')
  expect(reasonText({ reason: 'no_surface', note: null })).toBe('no cockpit was open to show it')
  expect(reasonText({ reason: null, note: null })).toBe('')
})

it('never calls an unknown outcome sent', () => {
  expect((['sent', 'already_sent', 'failed', 'unknown'] as const).map(outcomeWords)).toEqual([
    'Sent',
    'Sent earlier',
    'Not sent',
    'Not known',
  ])
})
