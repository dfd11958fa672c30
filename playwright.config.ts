import { defineConfig } from '@playwright/test'
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
  workers: 1,
  retries: 0,
  reporter: [['list'], ['json']],
  projects: hosts().map(({ name }) => ({ name, use: { host: name } })),
})
