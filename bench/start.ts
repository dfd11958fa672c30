/**
 * From spawning the built headless daemon to the answer of `probes.list` over an authenticated WebSocket, as the first
 * browser would ask: printed address, sign-in, upgrade, call. An existing data folder with 25 probes; ten starts after
 * one that does not count.
 */
import { percentile, print } from './figures.ts'
import { connect, startHeadless } from './headless.ts'
import { defineProbes, withHome, withStore } from './home.ts'

const starts = 10
const probes = 25

await withHome(async (home) => {
  // Nobody answers on port 9 of this machine; the first checks come later than the list anyway.
  await withStore(home, (store) => defineProbes(store, probes, 'http://127.0.0.1:9', 300_000))
  const times: number[] = []
  for (let round = 0; round <= starts; round++) {
    const began = performance.now()
    const kora = await startHeadless(home)
    const { client, close } = await connect(kora.ready)
    const rows = await client.probes.list()
    const took = performance.now() - began
    close()
    await kora.stop()
    if (rows.length !== probes) throw new Error(`the list has ${rows.length} probes`)
    if (round > 0) times.push(took)
  }
  print('headless start to the first authenticated probe list, median of 10', percentile(times, 0.5), 'ms', 500)
  print('headless start to the first authenticated probe list, slowest', Math.max(...times), 'ms', null)
})
