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
import { createRouterClient } from '@orpc/server'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '../src/contract/index.ts'
import { createDaemon } from '../src/daemon/createDaemon.ts'
import { systemClock } from '../src/daemon/platform/clock.ts'
import { parseConfig } from '../src/daemon/platform/config.ts'
import { createLogger } from '../src/daemon/platform/logger.ts'
import { dataPaths } from '../src/daemon/platform/paths.ts'
import { createRedactor } from '../src/daemon/platform/redactor.ts'
import { createSecrets } from '../src/daemon/platform/secrets.ts'
import { createHttpClient } from '../src/daemon/platform/undiciHttp.ts'
import { OutboxRepository } from '../src/daemon/store/OutboxRepository.ts'
import { Store } from '../src/daemon/store/Store.ts'
import { percentile, print } from './figures.ts'
import { withHome } from './home.ts'

const wakes = 1_000
const confirmAfterMs = 10_000

/** When the transaction that queued a message returned; the product itself keeps no such time. */
const committedAt = new Map<string, number>()
const queued: string[] = []
let depth = 0
wrap(OutboxRepository.prototype, 'insert', (insert) => {
  return function (this: OutboxRepository, row) {
    if (row.channel === 'native' && row.kind === 'alert') queued.push(row.id)
    insert.call(this, row)
  }
})
wrap(Store.prototype, 'transaction', (transaction) => {
  return function <T>(this: Store, run: () => T): T {
    depth++
    try {
      return transaction.call(this, run) as T
    } finally {
      if (--depth === 0) for (const id of queued.splice(0)) committedAt.set(id, performance.now())
    }
  }
})

function wrap<Of, Name extends keyof Of>(of: Of, name: Name, around: (original: Of[Name]) => Of[Name]): void {
  of[name] = around(of[name])
}

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
  const env = { KORA_HOME: home }
  const paths = dataPaths(env, process.platform, { demo: false })
  const redactor = createRedactor()
  const daemon = createDaemon({
    host: 'desktop',
    version: '0.0.0-bench',
    demo: false,
    paths,
    env,
    config: parseConfig(env).config,
    clock,
    logger: createLogger({ redactor, file: null, stderr: false }),
    redactor,
    secrets: await createSecrets({ env, redactor, backend: { read: async () => ({}), write: async () => undefined } }),
    http: createHttpClient({ clock, allowPrivate: true }),
    notifier: {
      state: () => 'ready',
      show: async ({ id }) => {
        const committed = committedAt.get(id)
        if (committed !== undefined) latencies.push(performance.now() - committed)
        return { shown: true }
      },
    },
    browserNotifications: async function* () {},
    readWorker: new URL('../src/daemon/store/readWorker.ts', import.meta.url),
    resources: new URL('../resources', import.meta.url).pathname,
    web: null,
    requestStop: () => undefined,
    focus: async () => ({ address: null }),
  })
  await daemon.start()
  const client: ContractRouterClient<Contract> = createRouterClient(daemon.router, { context: {} })
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
  await daemon.stop('measured')
})
site.close()
if (latencies.length !== wakes) throw new Error(`${latencies.length} notifications were shown for ${wakes} wakes`)
print('critical committed to native delivery started, p50', percentile(latencies, 0.5), 'ms', null)
print('critical committed to native delivery started, p99 of 1,000', percentile(latencies, 0.99), 'ms', 50)
print('critical committed to native delivery started, worst', Math.max(...latencies), 'ms', null)
