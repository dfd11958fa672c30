import { describe, expect, it } from 'vitest'
import { needsOperator } from '../../../src/domain/incidents.ts'
import {
  checkAndConfirm,
  onlyIncident,
  pageProbe,
  setPage,
  simulated,
  stopMachine,
  tokens,
} from '../../fakes/acceptance.ts'
import { flyProbe, startTestDaemon, type TestDaemon } from '../../fakes/testDaemon.ts'

async function troubled() {
  const simulator = await simulated()
  const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
  const kora = await startTestDaemon({ simulator, env, probes: [flyProbe(simulator, { intervalMs: 3_600_000 })] })
  await kora.pass(12_000)
  stopMachine(simulator)
  await kora.client.probes.check({ id: 'fly' })
  await kora.pass(3_000)
  const { id } = await onlyIncident(kora)
  return { simulator, kora, id }
}

const alerts = (kora: TestDaemon) => kora.slackTexts().filter((text) => text.includes('Probe alert'))
const needsYou = async (kora: TestDaemon, id: string) =>
  kora.read((store) => {
    const incident = store.incidents.get(id)
    return incident !== null && needsOperator(incident, kora.clock.nowMs())
  })

describe('snooze', () => {
  it('keeps repeats back until it ends, then tells them', async () => {
    const { simulator, kora, id } = await troubled()
    await kora.client.settings.update({ watching: { debounceSeconds: 0 } })
    await kora.client.incidents.snooze({ id, forMs: 600_000 })
    expect(await needsYou(kora, id)).toBe(false)
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(60_000)
    expect(alerts(kora)).toHaveLength(1)
    await kora.pass(560_000)
    expect(alerts(kora)).toHaveLength(2)
    expect(await needsYou(kora, id)).toBe(true)
  })

  it('taken back, what it held is told at once', async () => {
    const { simulator, kora, id } = await troubled()
    await kora.client.settings.update({ watching: { debounceSeconds: 0 } })
    await kora.client.incidents.snooze({ id, forMs: 3_600_000 })
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(10_000)
    expect(alerts(kora)).toHaveLength(1)
    await kora.client.incidents.resume({ id })
    await kora.pass(10_000)
    expect(alerts(kora)).toHaveLength(2)
  })

  it('a debounced repeat that is snoozed waits for the end of both', async () => {
    const { simulator, kora, id } = await troubled()
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    await kora.client.incidents.snooze({ id, forMs: 900_000 })
    await kora.pass(700_000)
    expect(alerts(kora)).toHaveLength(1)
    await kora.pass(210_000)
    expect(alerts(kora)).toHaveLength(2)
  })

  it('a worse severity passes and lifts it', async () => {
    const { simulator, kora, id } = await troubled()
    await kora.client.incidents.snooze({ id, forMs: 3_600_000 })
    simulator.setFault('fly', { kind: 'status', status: 500 })
    await checkAndConfirm(kora, 'fly')
    expect(alerts(kora)).toHaveLength(2)
    expect(await onlyIncident(kora)).toMatchObject({ severity: 'critical', snoozedUntilMs: null })
    expect(await needsYou(kora, id)).toBe(true)
  })

  it('is only accepted between a minute and a week', async () => {
    const { kora, id } = await troubled()
    for (const forMs of [0, 59_999, 8 * 86_400_000, Number.NaN]) {
      await expect(kora.client.incidents.snooze({ id, forMs })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    }
  })
})

describe('handled', () => {
  it('hides the incident until it is resolved; what comes back asks for the operator again', async () => {
    const { simulator, kora, id } = await troubled()
    await kora.client.incidents.markHandled({ id, reason: 'Restarting it by hand' })
    expect(await needsYou(kora, id)).toBe(false)
    await kora.client.probes.check({ id: 'fly' })
    expect(await needsYou(kora, id)).toBe(false)
    expect((await kora.client.incidents.get({ id })).handledReason).toBe('Restarting it by hand')
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    expect((await onlyIncident(kora)).state).toBe('resolved')
    stopMachine(simulator)
    await kora.client.probes.check({ id: 'fly' })
    expect(await needsYou(kora, id)).toBe(true)
    const actions = await kora.client.system.audit({ seam: 'incident.operator_action' })
    expect(actions.map((row) => [row.details['action'], row.source])).toEqual([['marked_handled', 'operator']])
  })

  it('taken back, it asks for the operator again', async () => {
    const { kora, id } = await troubled()
    await kora.client.incidents.markHandled({ id, reason: 'Seen' })
    await kora.client.incidents.resume({ id })
    expect(await needsYou(kora, id)).toBe(true)
  })

  it('wants a reason', async () => {
    const { kora, id } = await troubled()
    await expect(kora.client.incidents.markHandled({ id, reason: '  ' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  })
})

describe('reminders of a critical', () => {
  it('come with backoff, end with an acknowledgement, and a snooze puts them off', async () => {
    const simulator = await simulated()
    const probe = { ...pageProbe(simulator, 'site'), intervalMs: 3_600_000 }
    const kora = await startTestDaemon({ simulator, probes: [probe] })
    await kora.client.settings.update({ notifications: { reminderMinutes: 1 } })
    await kora.pass(12_000)
    setPage(simulator, 'site', 500)
    await checkAndConfirm(kora, 'site')
    const { id } = await onlyIncident(kora)
    const reminders = () => kora.slackTexts().filter((text) => text.includes('Still open after')).length
    await kora.pass(61_000)
    expect(reminders()).toBe(1)
    await kora.client.incidents.snooze({ id, forMs: 300_000 })
    await kora.pass(280_000)
    expect(reminders()).toBe(1)
    await kora.pass(30_000)
    expect(reminders()).toBe(2)
    await kora.client.incidents.acknowledge({ id })
    await kora.pass(1_000_000)
    expect(reminders()).toBe(2)
  })
})

describe('a probe that is removed or switched off', () => {
  it.each(['remove', 'switch off'])('%s: its incident closes, nothing more is said, its history stays', async (how) => {
    const { kora, id } = await troubled()
    const [definition] = await kora.client.probes.definitions()
    if (!definition) throw new Error('no definition')
    const { createdAtMs: _created, updatedAtMs: _updated, ...draft } = definition
    if (how === 'remove') await kora.client.probes.remove({ id: 'fly' })
    else await kora.client.probes.update({ ...draft, enabled: false })
    const told = kora.slackTexts().length
    await kora.pass(30_000)
    expect((await onlyIncident(kora)).state).toBe('resolved')
    expect(kora.slackTexts()).toHaveLength(told)
    expect((await kora.client.incidents.get({ id })).timeline.map((line) => line.kind)).toContain('resolved')
  })
})
