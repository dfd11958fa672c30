import { describe, expect, it } from 'vitest'
import type { StateMessage } from '../../contract/state.ts'
import { pageProbe, setPage, simulated } from '../../../test/fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon } from '../../../test/fakes/testDaemon.ts'

const gatherMs = 60

async function watching(...names: string[]) {
  const simulator = await simulated()
  const probes = names.map((name) => ({ ...pageProbe(simulator, name), intervalMs: 3_600_000 }))
  const kora = await startTestDaemon({ simulator, probes })
  await kora.pass(12_000)
  return kora
}

/** One window: its messages come when it asks for them. */
async function open(kora: TestDaemon) {
  const leaving = new AbortController()
  const messages = await kora.client.state.subscribe(undefined, { signal: leaving.signal })
  const first = await messages.next()
  if (first.done || first.value.kind !== 'snapshot') throw new Error('a window begins with a snapshot')
  const next = async (): Promise<StateMessage | 'end'> => {
    const message = messages.next()
    await kora.clock.advance(gatherMs)
    const result = await message
    return result.done ? 'end' : result.value
  }
  return { snapshot: first.value, next, leave: () => leaving.abort() }
}

async function patch(window: { next(): Promise<StateMessage | 'end'> }) {
  const message = await window.next()
  if (message === 'end' || message.kind !== 'patch') throw new Error('expected a patch')
  return message
}

describe('a window', () => {
  it('gets everything at once, then whole rows of what changed, numbered', async () => {
    const kora = await watching('a', 'b')
    const window = await open(kora)
    const { state } = window.snapshot
    expect(state.services.map((row) => [row.id, row.status])).toEqual([
      ['a', 'healthy'],
      ['b', 'healthy'],
    ])
    expect(state.incidents).toEqual([])
    expect(state.connectivity).toEqual({ watching: true, sinceMs: null })
    expect(window.snapshot.nowMs).toBe(kora.clock.nowMs())
    await kora.client.probes.check({ id: 'b' })
    const change = await patch(window)
    expect(change.services?.map((row) => row.id)).toEqual(['b'])
    expect(change.services?.[0]?.observedAtMs).toBeGreaterThan(state.services[1]?.observedAtMs ?? 0)
    expect(change).not.toHaveProperty('incidents')
    expect(change.seq).toBeGreaterThan(window.snapshot.seq)
  })

  it('gets a busy moment as one patch', async () => {
    const kora = await watching('a', 'b', 'c')
    const window = await open(kora)
    setPage(kora.simulator, 'a', 500)
    await kora.client.probes.checkAll()
    const change = await patch(window)
    expect(change.services?.map((row) => row.id).toSorted()).toEqual(['a', 'b', 'c'])
    expect(change.services?.find((row) => row.id === 'a')).toMatchObject({ status: 'unhealthy', checking: false })
  })

  it('that is slow gets the newest state once, not every step to it', async () => {
    const kora = await watching('a')
    const window = await open(kora)
    for (const status of [500, 200, 404, 200]) {
      setPage(kora.simulator, 'a', status)
      await kora.client.probes.check({ id: 'a' })
      await kora.pass(1_000)
    }
    const change = await patch(window)
    expect(change.services).toHaveLength(1)
    expect(change.services?.[0]).toMatchObject({ status: 'healthy', suspectSinceMs: null })
  })

  it('hears of incidents, of what was removed, and of what the daemon says about itself', async () => {
    const kora = await watching('a', 'b')
    const window = await open(kora)
    setPage(kora.simulator, 'a', 500)
    await kora.client.probes.check({ id: 'a' })
    await kora.pass(11_000)
    const opened = await patch(window)
    expect(opened.incidents?.map((incident) => [incident.probeId, incident.severity])).toEqual([['a', 'critical']])
    expect(opened.activity?.map((item) => item.kind)).toContain('opened')
    await kora.client.probes.remove({ id: 'b' })
    const removed = await patch(window)
    expect(removed.removedServices).toEqual(['b'])
    expect(removed.services).toBeUndefined()
    await kora.client.settings.dismissSetup()
    expect((await patch(window)).daemon?.setupDismissed).toBe(true)
  })

  it('has its own pace: two windows do not take from each other', async () => {
    const kora = await watching('a')
    const [one, two] = [await open(kora), await open(kora)]
    await kora.client.probes.check({ id: 'a' })
    expect((await patch(one)).services).toHaveLength(1)
    expect((await patch(two)).services).toHaveLength(1)
  })

  it.each(['it leaves', 'the daemon stops'])('ends when %s', async (how) => {
    const kora = await watching('a')
    const window = await open(kora)
    const waiting = window.next().catch((error: Error) => error.name)
    if (how === 'it leaves') window.leave()
    else await kora.stop()
    expect(['end', 'AbortError']).toContain(await waiting)
  })
})
