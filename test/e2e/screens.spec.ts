import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type CockpitFixture, startCockpitFixture } from '../fakes/cockpitFixture.ts'
import type { Scenario } from '../fakes/cockpitScenarios.ts'
import { expect, test as base } from './cockpit.ts'

/** The cockpit in states that a real daemon reaches rarely or slowly: an invented world behind the same contract. */
const test = base.extend<{ open: (scenario: Scenario) => Promise<CockpitFixture> }>({
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

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')

const headlines: readonly [Scenario, RegExp][] = [
  ['typical', /^(One thing needs|\d+ things need) you$/],
  ['calm', /^All well$/],
  ['empty', /^Not set up yet$/],
  ['full', /you$|^All well$/],
  ['broken', /you$/],
  ['stale', /.+/],
  ['blind', /not watching/i],
  ['looking', /looking/],
]

for (const [scenario, headline] of headlines) {
  test(`${scenario}: the sentence, nothing serious for axe, and no sideways scrolling, light, dark and narrow`, async ({
    page,
    open,
  }, info) => {
    const { url } = await open(scenario)
    await page.goto(url)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline)
    for (const [name, width, height, colorScheme] of [
      ['light', 1280, 800, 'light'],
      ['dark', 1280, 800, 'dark'],
      ['narrow', 720, 900, 'light'],
      ['narrow-dark', 720, 900, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const place of ['now', 'investigations', 'system/daemon', 'settings/probes']) {
        await page.evaluate((to) => location.assign(`#/${to}`), place)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await page.screenshot({ path: info.outputPath(`${scenario}-${place.replace('/', '-')}-${name}.png`) })
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        )
        expect(`${place} ${name}: ${wide ? 'scrolls sideways' : 'fits'}`).toBe(`${place} ${name}: fits`)
      }
      await page.evaluate(() => location.assign('#/now'))
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${name} ${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([])
    }
  })
}

test('500 services: all are counted, few are drawn, and trouble stands first', async ({ page, open }) => {
  const { url } = await open('full')
  await page.goto(url)
  const table = page.getByRole('table', { name: 'Services' })
  await expect(table).toHaveAttribute('aria-rowcount', /50\d/)
  expect(await table.getByRole('row').count()).toBeLessThan(120)
})

test('a lost line leaves everything readable, and comes back by itself', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(fixture.url)
  const heading = page.getByRole('heading', { level: 1 })
  await expect(heading).toBeVisible()
  const before = await heading.textContent()
  fixture.disconnect('refuse')
  await expect(page.getByText(/connection to kora (is )?lost/i)).toBeVisible()
  await expect(heading).toHaveText(before ?? '')
  fixture.disconnect('accept')
  await expect(page.getByText(/connection to kora (is )?lost/i)).toBeHidden()
})
