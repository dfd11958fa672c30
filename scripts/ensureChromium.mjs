import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium } from './findChromium.mjs'

const downloadLimitMs = 240_000

/**
 * A Chromium to test in: an installed one, else Playwright's download, else Debian's package where that may be done.
 * @returns {string | null} path of the executable
 */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  console.log('\n── no Chromium found: trying Playwright’s download')
  spawnSync('playwright', ['install', 'chromium'], {
    stdio: 'inherit',
    timeout: downloadLimitMs,
    shell: process.platform === 'win32',
  })
  const downloaded = findChromium()
  if (downloaded) return downloaded
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    console.log('\n── trying Debian’s chromium package')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { stdio: 'inherit', env })
  }
  const installed = findChromium()
  if (!installed) console.error('No Chromium: install Chromium or Chrome, or set CHROMIUM_PATH, then try again.')
  return installed
}
