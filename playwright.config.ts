import { defineConfig } from '@playwright/test'
import { findChromium } from './scripts/findChromium.mjs'
import { chromiumFlags } from './test/e2e/chromium.ts'
import { heldFile } from './test/e2e/figures.ts'
import { hosts } from './test/e2e/hosts.ts'

// Workers inherit it; the runner reads it when they are done.
process.env['KORA_TEST_HELD_FILE'] ??= heldFile

/** The same specs on every host that can run here; the list reporter names the host in front of each test. */
export default defineConfig<{ host: string }>({
  testDir: 'test/e2e',
  globalTeardown: './test/e2e/figures.ts',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 2,
  retries: 0,
  reporter: [['list'], ['json']],
  // For specs that need a page without a daemon; those with one launch their own.
  use: { launchOptions: { executablePath: findChromium() ?? '', args: chromiumFlags } },
  projects: hosts().map(({ name }) => ({ name, use: { host: name } })),
})
