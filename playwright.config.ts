import { defineConfig } from '@playwright/test'
import { hosts } from './test/e2e/hosts.ts'

/** The same specs on every host that can run here; the list reporter names the host in front of each test. */
export default defineConfig<{ host: string }>({
  testDir: 'test/e2e',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  reporter: [['list'], ['json']],
  projects: hosts().map(({ name }) => ({ name, use: { host: name } })),
})
