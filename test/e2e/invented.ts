import { join } from 'node:path'
import { type CockpitFixture, startCockpitFixture } from '../fakes/cockpitFixture.ts'
import type { Scenario } from '../fakes/cockpitScenarios.ts'
import { expect, test as base } from './cockpit.ts'

/** The cockpit in states that a real daemon reaches rarely or slowly: an invented world behind the same contract. */
export const test = base.extend<{ open: (scenario: Scenario) => Promise<CockpitFixture> }>({
  open: async ({}, use) => {
    const fixtures: CockpitFixture[] = []
    await use(async (scenario) => {
      const root = join(import.meta.dirname, '../../out/renderer')
      const fixture = await startCockpitFixture({ root, scenario, nowMs: Date.UTC(2026, 4, 12, 14, 14, 4) })
      fixtures.push(fixture)
      return fixture
    })
    for (const fixture of fixtures) await fixture.close()
  },
})
export { expect }
