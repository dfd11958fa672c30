import { type Browser, chromium } from 'playwright'
import { findChromium } from '../../scripts/findChromium.mjs'

let launched: Promise<Browser> | null = null

/**
 * The one Chromium behind all windows, started on first use.
 * STANDIN_DEBUG_PORT opens it to `connectOverCDP`; STANDIN_HEADED=1 shows it.
 */
export function browser(): Promise<Browser> {
  launched ??= launch()
  return launched
}

export async function closeBrowser(): Promise<void> {
  await (await launched)?.close()
}

function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null)
    throw new Error('No Chromium found. Set CHROMIUM_PATH or run: npx playwright install chromium')
  const debugPort = process.env['STANDIN_DEBUG_PORT']
  return chromium.launch({
    executablePath,
    headless: process.env['STANDIN_HEADED'] !== '1',
    args: [
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...(debugPort ? [`--remote-debugging-port=${debugPort}`] : []),
    ],
  })
}
