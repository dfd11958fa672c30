import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { anObservation, aProbe } from '../../../test/fakes/records.ts'
import { openTestStore } from '../../../test/fakes/testStore.ts'
import { Events } from './Events.ts'
import { LateWrites } from './LateWrites.ts'
import { HousekeepingService } from './HousekeepingService.ts'
import { Problems } from './Problems.ts'
import { Scheduler } from './Scheduler.ts'
import { SettingsService } from './SettingsService.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

async function service() {
  const { store, clock } = await openTestStore()
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const problems = new Problems({ clock, events, redact: (text) => text })
  const late = new LateWrites({ store, events, logger, problems })
  const settings = new SettingsService({ store, clock, events, fixed: [] })
  const housekeeping = new HousekeepingService({ store, late, clock, events, settings })
  store.probes.insert(aProbe())
  const observe = (agoMs: number): void =>
    store.observations.record(anObservation({ id: `obs${agoMs}`, observedAtMs: clock.nowMs() - agoMs, latencyMs: 10 }))
  return { store, clock, settings, housekeeping, observe, logger, problems }
}

const going = new AbortController().signal

describe('HousekeepingService', () => {
  it('writes samples each second, on its own', async () => {
    const { store, clock, housekeeping, observe, logger } = await service()
    const scheduler = new Scheduler({ clock, logger })
    housekeeping.register(scheduler)
    scheduler.start()
    observe(0)
    expect(store.observations.buffered).toBe(1)
    await clock.advance(1_100)
    expect(store.observations.buffered).toBe(0)
    await scheduler.stop(0)
    expect(scheduler.rows().map((row) => row.name)).toEqual([
      'observations.flush',
      'observations.rollup',
      'history.retention',
    ])
  })

  it('rolls up every closed bucket, however many there are', async () => {
    const { store, clock, housekeeping, observe } = await service()
    for (let minute = 120; minute > 0; minute--) observe(minute * 60_000)
    store.flush()
    await housekeeping.rollup(going)
    expect(store.observations.rollup(clock.nowMs())).toBe(0)
    const { points } = await store.reader.series('fly', clock.nowMs() - 2 * hourMs, clock.nowMs(), 30)
    expect(points.reduce((sum, point) => sum + point.samples, 0)).toBe(120)
  })

  it('removes what is past its keep and nothing younger', async () => {
    const { store, clock, settings, housekeeping, observe } = await service()
    settings.update({ retention: { rawHours: 1, rollupDays: 2, auditDays: 30 } })
    for (const agoMs of [3 * hourMs, 2 * hourMs, 30 * 60_000, 60_000]) observe(agoMs)
    store.flush()
    await housekeeping.rollup(going)
    store.audit.append({ seam: 'daemon.started' }, clock.nowMs() - 31 * dayMs)
    await housekeeping.retain(going)
    const raw = store.observations.recent('fly', 0, 100).map((sample) => clock.nowMs() - sample.atMs)
    expect(raw).toEqual([60_000, 30 * 60_000])
    // What was removed is still in the rollups.
    const { points } = await store.reader.series('fly', clock.nowMs() - 4 * hourMs, clock.nowMs(), 60)
    expect(points.reduce((sum, point) => sum + point.samples, 0)).toBe(4)
  })

  it('prunes the audit log from its front only', async () => {
    const { store, clock, settings, housekeeping } = await service()
    store.audit.append({ seam: 'daemon.started' }, clock.nowMs() - 40 * dayMs)
    store.audit.append({ seam: 'daemon.stopped' }, clock.nowMs() - 39 * dayMs)
    settings.update({ retention: { auditDays: 30 } })
    await housekeeping.retain(going)
    const seams = store.audit.list({ limit: 0 }).map((row) => row.seam)
    expect(seams).toEqual(['audit.pruned', 'settings.changed'])
    expect(await store.verifyAudit()).toMatchObject({ ok: true })
  })

  it('ends when it is told to', async () => {
    const { housekeeping, store, observe } = await service()
    observe(3 * dayMs)
    store.flush()
    await housekeeping.rollup(AbortSignal.abort())
    await housekeeping.retain(AbortSignal.abort())
    expect(store.observations.recent('fly', 0, 10)).toHaveLength(1)
  })
})
