/**
 * How soon the operator's machine begins to show a critical: from the return of the transaction that recorded the
 * observation with its incident and message, to the call that shows the notification. 1,000 wakes, one at a time, each
 * a fresh incident of its own probe, three other probes being well. The whole daemon runs in this process on real
 * files, sockets and timers; the probes ask a site that answers 500. A suspected critical is confirmed by a check 10 s
 * later: the wall clock is put forward instead of waiting. No model and no Slack are configured.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { withDaemon } from './daemon.ts'
import { percentile, print } from './figures.ts'
import { withHome } from './home.ts'
import { noteCommits } from './observed.ts'

const wakes = 1_000
const confirmAfterMs = 10_000

const committedAt = noteCommits((row) => row.channel === 'native' && row.kind === 'alert')

const site = createServer((request, response) => {
  response.statusCode = request.url?.startsWith('/well') ? 200 : 500
  response.end()
}).listen(0, '127.0.0.1')
await once(site, 'listening')
const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
const latencies: number[] = []

await withHome(async (home) => {
  let aheadMs = 0
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
  const show = async ({ id }: { id: string }): Promise<{ shown: true }> => {
    const committed = committedAt.get(id)
    if (committed !== undefined) latencies.push(performance.now() - committed)
    return { shown: true }
  }
  await withDaemon({ home, clock, show }, async ({ daemon, client }) => {
    const define = (id: string, path: string) =>
      client.probes.create({
        id,
        kind: 'http',
        title: id,
        config: { url: `${url}/${path}` },
        intervalMs: 86_400_000,
        enabled: true,
      })
    // The wall clock will pass the time of reminders, which are not what is measured.
    await client.settings.update({ notifications: { reminderMinutes: 0 } })
    for (const id of ['well-1', 'well-2', 'well-3']) await define(id, 'well')
    await daemon.drain()
    for (let index = 0; index < wakes; index++) {
      const id = `site-${index}`
      await define(id, 'failing')
      await client.probes.check({ id })
      await daemon.drain()
      aheadMs += confirmAfterMs
      await client.probes.check({ id })
      await daemon.drain()
    }
  })
})
site.close()
if (latencies.length !== wakes) throw new Error(`${latencies.length} notifications were shown for ${wakes} wakes`)
print('critical committed to native delivery started, p50', percentile(latencies, 0.5), 'ms', null)
print('critical committed to native delivery started, p99 of 1,000', percentile(latencies, 0.99), 'ms', 50)
print('critical committed to native delivery started, worst', Math.max(...latencies), 'ms', null)
