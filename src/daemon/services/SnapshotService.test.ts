import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { snapshotSources } from '../../../test/fakes/snapshotSources.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import type { ProbeStatus } from '../../domain/observation.ts'
import type { SnapshotSources } from './computeSnapshot.ts'
import { Events } from './Events.ts'
import { readSnapshotFile, SnapshotFile } from './SnapshotFile.ts'
import { SnapshotService } from './SnapshotService.ts'

async function setUp(
  changes: Partial<SnapshotSources> = {},
  cacheFolder?: string,
  redact: (text: string) => string = (text) => text,
) {
  const clock = createFakeClock()
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const folder = cacheFolder ?? join(await tempFolder(), 'cache')
  const path = join(folder, 'daemon_snapshot.json')
  const statuses: Record<string, ProbeStatus> = { fly: 'healthy' }
  const sources = snapshotSources({
    services: () =>
      Object.entries(statuses).map(([id, status]) => ({
        id,
        kind: id,
        status,
        observedAtMs: clock.nowMs(),
        intervalMs: 60_000,
      })),
    ...changes,
  })
  const service = new SnapshotService({
    clock,
    logger,
    events,
    sources,
    statusOf: (probeId) => statuses[probeId] ?? 'unknown',
    file: new SnapshotFile(path),
    sessionId: 'a'.repeat(32),
    intervalMs: 300_000,
    redact,
  })
  onTestFinished(() => service.stop())
  let computed = 0
  events.on('snapshot.computed', () => {
    computed += 1
  })
  /** Time passes, and what it causes is written. @returns how many snapshots were computed meanwhile */
  const pass = async (ms: number): Promise<number> => {
    const before = computed
    await clock.advance(ms)
    await service.drain()
    return computed - before
  }
  const onDisk = () => readSnapshotFile(path, clock.nowMs())
  return { clock, logger, events, folder, path, statuses, service, pass, onDisk }
}

const current = (service: SnapshotService): Snapshot => {
  const found = service.read()
  if (found === null) throw new Error('there is no snapshot')
  return found
}

describe('the first snapshot', () => {
  it('snapshot 24: is there within two seconds of the start, in memory and on disk', async () => {
    const { clock, service, pass, onDisk } = await setUp()
    service.start()
    expect(service.published()).toEqual({ error: 'no_snapshot', stale: true })
    expect(await pass(100)).toBe(1)
    expect(current(service).computed_at).toBe('2026-05-11T14:00:00Z')
    expect(await onDisk()).toEqual(current(service))
    await clock.advance(1_900)
    expect(service.ageSeconds()).toBeCloseTo(1.95)
  })

  it('snapshot 28: does not come from the file of an earlier process', async () => {
    const earlier = await setUp()
    earlier.service.start()
    await earlier.pass(100)
    await earlier.service.stop()
    const { service } = await setUp({}, earlier.folder)
    expect(await earlier.onDisk()).toMatchObject({ session_id: 'a'.repeat(32) })
    expect([service.read(), service.getSnapshotForRouting(), service.ageSeconds()]).toEqual([null, null, null])
  })
})

describe('a change', () => {
  async function started() {
    const world = await setUp()
    world.service.start()
    await world.pass(5_000)
    return world
  }

  it.each([
    'operational.changed',
    'alerts.changed',
    'spend.changed',
    'probes.changed',
    'settings.changed',
    'daemon.changed',
  ] as const)('of a fact it shows (%s) is in the next one, which comes at once', async (cause) => {
    const { events, pass, service, clock } = await started()
    const computedBefore = current(service).computed_at
    events.publish(cause, { from: 'ready', to: 'paused', probeId: 'fly' })
    expect(await pass(50)).toBe(1)
    expect(current(service).computed_at).not.toBe(computedBefore)
    expect(service.ageSeconds()).toBe(0)
    await clock.advance(60_000)
    expect(service.ageSeconds()).toBe(60)
  })

  it('and more of them within a second make two snapshots, a second apart', async () => {
    const { events, pass, service } = await started()
    for (let no = 0; no < 40; no++) events.publish('spend.changed', {})
    expect(await pass(50)).toBe(1)
    for (let no = 0; no < 40; no++) {
      events.publish('alerts.changed', {})
      expect(await pass(20)).toBe(0)
    }
    expect(await pass(200)).toBe(1)
    expect(await pass(10_000)).toBe(0)
    expect(current(service).sections.alerts.status).toBe('ok')
  })

  it('of a minute of changes is at most one a second', async () => {
    const { events, clock, pass } = await started()
    let made = 0
    for (let no = 0; no < 600; no++) {
      events.publish('spend.changed', {})
      made += await pass(100)
    }
    expect(made).toBeLessThanOrEqual(60)
    expect(made).toBeGreaterThan(50)
    expect(clock.pendingTimers()).toBeLessThanOrEqual(1)
  })

  it('of a service is one only when it is published as something else', async () => {
    const { events, pass, statuses, service } = await started()
    events.publish('observation.recorded', { probeId: 'fly' })
    expect(await pass(2_000)).toBe(0)
    statuses['fly'] = 'unhealthy'
    events.publish('observation.recorded', { probeId: 'fly' })
    expect(await pass(2_000)).toBe(1)
    expect(current(service).service_health['fly']).toBe('unhealthy')
    events.publish('observation.recorded', { probeId: 'fly' })
    expect(await pass(2_000)).toBe(0)
    statuses['fly'] = 'unreachable'
    events.publish('observation.recorded', { probeId: 'fly' })
    expect(await pass(2_000)).toBe(1)
    statuses['fly'] = 'not_watching'
    events.publish('observation.recorded', { probeId: 'fly' })
    expect(await pass(2_000)).toBe(0)
  })

  it('of a service that was never shown is one', async () => {
    const { events, pass, statuses, service } = await started()
    statuses['shop'] = 'healthy'
    events.publish('observation.recorded', { probeId: 'shop' })
    expect(await pass(2_000)).toBe(1)
    expect(current(service).service_health['shop']).toBe('healthy')
  })

  it('after the stop is none', async () => {
    const { events, pass, service, clock } = await started()
    events.publish('spend.changed', {})
    await service.stop()
    events.publish('spend.changed', {})
    expect(await pass(10_000)).toBe(0)
    expect(clock.pendingTimers()).toBe(0)
  })
})

