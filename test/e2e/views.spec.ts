import type { Page } from '@playwright/test'
import type { CockpitFixture } from '../fakes/cockpitFixture.ts'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')

const mod = process.platform === 'darwin' ? 'Meta' : 'Control'
const sentence = (page: Page) => page.getByRole('heading', { level: 1 })
const recorded = ({ calls }: CockpitFixture) => calls.filter((call) => call === 'views.record').length
const kept = ({ visits }: CockpitFixture['world']) => visits.map(({ view, via }) => `${view} ${via}`)

test('five places leave five records, each with how it was reached and how long it was looked at', async ({
  page,
  open,
}) => {
  const fixture = await open('typical')
  await page.goto(fixture.url)
  await expect(sentence(page)).toHaveText('2 things need you')
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Investigations' }).click()
  await expect(sentence(page)).toHaveText('Investigations')
  await page.keyboard.press(`${mod}+5`)
  await expect(sentence(page)).toHaveText(/left of \$200$/)
  await page.keyboard.press(`${mod}+k`)
  await page.keyboard.type('listeners')
  await page.keyboard.press('Enter')
  await expect(sentence(page)).toHaveText('System')
  await page.evaluate(() => location.assign('#/settings/data'))
  await expect(sentence(page)).toHaveText('Settings')
  await page.keyboard.press(`${mod}+1`)
  await expect.poll(() => recorded(fixture)).toBe(5)
  expect(kept(fixture.world)).toEqual([
    'now link',
    'investigations nav',
    'spend key',
    'system palette',
    'settings link',
  ])
  const { visits } = fixture.world
  expect(new Set(visits.map((visit) => visit.windowId)).size).toBe(1)
  for (const [index, visit] of visits.entries()) {
    expect(visit.leftAtMs).toBeGreaterThan(visit.enteredAtMs)
    expect(visit.enteredAtMs).toBe(visits[index - 1]?.leftAtMs ?? visit.enteredAtMs)
  }
})

test('drawing again, looking elsewhere and moving inside a place leave none', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(`${fixture.url}/#/investigations`)
  await expect(sentence(page)).toHaveText('Investigations')
  fixture.publish({ incidents: fixture.world.state.incidents.map((one) => ({ ...one, seenCount: one.seenCount + 1 })) })
  await page.keyboard.press('j')
  await page.getByRole('link', { name: /^sentry/ }).click()
  await page.evaluate(() => {
    const state = { value: 'hidden', configurable: true }
    Object.defineProperty(document, 'visibilityState', state)
    document.dispatchEvent(new Event('visibilitychange'))
    Object.defineProperty(document, 'visibilityState', { ...state, value: 'visible' })
    document.dispatchEvent(new Event('visibilitychange'))
    window.dispatchEvent(new Event('blur'))
    window.dispatchEvent(new Event('focus'))
  })
  await expect(page.getByRole('article')).toContainText('sentry')
  await page.keyboard.press(`${mod}+1`)
  await expect.poll(() => recorded(fixture)).toBe(1)
  expect(kept(fixture.world)).toEqual(['investigations link'])
})

test('a window that is closed tells where it was', async ({ page, open }) => {
  const fixture = await open('calm')
  await page.goto(fixture.url)
  await expect(sentence(page)).toHaveText('All well')
  await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
  await expect.poll(() => kept(fixture.world)).toEqual(['now link'])
})

test('a record that cannot be kept disturbs nobody', async ({ page, open }) => {
  const fixture = await open('calm')
  fixture.fail('views.record', 'store_full', 'The disk is full.')
  await page.addInitScript(() => {
    Object.defineProperty(window, 'sessionStorage', {
      get() {
        throw new Error('blocked')
      },
    })
  })
  await page.goto(fixture.url)
  await expect(sentence(page)).toHaveText('All well')
  await page.getByRole('link', { name: 'Spend' }).click()
  await expect.poll(() => recorded(fixture)).toBe(1)
  await page.getByRole('link', { name: 'Now' }).click()
  await expect.poll(() => kept(fixture.world)).toEqual(['spend nav'])
  expect(fixture.world.visits[0]?.windowId).toMatch(/./)
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0)
})

test('Settings shows what is kept, and erases it', async ({ page, open }) => {
  const fixture = await open('calm')
  await page.goto(fixture.url)
  for (const place of ['Spend', 'System', 'Now', 'Spend', 'Settings']) {
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place }).click()
  }
  await expect.poll(() => recorded(fixture)).toBe(5)
  await page.getByRole('link', { name: /^Data/ }).click()
  const section = page.getByRole('region', { name: 'View records' })
  await expect(section).toContainText('stay on this machine for 90 days and are never sent anywhere')
  const rows = section.getByRole('table', { name: 'Visits by place' }).locator('tbody tr')
  await expect(rows).toHaveCount(3)
  await expect(rows.filter({ hasText: 'Spend' }).getByRole('cell').nth(1)).toHaveText('2')
  await section.getByRole('button', { name: 'Erase…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Erase 5 view records' })
  await dialog.getByRole('button', { name: 'Erase' }).click()
  await expect(dialog).toBeHidden()
  await expect(section).toContainText('Nothing is recorded yet')
  expect(fixture.world.visits).toEqual([])
})
