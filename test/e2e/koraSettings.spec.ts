import type { Page } from '@playwright/test'
import { asDesktop } from './desktopPage.ts'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')
test.use({ timezoneId: 'Europe/Berlin' })

const toast = (page: Page, title: string | RegExp) => page.getByRole('dialog').filter({ hasText: title })
const windows = (page: Page) => page.getByRole('list', { name: 'Maintenance windows' }).getByRole('listitem')

test('windows say in words when they are in force, and what they cover', async ({ page, open }) => {
  const { url } = await open('maintenance')
  await page.goto(`${url}/#/settings/maintenance`)
  await expect(windows(page)).toHaveText([
    /^Database upgradeIn force until 19:00 · Once, 12 May 15:00 to 19:00 · fly, supabase/,
    /^Nightly deploysNext Thu 02:00 · Tue, Thu 02:00 to 04:00, Europe\/Berlin · fly, vercel/,
    /^Monthly vacuumSwitched off · Cron 30 3 1 \* \*, for 90 min, UTC · everything/,
  ])
  await expect(page.getByRole('link', { name: /^Maintenance/ })).toContainText('Database upgrade until 19:00')
})

test('one is planned once, and is in force at once', async ({ page, open }) => {
  const { url, world } = await open('calm')
  await page.goto(`${url}/#/settings/maintenance`)
  await page.getByRole('link', { name: 'Add a window' }).click()
  const sheet = page.getByRole('dialog', { name: 'Add a window' })
  await sheet.getByLabel('Title').fill('Moving the shop')
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet).toContainText('Choose at least one service.')
  await sheet.getByRole('checkbox', { name: 'fly' }).check()
  await sheet.getByLabel('Begins').fill('2026-05-12T16:00')
  await sheet.getByLabel('Ends').fill('2026-05-12T18:00')
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet).toBeHidden()
  await expect(windows(page).filter({ hasText: 'Moving the shop' })).toContainText('In force until 18:00')
  expect(world.settings.maintenance.windows.at(-1)).toMatchObject({
    title: 'Moving the shop',
    scope: { kind: 'services', probeIds: ['fly'] },
    schedule: { kind: 'once', fromMs: Date.UTC(2026, 4, 12, 14), toMs: Date.UTC(2026, 4, 12, 16) },
  })
  await page.getByRole('link', { name: 'Now' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Maintenance until 18:00: fly')
})

test('what the daemon refuses stands at its field, and nothing typed is lost', async ({ page, open }) => {
  const { url, world } = await open('calm')
  const before = world.settings.maintenance.windows.length
  await page.goto(`${url}/#/settings/maintenance/new`)
  const sheet = page.getByRole('dialog', { name: 'Add a window' })
  await sheet.getByLabel('Title').fill('Vacuum')
  await sheet.getByRole('radio', { name: 'Everything' }).check()
  await sheet.getByLabel('Ends').fill('2026-05-12T10:00')
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet.getByLabel('Ends')).toHaveAttribute('aria-invalid', 'true')
  await expect(sheet).toContainText('It does not end after it begins; choose a later end.')

  await sheet.getByRole('radio', { name: 'By a cron expression' }).check()
  await sheet.getByRole('textbox', { name: 'Cron expression' }).fill('61 3 * * *')
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet.getByRole('textbox', { name: 'Cron expression' })).toHaveAttribute('aria-invalid', 'true')
  await expect(sheet).toContainText('The minute of the cron expression cannot be read: "61"')
  await expect(sheet.getByRole('textbox', { name: 'Cron expression' })).toHaveValue('61 3 * * *')
  await sheet.getByRole('textbox', { name: 'Cron expression' }).fill('30 3 * * *')
  await expect(sheet.getByRole('textbox', { name: 'Cron expression' })).not.toHaveAttribute('aria-invalid')
  await sheet.getByLabel('Time zone').fill('Mars/Base')
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet.getByLabel('Time zone')).toHaveAttribute('aria-invalid', 'true')
  await expect(sheet).toContainText('"Mars/Base" is not a time zone known here')

  await sheet.getByRole('radio', { name: 'Every week' }).check()
  await sheet.getByLabel('Time zone').fill('Europe/Lisbon')
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet.getByRole('group', { name: 'Days' })).toContainText('No weekday is chosen')
  await sheet.getByRole('checkbox', { name: 'Sun' }).check()
  await sheet.getByRole('button', { name: 'Add' }).click()
  await expect(sheet).toBeHidden()
  await expect(windows(page).last()).toContainText('Sun 02:00 to 04:00, Europe/Lisbon')
  expect(world.settings.maintenance.windows).toHaveLength(before + 1)
})

test('leaving a window half typed asks first', async ({ page, open }) => {
  const { url } = await open('calm')
  await page.goto(`${url}/#/settings/maintenance/mw_deploys`)
  const sheet = page.getByRole('dialog', { name: 'Nightly deploys' })
  await expect(sheet.getByLabel('Title')).toHaveValue('Nightly deploys')
  await expect(sheet.getByRole('checkbox', { name: 'Thu' })).toBeChecked()
  await sheet.getByLabel('Title').fill('Deploys')
  await sheet.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Keep editing' }).click()
  await expect(sheet.getByLabel('Title')).toHaveValue('Deploys')
  await sheet.getByRole('button', { name: 'Save' }).click()
  await expect(sheet).toBeHidden()
  await expect(windows(page).first()).toContainText('Deploys')
})

