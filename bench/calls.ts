/**
 * One call of the contract as the cockpit makes it: in the cockpit's own page in Chromium, over a WebSocket to the
 * built headless daemon with 25 probes, through the product's client. 5,000 calls one after the other, after 500 that
 * do not count. The bounds are for a call that does next to nothing (`system.backups` of a fresh folder: one query, an
 * empty list); `settings.get` is there for comparison.
 */
import { percentile, print } from './figures.ts'
import { startHeadless } from './headless.ts'
import { defineProbes, withHome, withStore } from './home.ts'
import { withPageCalls } from './pageCalls.ts'

const count = 5_000

await withHome(async (home) => {
  await withStore(home, (store) => defineProbes(store, 25, 'http://127.0.0.1:9', 300_000))
  const kora = await startHeadless(home)
  await withPageCalls(kora.ready, async (time) => {
    for (const name of ['backups', 'settings'] as const) {
      await time(name, count / 10)
      const times = await time(name, count)
      const [p50, p99] = name === 'backups' ? [1.5, 6] : [null, null]
      const call = name === 'backups' ? 'contract call' : 'contract call, settings.get'
      print(`${call} in Chromium over WebSocket, p50 of 5,000`, percentile(times, 0.5), 'ms', p50)
      print(`${call} in Chromium over WebSocket, p99 of 5,000`, percentile(times, 0.99), 'ms', p99)
    }
  })
  await kora.stop()
})
