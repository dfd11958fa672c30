import AxeBuilder from '@axe-core/playwright'
import type { Scenario } from '../fakes/cockpitScenarios.ts'
import { expect, test } from './invented.ts'

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

/** What the Spend place says first in each state. */
const spendHeadlines: readonly [Scenario, RegExp][] = [
  ['typical', /^~\$117\.60 left of \$200$/],
  ['calm', /^~\$188\.70 left of \$200$/],
  ['empty', /^\$200\.00 left of \$200$/],
  ['full', /^~\$15\.80 left of \$200$/],
  ['broken', /^~\$6\.40 over the pool of \$200$/],
  ['stale', /^~\$117\.60 left of \$200$/],
  ['warn', /^~\$43\.70 left of \$200$/],
  ['unknown_budget', /^Budget unknown$/],
]
const spendPages = ['spend', 'spend/ledger', 'spend/corrections', 'spend/prices']
/** States in which every page of Spend differs; the others differ on its first. */
const spendWhole: readonly Scenario[] = ['typical', 'empty', 'full', 'broken']

/** What History says first in each state. */
const historyHeadlines: readonly [Scenario, RegExp][] = [
  ['typical', /^5 May .+ to 12 May .+, \d+ records$/],
  ['empty', /^Nothing is recorded yet$/],
  ['full', /^5 May .+ to 12 May .+, \d+ records$/],
  ['broken', /^5 May .+ to 12 May .+$/],
  ['stale', /^5 May .+ to 12 May .+, \d+ records$/],
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

for (const [scenario, headline] of spendHeadlines) {
  test(`Spend, ${scenario}: nothing serious for axe and no sideways scrolling, light, dark, grey, narrow and at twice the text`, async ({
    page,
    open,
  }, info) => {
    test.slow()
    const { url } = await open(scenario)
    const devtools = await page.context().newCDPSession(page)
    for (const [name, width, height, colorScheme, text] of [
      ['light', 1280, 800, 'light', 16],
      ['dark', 1280, 800, 'dark', 16],
      ['grey', 1280, 800, 'light', 16],
      ['narrow', 720, 900, 'light', 16],
      ['narrow-dark', 720, 900, 'dark', 16],
      ['twice', 1280, 800, 'light', 32],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await devtools.send('Emulation.setEmulatedVisionDeficiency', { type: name === 'grey' ? 'achromatopsia' : 'none' })
      // What the browser's own setting does: rem and the em of media queries grow alike.
      await devtools.send('Page.setFontSizes', { fontSizes: { standard: text, fixed: text } })
      for (const place of spendWhole.includes(scenario) ? spendPages : spendPages.slice(0, 1)) {
        // Afresh: a canvas takes its colours and its lettering when it is drawn.
        await page.goto(`${url}/#/${place}`)
        await page.reload()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline)
        await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(0)
        const charts = place === 'spend' && scenario !== 'empty' ? 2 : 0
        await expect(page.getByRole('img')).toHaveCount(charts)
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
        const file = `${scenario}-${place.replace('/', '-')}-${name}`
        await page.screenshot({ path: info.outputPath(`${file}.png`) })
        const scroller = page.locator('main [data-scroller]').first()
        await scroller.evaluate((area) => area.scrollTo(0, area.scrollHeight))
        await page.screenshot({ path: info.outputPath(`${file}-end.png`) })
        const wide = await page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('main, main [data-scroller]')].some(
            (box) => box.scrollWidth > box.clientWidth,
          ),
        )
        expect(`${place} ${name}: ${wide ? 'scrolls sideways' : 'fits'}`).toBe(`${place} ${name}: fits`)
        if (name !== 'light' && name !== 'dark') continue
        const { violations } = await new AxeBuilder({ page }).analyze()
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        expect(serious.map(({ id, nodes }) => `${name} ${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual(
          [],
        )
      }
    }
  })
}

for (const [scenario, headline] of historyHeadlines) {
  test(`History, ${scenario}: nothing serious for axe and no sideways scrolling, light, dark, grey, narrow and at twice the text`, async ({
    page,
    open,
  }, info) => {
    test.slow()
    const { url, world } = await open(scenario)
    const record = world.history.own.items[4]
    const devtools = await page.context().newCDPSession(page)
    for (const [name, width, height, colorScheme, text] of [
      ['light', 1280, 800, 'light', 16],
      ['dark', 1280, 800, 'dark', 16],
      ['grey', 1280, 800, 'light', 16],
      ['narrow', 720, 900, 'light', 16],
      ['narrow-dark', 720, 900, 'dark', 16],
      ['twice', 1280, 800, 'light', 32],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await devtools.send('Emulation.setEmulatedVisionDeficiency', { type: name === 'grey' ? 'achromatopsia' : 'none' })
      await devtools.send('Page.setFontSizes', { fontSizes: { standard: text, fixed: text } })
      for (const [place, path] of [
        ['list', '/history?span=7d'],
        ...(record && scenario !== 'broken' ? [['record', `/history/${record.id}?span=7d`] as const] : []),
      ] as const) {
        await page.goto(`${url}/#${path}`)
        await page.reload()
        await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline)
        await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(0)
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
        await page.screenshot({ path: info.outputPath(`history-${scenario}-${place}-${name}.png`) })
        const wide = await page.evaluate(() =>
          [document.documentElement, ...document.querySelectorAll('main, main [data-scroller]')].some(
            (box) => box.scrollWidth > box.clientWidth,
          ),
        )
        expect(`${place} ${name}: ${wide ? 'scrolls sideways' : 'fits'}`).toBe(`${place} ${name}: fits`)
        if (name !== 'light' && name !== 'dark') continue
        const { violations } = await new AxeBuilder({ page }).analyze()
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        expect(serious.map(({ id, nodes }) => `${name} ${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual(
          [],
        )
      }
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