test('one is switched off, deleted, and brought back to its place', async ({ page, open }) => {
  const { url, world } = await open('calm')
  await page.goto(`${url}/#/settings/maintenance`)
  await windows(page).first().getByRole('switch', { name: 'On Nightly deploys' }).click()
  await expect(windows(page).first()).toContainText('Switched off')
  await page.getByRole('button', { name: 'Delete Nightly deploys' }).click()
  await expect(windows(page)).toHaveCount(1)
  await toast(page, 'Nightly deploys is deleted').getByRole('button', { name: 'Undo' }).click()
  await expect(windows(page)).toHaveText([/^Nightly deploys/, /^Monthly vacuum/])
  expect(world.settings.maintenance.windows.map((one) => one.enabled)).toEqual([false, false])
})

test('alerts are set, and a test of each severity says how it went', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(`${fixture.url}/#/settings/alerts`)
  await page.getByRole('radio', { name: 'Once a day' }).check()
  await page.getByLabel('Cooldown').fill('900')
  await page.getByLabel('Calls of tools that were denied').fill('many')
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  await page.getByLabel('Calls of tools that were denied').fill('25')
  await expect(page.getByRole('button', { name: 'Critical' })).toBeDisabled()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('link', { name: /^Alerts/ })).toContainText('Gathered once a day')
  expect(fixture.world.settings.alerts).toMatchObject({
    mode: 'digest',
    categoryCooldownSeconds: 900,
    thresholds: { deadLetters: 5, denials: 25 },
  })

  const tests = page.getByRole('region', { name: 'Test alerts' })
  await tests.getByRole('button', { name: 'Critical' }).click()
  await expect(tests.getByRole('status').nth(0)).toHaveText('Told on Slack')
  await tests.getByRole('button', { name: 'Info' }).click()
  await expect(tests.getByRole('status').nth(2)).toHaveText('Told in the inbox')
  fixture.world.channels = fixture.world.channels.map((one) => ({ ...one, state: 'not_configured' as const }))
  await tests.getByRole('button', { name: 'Warning' }).click()
  await expect(tests.getByRole('status').nth(1)).toHaveText('Not told on Slack: no Slack token is set')
  fixture.fail('alerts.test', 'bad_input', 'Test alerts are switched off where KORA_DEPLOY_ENV is prd.')
  await tests.getByRole('button', { name: 'Warning' }).click()
  await expect(tests.getByRole('alert')).toContainText('KORA_DEPLOY_ENV is prd')
})

test('the local API is always served here, and on the desktop once it is switched on', async ({ page, open }) => {
  const { url } = await open('calm')
  await page.goto(`${url}/#/settings/local-api`)
  const pane = page.getByRole('article')
  await expect(pane).toContainText('always, together with this cockpit')
  await expect(pane).toContainText('/home/operator/.local/share/kora/api-token')
  await expect(pane.getByRole('switch')).toHaveCount(0)

  await asDesktop(page)
  await page.reload()
  await expect(pane).toContainText('no, it is off unless you switch it on')
  await pane.getByRole('switch', { name: 'Serve it' }).click()
  await pane.getByLabel('Port').fill('9321')
  await pane.getByRole('button', { name: 'Save' }).click()
  await expect(pane).toContainText('http://127.0.0.1:9321/api/')
  await expect(page.getByRole('link', { name: /^Local API/ })).toContainText('Port 9321')
})

test('maintenance is planned from the keyboard alone', async ({ page, open }) => {
  const { url } = await open('calm')
  await page.goto(`${url}/#/settings/maintenance`)
  await page.getByRole('link', { name: 'Add a window' }).focus()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Add a window' })
  await expect(sheet.getByRole('heading', { level: 2 })).toBeFocused()
  const tabTo = async (name: string, role: 'textbox' | 'radio' | 'checkbox' | 'button') => {
    const control = sheet.getByRole(role, { name, exact: true })
    await expect(async () => {
      await page.keyboard.press('Tab')
      await expect(control).toBeFocused({ timeout: 50 })
    }).toPass({ intervals: [1] })
  }
  await tabTo('Title', 'textbox')
  await page.keyboard.type('Upgrade')
  await tabTo('Some services', 'radio')
  await page.keyboard.press('ArrowDown')
  await tabTo('Once', 'radio')
  await page.keyboard.press('ArrowDown')
  await tabTo('Mon', 'checkbox')
  await page.keyboard.press('Space')
  await tabTo('Add', 'button')
  await page.keyboard.press('Enter')
  await expect(sheet).toBeHidden()
  await expect(windows(page).last()).toContainText('Mon 02:00 to 04:00, Europe/Berlin · everything')
})
