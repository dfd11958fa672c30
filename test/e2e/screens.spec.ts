import type { Scenario } from '../fakes/cockpitScenarios.ts'
import { expect, test } from './invented.ts'
import { expectAccessible, expectFits, lookEverywhere, picture, type Shown } from './looks.ts'

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
  ['paused', /^Paused until \d\d:\d\d, 2 things need you$/],
  ['maintenance', /^Maintenance until \d\d:\d\d: fly, supabase$/],
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
const spendWhole: readonly Scenario[] = ['typical', 'full']

/** What History says first in each state. */
const historyHeadlines: readonly [Scenario, RegExp][] = [
  ['typical', /^5 May .+ to 12 May .+, \d+ records$/],
  ['empty', /^Nothing is recorded yet$/],
  ['full', /^5 May .+ to 12 May .+, \d+ records$/],
  ['broken', /^5 May .+ to 12 May .+$/],
]

/** Pages about Kora itself, each in the states in which it differs. */
const koraPages: readonly [page: string, scenarios: readonly Scenario[]][] = [
  ['now', ['typical', 'broken', 'stale', 'paused', 'unknown_budget']],
  ['investigations/alt_01JX7BAK', ['typical', 'stale', 'paused']],
  ['investigations/alt_01JX7LIS', ['broken']],
  ['system/daemon', ['paused']],
  ['system/listeners', ['typical', 'broken']],
  ['settings/alerts', ['typical']],
  ['settings/maintenance', ['maintenance', 'empty']],
  ['settings/maintenance/mw_deploys', ['typical']],
  ['settings/local-api', ['typical']],
  ['settings/data', ['typical']],
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
        await picture(page, info, `${scenario}-${place.replace('/', '-')}-${name}`)
        await expectFits(page, `${place} ${name}`)
      }
      await page.evaluate(() => location.assign('#/now'))
      await expectAccessible(page, name)
    }
  })
}

for (const [scenario, headline] of spendHeadlines) {
  test(`Spend, ${scenario}: nothing serious for axe and no sideways scrolling, in every look`, async ({
    page,
    open,
  }, info) => {
    test.slow()
    const { url } = await open(scenario)
    const places = spendWhole.includes(scenario) ? spendPages : spendPages.slice(0, 1)
    const shown = places.map(
      (place): Shown => ({
        file: `${scenario}-${place.replace('/', '-')}`,
        end: true,
        async show() {
          await page.goto(`${url}/#/${place}`)
          await page.reload()
          await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline)
          await expect(page.getByRole('img')).toHaveCount(place === 'spend' && scenario !== 'empty' ? 2 : 0)
        },
      }),
    )
    await lookEverywhere(page, info, shown)
  })
}

for (const [scenario, headline] of historyHeadlines) {
  test(`History, ${scenario}: nothing serious for axe and no sideways scrolling, in every look`, async ({
    page,
    open,
  }, info) => {
    test.slow()
    const { url, world } = await open(scenario)
    const record = world.history.own.items[4]
    const places: readonly (readonly [name: string, path: string])[] = [
      ['list', '/history?span=7d'],
      ...(record && scenario !== 'broken' ? [['record', `/history/${record.id}?span=7d`] as const] : []),
    ]
    const shown = places.map(
      ([name, path]): Shown => ({
        file: `history-${scenario}-${name}`,
        async show() {
          await page.goto(`${url}/#${path}`)
          await page.reload()
          await expect(page.getByRole('heading', { level: 1 })).toHaveText(headline)
        },
      }),
    )
    await lookEverywhere(page, info, shown)
  })
}

for (const [path, scenarios] of koraPages) {
  test(`${path}: nothing serious for axe and no sideways scrolling, in every look`, async ({ page, open }, info) => {
    test.slow()
    const shown: Shown[] = []
    for (const scenario of scenarios) {
      const { url } = await open(scenario)
      shown.push({
        file: `${scenario}-${path.replaceAll('/', '-')}`,
        async show() {
          await page.goto(`${url}/#/${path}`)
          await page.reload()
          await expect(page.getByRole('heading', { level: 1, includeHidden: true })).toBeVisible()
          await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
        },
      })
    }
    await lookEverywhere(page, info, shown)
  })
}

test('what opens over a page has nothing serious for axe either', async ({ page, open }) => {
  const { url } = await open('typical')
  const overlays: readonly [path: string, open: () => Promise<void>, overlay: string][] = [
    ['now', () => page.getByRole('button', { name: /fresh/ }).click(), 'How fresh it is'],
    [
      'now',
      async () => {
        await page.getByRole('button', { name: 'Pause' }).click()
        await page.getByRole('menuitem', { name: 'Options…' }).click()
      },
      'Pause Kora',
    ],
    ['system/daemon', () => page.getByRole('button', { name: 'Stop…' }).click(), 'Stop Kora'],
  ]
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    for (const [path, show, name] of overlays) {
      await page.goto(`${url}/#/${path}`)
      await page.reload()
      await show()
      await expect(page.getByRole('dialog', { name })).toBeVisible()
      await expectAccessible(page, name)
    }
  }
})

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
