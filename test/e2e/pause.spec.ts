import type { Page } from '@playwright/test'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')
test.use({ timezoneId: 'Europe/Berlin' })

const mod = process.platform === 'darwin' ? 'Meta' : 'Control'
const sentence = (page: Page) => page.getByRole('heading', { level: 1 })
const strip = (page: Page) => page.getByRole('region', { name: 'Notices' })
const toast = (page: Page, title: string | RegExp) => page.getByRole('dialog').filter({ hasText: title })

test('pausing for an hour says so everywhere, can be taken back, and ends with Resume', async ({ page, open }) => {
  const { url, calls } = await open('calm')
  await page.goto(url)
  await expect(sentence(page)).toHaveText('All well')
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('menuitem')).toHaveText([
    /^For 1 hour\s*17:14$/,
    /^Until morning\s*Wed 07:00$/,
    'Until I resume',
    'Options…',
  ])
  await page.getByRole('menuitem', { name: /^For 1 hour/ }).click()
  await expect(sentence(page)).toHaveText('Paused until 17:14')
  await expect(strip(page)).toContainText(
    /Paused by you since 16:14, until 17:14\. Kora goes on watching; nothing waits\./,
  )
  await expect(page.getByRole('button', { name: 'Pause' })).toHaveCount(0)
  await expect(page.getByRole('article', { name: 'Operation' })).toContainText('Paused')
  await toast(page, 'Paused until 17:14').getByRole('button', { name: 'Undo' }).click()
  await expect(sentence(page)).toHaveText('All well')
  await expect(strip(page)).not.toContainText('Paused')

  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('menuitem', { name: 'Until I resume' }).click()
  await expect(sentence(page)).toHaveText('Paused until you resume')
  await page.getByRole('link', { name: 'Spend' }).click()
  await strip(page).getByRole('button', { name: 'Resume' }).click()
  await expect(strip(page)).not.toContainText('Paused')
  expect(calls.filter((call) => call.startsWith('operational.'))).toEqual([
    'operational.pause',
    'operational.resume',
    'operational.pause',
    'operational.resume',
  ])
})

test('the options say when it ends, what comes through, how firmly, and why', async ({ page, open }) => {
  const { url, world } = await open('typical')
  await page.goto(url)
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('menuitem', { name: 'Options…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Pause Kora' })
  await expect(dialog).toContainText('It ends 17:14.')
  await dialog.getByRole('combobox', { name: 'How long' }).click()
  await page.getByRole('option', { name: 'Another length' }).click()
  await dialog.getByLabel('Length').fill('0')
  await expect(dialog).toContainText('From 1 minute to 43 200')
  await expect(dialog.getByRole('button', { name: 'Pause' })).toBeDisabled()
  await dialog.getByLabel('Length').fill('20')
  await expect(dialog).toContainText('It ends 16:34.')
  await dialog.getByRole('switch', { name: 'Criticals still come through' }).click()
  await dialog.getByRole('radio', { name: 'Abort what runs' }).click()
  await dialog.getByLabel(/^Reason/).fill('moving the shop')
  await dialog.getByRole('button', { name: 'Pause' }).click()
  await expect(dialog).toBeHidden()
  await expect(sentence(page)).toHaveText('Paused until 16:34, 2 things need you')
  await expect(strip(page)).toContainText(
    /until 16:34: moving the shop\. Kora goes on watching; nothing waits\. Criticals still come through\. What runs is aborted\./,
  )
  expect(world.state.operational).toMatchObject({
    primary: 'paused',
    permission: 'critical_only',
    stopLevel: 3,
    trigger: 'moving the shop',
  })
})

test('what waits is counted, and a pause that replaces another gives way to it again', async ({ page, open }) => {
  const fixture = await open('paused')
  await page.goto(fixture.url)
  await expect(strip(page)).toContainText('2 messages and 1 investigation wait')
  await expect(page.getByRole('region', { name: 'Needs you' })).toContainText('held: Kora is paused until 17:00')
  await strip(page).getByRole('button', { name: 'Change…' }).click()
  await page.getByRole('dialog', { name: 'Pause Kora' }).getByRole('button', { name: 'Pause' }).click()
  await expect(sentence(page)).toHaveText(/^Paused until 17:14/)
  await toast(page, 'Paused until 17:14').getByRole('button', { name: 'Undo' }).click()
  await expect(sentence(page)).toHaveText(/^Paused until 17:00/)
  await expect(strip(page)).toContainText('moving the shop to another region')
})

test('a budget that is used up stops model calls, not the watching, and offers no Resume', async ({ page, open }) => {
  const fixture = await open('calm')
  const { operational } = fixture.world.state
  fixture.world.state.operational = { ...operational, primary: 'paused', reasons: ['cost'] }
  await page.goto(fixture.url)
  await expect(sentence(page)).toHaveText('Model calls are stopped: the budget is used up')
  await expect(strip(page)).toContainText('Kora still watches and tells you.')
  await expect(strip(page).getByRole('link', { name: 'Raise the pool' })).toHaveAttribute('href', '#/settings/budget')
  await expect(page.getByRole('button', { name: 'Resume' })).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible()
})

test('a pause that is refused says why and changes nothing', async ({ page, open }) => {
  const fixture = await open('calm')
  await page.goto(fixture.url)
  fixture.fail('operational.pause', 'conflict', 'Kora is shutting down.')
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('menuitem', { name: /^Until morning/ }).click()
  await expect(toast(page, 'Kora was not paused')).toContainText('Kora is shutting down.')
  await expect(sentence(page)).toHaveText('All well')
})

test('everything about a pause is reached from the keyboard', async ({ page, open }) => {
  const { url } = await open('calm')
  await page.goto(url)
  await expect(sentence(page)).toHaveText('All well')
  await page.keyboard.press(`${mod}+k`)
  await page.keyboard.type('pause until morning')
  await page.keyboard.press('Enter')
  await expect(sentence(page)).toHaveText('Paused until Wed 07:00')
  await page.keyboard.press(`${mod}+k`)
  await page.keyboard.type('resume')
  await page.keyboard.press('Enter')
  await expect(sentence(page)).toHaveText('All well')
  await page.keyboard.press(`${mod}+k`)
  await page.keyboard.type('pause with options')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Pause Kora' })
  await expect(dialog.getByRole('combobox', { name: 'How long' })).toBeFocused()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await expect(dialog.getByRole('switch', { name: 'Criticals still come through' })).toBeChecked()
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  await expect(dialog.getByRole('radio', { name: 'Make no further call' })).toBeChecked()
  await page.keyboard.press('Tab')
  await page.keyboard.type('a walk')
  await page.keyboard.press('Enter')
  await expect(sentence(page)).toHaveText('Paused until 17:14')
  await expect(strip(page)).toContainText('a walk')
})
