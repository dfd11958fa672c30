import { expect, test } from './cockpit.ts'
import { expectAccessible } from './looks.ts'

const env = { KORA_FLY_API_TOKEN: 'FlyV1 e2e-000000', KORA_FLY_APP_NAME: 'demo-production', KORA_SENTRY_ORG: 'demo' }
const pages = [
  '#/now',
  '#/investigations',
  '#/spend',
  '#/spend/ledger',
  '#/spend/corrections',
  '#/spend/prices',
  '#/system/daemon',
  '#/system/listeners',
  '#/system/schedules',
  '#/system/deliveries',
  '#/system/backups',
  '#/system/audit',
  '#/history',
  '#/settings/probes',
  '#/settings/model',
  '#/settings/slack',
  '#/settings/notifications',
  '#/settings/alerts',
  '#/settings/maintenance',
  '#/settings/watching',
  '#/settings/local-api',
  '#/settings/data',
]

test.describe('every place', () => {
  test.use({ env })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`has nothing serious for axe, ${colorScheme}`, async ({ cockpit }) => {
      const { page } = cockpit
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      for (const hash of pages) {
        await page.evaluate((to) => location.assign(to), hash)
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
        await expectAccessible(page, hash)
      }
    })
  }

  test('fits a narrow window at twice the text size without scrolling sideways', async ({ cockpit }) => {
    const { page } = cockpit
    await page.setViewportSize({ width: 720, height: 900 })
    for (const hash of pages) {
      await page.evaluate((to) => location.assign(to), hash)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
      )
      expect(`${hash} ${wide ? 'scrolls sideways' : 'fits'}`).toBe(`${hash} fits`)
    }
  })

  test('can be reached by keyboard, and the palette finds places and actions', async ({ cockpit }) => {
    const { page } = cockpit
    await expect(page.getByRole('button', { name: 'Commands' })).toBeVisible()
    const mod = process.platform === 'darwin' ? 'Meta' : 'Control'
    await page.keyboard.press(`${mod}+6`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('System')
    await page.keyboard.press(`${mod}+2`)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Investigations')
    await page.keyboard.press(`${mod}+k`)
    await page.keyboard.type('backup')
    await expect(page.getByRole('option', { name: /back ?up/i }).first()).toBeVisible()
    await page.keyboard.press('Escape')
    await page.keyboard.press(`${mod}+1`)
    await expect(page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Now/ })).toHaveAttribute(
      'aria-current',
      'page',
    )
  })

  test('the palette has the keys from the moment it opens, however soon after it closed', async ({ cockpit }) => {
    const { page } = cockpit
    await expect(page.getByRole('button', { name: 'Commands' })).toBeVisible()
    const mod = process.platform === 'darwin' ? 'Meta' : 'Control'
    const field = page.getByRole('combobox', { name: 'Find a command' })
    for (const words of ['spend', 'resume', 'backup']) {
      await page.keyboard.press(`${mod}+k`)
      await page.keyboard.type(words)
      await expect(field).toHaveValue(words)
      await expect(field).toBeFocused()
      await page.keyboard.press('Escape')
    }
    await expect(page.getByRole('dialog', { name: 'Commands' })).toHaveCount(0)
    const link = page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^System/ })
    await link.focus()
    await page.keyboard.press(`${mod}+k`)
    await page.keyboard.press('Escape')
    await expect(link).toBeFocused()
  })

  test('System runs a task and makes a backup that restores', async ({ cockpit }) => {
    const { page } = cockpit
    await page.evaluate(() => location.assign('#/system/backups'))
    await page.getByRole('button', { name: 'Create backup now' }).click()
    await expect(page.getByRole('button', { name: /^Verify the backup of/ })).toHaveCount(1)
    await expect(page.getByText(/^Verified/)).toBeVisible()
    await page.evaluate(() => location.assign('#/system/schedules'))
    await page.getByRole('button', { name: 'Run now, Roll up five-minute history' }).click()
    const row = page.getByRole('row').filter({ hasText: 'Roll up five-minute history' })
    await expect(row).toContainText('Went well')
    await page.evaluate(() => location.assign('#/system/audit'))
    await page.getByRole('button', { name: 'Verify chain' }).click()
    await expect(page.getByText(/every link holds/)).toBeVisible()
  })

  test('a missing credential is a gap, not an outage', async ({ cockpit, simulator }) => {
    const { page } = cockpit
    const row = page.getByRole('row', { name: /sentry/ })
    await expect(row).toContainText('Not configured')
    expect(simulator.requests.filter((request) => request.service === 'sentry')).toHaveLength(0)
    await expect(page.getByRole('region', { name: 'Needs you' })).toHaveCount(0)
  })
})

test('settings are kept: Slack by reference, its token never shown', async ({ cockpit, simulator, reopen }) => {
  const { page } = cockpit
  await page.evaluate(() => location.assign('#/settings/slack'))
  await page.getByLabel('Bot token').fill('xoxb-typed-by-hand-123456')
  await page.getByLabel('Your member id').fill('U0TYPED')
  await page.getByRole('button', { name: /^Save/ }).click()
  await page.getByRole('button', { name: 'Send a test' }).click()
  await expect(page.getByText(/arrived|sent/i).first()).toBeVisible()
  const post = simulator.requests.find((request) => request.path.endsWith('/chat.postMessage'))
  expect(post?.headers['authorization']).toBe('Bearer xoxb-typed-by-hand-123456')
  await cockpit.stop()
  const again = await reopen()
  await again.page.evaluate(() => location.assign('#/settings/slack'))
  await expect(again.page.getByLabel('Your member id')).toHaveValue('U0TYPED')
  expect(await again.page.content()).not.toContain('xoxb-typed')
})
