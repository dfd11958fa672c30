import { describe, expect, it } from 'vitest'
import { OpenApi } from '../../src/contract/published/openApi.ts'
import { publishedTable } from '../../src/daemon/hosting/publishedTable.ts'
import type { Seam } from '../../src/domain/audit.ts'
import { actionSeams } from '../../src/domain/panels/actions.ts'
import { drilldownSeams } from '../../src/domain/panels/drilldown.ts'
import { checkAndConfirm, simulated, tokens } from '../fakes/acceptance.ts'
import { hostileDetails, hostileValues, leaks } from '../fakes/hostile.ts'
import { entry, panelWorld } from '../fakes/panelWorld.ts'
import { flyProbe } from '../fakes/testDaemon.ts'

const session = 'probe:fly:service_unhealthy'

/** Records from which something is published. */
const projected = new Set<Seam>([...actionSeams, ...drilldownSeams, 'mcp.tool_called', 'webhook.dead_letter'])

/** Every path of the table that is read, as somebody might ask for it. */
const read = publishedTable.filter(({ method }) => method === 'GET')
const asked = read.flatMap(({ path, query, response }) => {
  const plain = path.replace('{id}', session)
  const more = query === null ? [] : ['?limit=1', '?limit=999&window=all', '?limit=x&window=%00']
  return [plain, ...more.map((search) => plain + search)].map((one) => ({ path: one, response }))
})

/** A daemon that has seen trouble, told of it and found out why. */
async function lived() {
  const simulator = await simulated()
  const env = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN }
  const world = await panelWorld({ simulator, env, probes: [flyProbe(simulator)] })
  await world.kora.pass(15_000)
  simulator.setFault('fly', { kind: 'status', status: 401 })
  await checkAndConfirm(world.kora, 'fly')
  await world.kora.pass(5_000)
  return world
}

describe('every published path of a live daemon', () => {
  it('answers in its published shape before anything happened', async () => {
    const { ask } = await panelWorld()
    for (const { path, response } of asked) {
      const body = (await ask(await response(), path)) as Record<string, readonly unknown[] | undefined>
      const rows = ['items', 'calls', 'events', 'timeline', 'services'].flatMap((list) => body[list] ?? [])
      expect([path, rows]).toEqual([path, []])
    }
  })

  it('answers in its published shape after trouble', async () => {
    const { ask, text } = await lived()
    for (const { path, response } of asked) {
      await ask(await response(), path)
      expect([path, leaks(await text(path))]).toEqual([path, []])
    }
  })

  it('is described, and nothing else is', async () => {
    const { ask } = await panelWorld()
    const { paths, info } = await ask(OpenApi, '/api/openapi.json')
    expect(Object.keys(paths).toSorted()).toEqual([...new Set(publishedTable.map(({ path }) => path))].toSorted())
    expect(info.version).toBe('0.0.0-test')
  })

  it('keeps its shape and gives nothing away whatever the records hold', async () => {
    const { ask, text, write, nowMs } = await lived()
    await write((store) => {
      for (const value of hostileValues) {
        // One field of a megabyte is enough for the sink, which looks at every character.
        const short = typeof value === 'string' ? value.slice(0, 500) : value
        for (const seam of projected) {
          const callerSessionId = typeof short === 'string' ? short : session
          store.audit.append(entry(seam, hostileDetails(short), { callerSessionId }), nowMs)
        }
        store.audit.append(entry('probe.investigation_completed', { investigation_summary_text: value }), nowMs)
      }
    })
    for (const { path, response } of asked) {
      await ask(await response(), path)
      expect([path, leaks(await text(path))]).toEqual([path, []])
    }
  })
})