describe('errors of the daemon', () => {
  it('are in the next snapshot when their number is another', async () => {
    let count = 0
    const { events, pass, service } = await setUp({ errors: () => ({ count, byKind: { dead_letter: count } }) })
    service.start()
    await pass(5_000)
    events.publish('history.grew', { audit: [] })
    expect(await pass(2_000)).toBe(0)
    count = 5
    events.publish('history.grew', { audit: [] })
    expect(await pass(2_000)).toBe(1)
    expect(current(service).daemon_health).toMatchObject({ recent_error_count_5min: 5, overall_status: 'degraded' })
  })
})

describe('snapshot 22: what goes wrong', () => {
  it('while writing leaves the earlier file, and the next cycle writes the newest', async () => {
    const { clock, events, service, pass, onDisk, path, logger } = await setUp()
    service.start()
    await pass(100)
    const first = current(service)
    // Its temporary file cannot be made.
    await mkdir(`${path}.tmp`)
    await clock.advance(5_000)
    await expect(service.runCycle()).rejects.toMatchObject({ code: 'folder_unwritable' })
    events.publish('spend.changed', {})
    await pass(2_000)
    expect(logger.messages('warn')).toEqual(['the snapshot could not be written'])
    expect(await onDisk()).toEqual(first)
    expect(current(service).computed_at).not.toBe(first.computed_at)
    await rmdir(`${path}.tmp`)
    await service.runCycle()
    expect(await onDisk()).toEqual(current(service))
  })

  it('while computing leaves the earlier one in memory and on disk, and the next cycle succeeds', async () => {
    let works = true
    const whileBroken = (): never => {
      throw new Error('no such table')
    }
    const { clock, service, onDisk, path, logger } = await setUp(
      { defaultModel: () => (works ? 'claude-haiku-4-5-20251001' : whileBroken()) },
      undefined,
      whileBroken,
    )
    await service.runCycle()
    const first = current(service)
    const text = await readFile(path, 'utf8')
    works = false
    await clock.advance(5_000)
    await service.runCycle()
    expect(logger.messages('error')).toEqual(['the snapshot could not be computed'])
    expect(await readFile(path, 'utf8')).toBe(text)
    expect([current(service), service.ageSeconds()]).toEqual([first, 5])
    works = true
    await service.runCycle()
    expect(current(service).computed_at).toBe('2026-05-11T14:00:05Z')
    expect(await onDisk()).toEqual(current(service))
  })

  it('while writing does not keep the service from stopping', async () => {
    const { service, pass, path } = await setUp()
    service.start()
    await pass(100)
    await mkdir(`${path}.tmp`)
    const cycle = service.runCycle()
    await Promise.all([service.stop(), expect(cycle).rejects.toMatchObject({ code: 'folder_unwritable' })])
    expect(await readdir(dirname(path))).toEqual(['daemon_snapshot.json', 'daemon_snapshot.json.tmp'])
  })

  it('with a source costs that source alone, and the snapshot is written', async () => {
    let works = true
    const { service, onDisk } = await setUp({
      rung: () => {
        if (!works) throw new Error('no ledger')
        return 'warn_75'
      },
    })
    await service.runCycle()
    expect(current(service).cost_ladder.current_tier).toBe('WARN_75')
    works = false
    await service.runCycle()
    expect(current(service).cost_ladder.current_tier).toBe('unknown')
    expect(await onDisk()).toEqual(current(service))
  })

  it('when several want to write at once, the newest is on disk in the end', async () => {
    const { clock, service, onDisk } = await setUp()
    const first = service.runCycle()
    await clock.advance(1_000)
    const second = service.runCycle()
    await clock.advance(1_000)
    await Promise.all([first, second, service.runCycle()])
    expect(await onDisk()).toMatchObject({ computed_at: '2026-05-11T14:00:02Z' })
  })
})

describe('a snapshot that grew old', () => {
  it('snapshot 20: is not shown, and whoever asks is told so', async () => {
    const { clock, service } = await setUp()
    await service.runCycle()
    await clock.advance(600_000)
    expect(service.published()).toEqual(current(service))
    expect(service.getSnapshotForRouting()).toEqual(current(service))
    await clock.advance(1_000)
    expect(service.published()).toEqual({ error: 'no_snapshot', stale: true })
    expect([service.read(), service.getSnapshotForRouting()]).toEqual([null, null])
    expect(service.ageSeconds()).toBe(601)
    await service.runCycle()
    expect(current(service).computed_at).toBe('2026-05-11T14:10:01Z')
  })
})
