import { build, type LibraryOptions, type Rolldown } from 'vite'
import { withPage } from './browser.ts'
import type * as InPage from './callsInPage.ts'

/** Runs a call of `callsInPage.ts` over and over. @returns ms of each, one after the other */
type TimeCalls = (name: Parameters<typeof InPage.timeCalls>[0], count: number) => Promise<number[]>

/**
 * Opens the cockpit of a headless daemon in Chromium and times calls from within its page, through the product's client.
 * The page's policy admits no foreign script, so the bench's own one needs a browser context that bypasses it.
 * @param address the one that signs a browser in
 */
export async function withPageCalls(address: string, run: (time: TimeCalls) => Promise<void>): Promise<void> {
  const content = await bundle()
  await withPage({ bypassCSP: true }, async (page) => {
    await page.goto(address)
    await page.getByRole('table', { name: 'Services' }).waitFor()
    await page.addScriptTag({ content })
    await run((name, count) =>
      page.evaluate(
        ([which, times]) => (globalThis as unknown as { koraBench: typeof InPage }).koraBench.timeCalls(which, times),
        [name, count] as const,
      ),
    )
  })
}

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
