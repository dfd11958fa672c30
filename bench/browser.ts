import { type BrowserContext, chromium, type Page } from 'playwright'
import { findChromium } from '../scripts/findChromium.mjs'

/** A page in a real Chromium, 1,280 by 800; everything is closed afterwards. */
export async function withPage(
  options: { bypassCSP: boolean },
  run: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('No Chromium found: install one or set CHROMIUM_PATH.')
  const args = ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run']
  const browser = await chromium.launch({ executablePath, args })
  try {
    const context = await browser.newContext({ ...options, viewport: { width: 1_280, height: 800 } })
    await run(await context.newPage(), context)
  } finally {
    await browser.close()
  }
}
