import { beforeEach, describe, expect, test } from 'vitest'
import { aDelivery, aMessage, anIncident, startMs } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import type { OutboxRepository } from './OutboxRepository.ts'

let outbox: OutboxRepository

beforeEach(async () => {
  const { store } = await openTestStore()
  store.incidents.save(anIncident())
  store.incidents.save(anIncident({ id: 'inc_2' }))
  outbox = store.outbox
})

const ids = (items: { id: string }[]) => items.map(({ id }) => id)

describe('messages', () => {
  test('every field survives, empty and filled', () => {
    const empty = aMessage({ incidentId: null, wakeEventId: null, kind: 'test' })
    outbox.insert(empty)
    expect(outbox.get('msg_1')).toEqual(empty)
    const sent = aMessage({
      kind: 'diagnosis',
      state: 'sent',
      investigationId: 'inv_1',
      replyToId: 'msg_0',
      attempts: 2,
      settledAtMs: startMs + 5,
      remoteRef: '17.1',
      remoteChannel: 'D1',
      failure: 'timeout',
    })
    outbox.save(sent)
    expect(outbox.get('msg_1')).toEqual(sent)
    expect(outbox.get('msg_2')).toBeNull()
  })

  test('a taken id and a missing one are told apart', () => {
    outbox.insert(aMessage())
    expect(() => outbox.insert(aMessage())).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(() => outbox.save(aMessage({ id: 'msg_9' }))).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  test('a message about an incident that is not there is refused', () => {
    expect(() => outbox.insert(aMessage({ incidentId: 'inc_9' }))).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    )
    expect(outbox.unsettled()).toEqual([])
  })

  test('unsettled ones keep the order in which they were created, whatever their ids and times', () => {
    outbox.insert(aMessage({ id: 'msg_c', createdAtMs: startMs + 9 }))
    outbox.insert(aMessage({ id: 'msg_a', channel: 'native', createdAtMs: startMs + 5 }))
    outbox.insert(aMessage({ id: 'msg_b', createdAtMs: startMs, incidentId: 'inc_2' }))
    outbox.insert(aMessage({ id: 'msg_d', state: 'superseded' }))
    outbox.save(aMessage({ id: 'msg_c', createdAtMs: startMs + 9, state: 'sending', attempts: 1 }))
    expect(ids(outbox.unsettled())).toEqual(['msg_c', 'msg_a', 'msg_b'])
    expect(ids(outbox.unsettled('slack'))).toEqual(['msg_c', 'msg_b'])
    expect(ids(outbox.byIncident('inc_1'))).toEqual(['msg_c', 'msg_a', 'msg_d'])
    for (const state of ['sent', 'failed', 'superseded'] as const) {
      outbox.save(aMessage({ id: 'msg_c', state }))
      expect(ids(outbox.unsettled('slack'))).toEqual(['msg_b'])
    }
  })
})

describe('deliveries', () => {
  const lost = aDelivery({ id: 'dlv_2', outcome: 'unknown', reason: 'timeout', startedAtMs: startMs + 10 })

  beforeEach(() => {
    outbox.insert(aMessage())
    outbox.insert(aMessage({ id: 'msg_2', incidentId: null, kind: 'test', channel: 'native' }))
  })

  test('are listed newest first with what names them', () => {
    outbox.addDelivery(aDelivery())
    outbox.addDelivery(lost)
    outbox.addDelivery(aDelivery({ id: 'dlv_3', outboxId: 'msg_2', channel: 'native', startedAtMs: startMs + 20 }))
    const rows = outbox.deliveries({ limit: 2 })
    expect(ids(rows)).toEqual(['dlv_3', 'dlv_2'])
    expect(rows[1]).toEqual({ ...lost, kind: 'alert', incidentId: 'inc_1', title: 'Fly is unhealthy' })
    expect(ids(outbox.deliveries({ beforeMs: startMs + 20, limit: 9 }))).toEqual(['dlv_2', 'dlv_1'])
    expect(ids(outbox.deliveriesByIncident('inc_1'))).toEqual(['dlv_1', 'dlv_2'])
  })

  test('an attempt without its message is refused', () => {
    expect(() => outbox.addDelivery(aDelivery({ outboxId: 'msg_9' }))).toThrow(
      expect.objectContaining({ code: 'bad_input' }),
    )
  })

  test('the last outcomes of a channel', () => {
    const never = { lastSentAtMs: null, lastFailedAtMs: null, lastFailure: null }
    expect(outbox.lastOutcomes('slack')).toEqual(never)
    outbox.addDelivery(aDelivery({ outcome: 'already_sent', startedAtMs: startMs + 5 }))
    outbox.addDelivery(lost)
    outbox.addDelivery(aDelivery({ id: 'dlv_4', outcome: 'failed', reason: 'rate_limited', startedAtMs: startMs + 7 }))
    expect(outbox.lastOutcomes('slack')).toEqual({
      lastSentAtMs: startMs + 5,
      lastFailedAtMs: startMs + 10,
      lastFailure: 'timeout',
    })
    expect(outbox.lastOutcomes('native')).toEqual(never)
  })
})

describe('the log of Slack', () => {
  const log = (entries: { id: string }[]) => entries.map(({ id }) => id)

  beforeEach(() => {
    const root = aMessage({ state: 'sent', remoteChannel: 'D1', remoteRef: '17.1' })
    outbox.insert(root)
    outbox.addDelivery(aDelivery({ id: 'dlv_1', remoteRef: '17.1' }))
    const text = 'x'.repeat(5_000)
    const payload = { ...root.payload, text }
    outbox.insert(aMessage({ id: 'msg_2', kind: 'diagnosis', investigationId: 'inv_1', replyToId: 'msg_1', payload }))
    const failed = { outcome: 'failed', reason: 'rate_limited', remoteRef: null } as const
    outbox.addDelivery(aDelivery({ id: 'dlv_2', outboxId: 'msg_2', startedAtMs: startMs + 10, ...failed }))
    outbox.insert(aMessage({ id: 'msg_3', incidentId: 'inc_2', channel: 'native' }))
    outbox.addDelivery(aDelivery({ id: 'dlv_3', outboxId: 'msg_3', channel: 'native', startedAtMs: startMs + 20 }))
    outbox.insert(aMessage({ id: 'msg_4', kind: 'test', incidentId: null, wakeEventId: null }))
    outbox.addDelivery(aDelivery({ id: 'dlv_4', outboxId: 'msg_4', startedAtMs: startMs + 10 }))
  })

  test('has every attempt, newest first, with its thread, its wake and the beginning of its text', () => {
    const entries = outbox.slackLog(10)
    expect(log(entries)).toEqual(['dlv_4', 'dlv_2', 'dlv_1'])
    expect(entries[1]).toEqual({
      id: 'dlv_2',
      messageId: 'msg_2',
      sentAtMs: startMs + 10,
      outcome: 'failed',
      reason: 'rate_limited',
      channelId: 'D1',
      ts: null,
      threadTs: '17.1',
      wakeEventId: 'evt_1',
      investigationId: 'inv_1',
      text: 'x'.repeat(1_000),
    })
    expect(entries[0]).toMatchObject({ wakeEventId: null, threadTs: null })
    expect(entries[2]).toMatchObject({ channelId: 'D1', ts: '17.1', threadTs: null })
    expect(log(outbox.slackLog(1))).toEqual(['dlv_4'])
  })

  test('of one probe’s trouble it has what is about its incidents, since a time', () => {
    const of = { probeId: 'fly', category: 'service_unhealthy' }
    expect(log(outbox.slackLogOf({ ...of, limit: 10 }))).toEqual(['dlv_2', 'dlv_1'])
    expect(log(outbox.slackLogOf({ ...of, sinceMs: startMs + 10, limit: 10 }))).toEqual(['dlv_2'])
    expect(log(outbox.slackLogOf({ ...of, limit: 1 }))).toEqual(['dlv_2'])
    expect(outbox.slackLogOf({ ...of, category: 'certificate_expiring', limit: 10 })).toEqual([])
    expect(outbox.slackLogOf({ ...of, probeId: 'site', limit: 10 })).toEqual([])
  })
})
