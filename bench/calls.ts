/**
 * One call of the contract as the cockpit makes it: in the cockpit's own page in Chromium, over a WebSocket to the
 * built headless daemon with 25 probes, through the product's client. 5,000 calls one after the other, after 500 that
 * do not count. The bounds are for a call that does next to nothing (`system.backups` of a fresh folder: one query, an
 * empty list); `settings.get` is there for comparison. The page's policy admits no foreign script, so the bench's own
 * one needs a browser context that bypasses it.
 */
import { build, type LibraryOptions, type Rolldown } from 'vite'
import { withPage } from './browser.ts'
import type * as InPage from './callsInPage.ts'
import { percentile, print } from './figures.ts'
import { startHeadless } from './headless.ts'
import { defineProbes, withHome, withStore } from './home.ts'

const count = 5_000

async function bundle(): Promise<string> {
  const entry = new URL('callsInPage.ts', import.meta.url).pathname
  const lib: LibraryOptions = { entry, formats: ['iife'], name: 'koraBench', fileName: 'inPage' }
  const built = (await build({ configFile: false, logLevel: 'error', build: { lib, write: false } })) as
    | Rolldown.RolldownOutput
    | Rolldown.RolldownOutput[]
  const [first] = [built].flat()
  const chunk = first?.output[0]
  if (!chunk) throw new Error('the script for the page was not built')
  return chunk.code
}

const content = await bundle()
await withHome(async (home) => {
  await withStore(home, (store) => defineProbes(store, 25, 'http://127.0.0.1:9', 300_000))
  const kora = await startHeadless(home)
  await withPage({ bypassCSP: true }, async (page) => {
    await page.goto(kora.ready)
    await page.getByRole('table', { name: 'Services' }).waitFor()
    await page.addScriptTag({ content })
    for (const name of ['backups', 'settings'] as const) {
      const time = (calls: number): Promise<number[]> =>
        page.evaluate(
          ([which, times]) => (globalThis as unknown as { koraBench: typeof InPage }).koraBench.timeCalls(which, times),
          [name, calls] as const,
        )
      await time(count / 10)
      const times = await time(count)
      const [p50, p99] = name === 'backups' ? [1.5, 6] : [null, null]
      const call = name === 'backups' ? 'contract call' : 'contract call, settings.get'
      print(`${call} in Chromium over WebSocket, p50 of 5,000`, percentile(times, 0.5), 'ms', p50)
      print(`${call} in Chromium over WebSocket, p99 of 5,000`, percentile(times, 0.99), 'ms', p99)
    }
  })
  await kora.stop()
})
