import type { Page } from '@playwright/test'
import { expect, test } from './cockpit.ts'

/** Everything a person does in Settings to watch one web address every five seconds. */
async function addWebsite(page: Page, url: string): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Add a probe' }).click()
  const sheet = page.getByRole('dialog', { name: 'Add a probe' })
  await sheet.getByLabel('Title').fill('shop')
  await sheet.getByLabel(/^Address/).fill(url)
  await sheet.getByLabel('Check every').fill('5')
  await sheet.getByRole('button', { name: /^Test/ }).click()
  await expect(sheet.getByText(/^Well/)).toBeVisible()
  await sheet.getByRole('button', { name: /^(Add|Save)/ }).click()
  await expect(sheet).toBeHidden()
}

const told = { KORA_SLACK_BOT_TOKEN: 'xoxb-e2e-000000000000', KORA_SLACK_OPERATOR_USER_ID: 'U0OPERATOR' }

test.describe('the whole loop', () => {
  test.use({ env: { ...told, KORA_ANTHROPIC_API_KEY: 'sk-ant-e2e-000000000000' } })

  test('a fresh install says so calmly, watches what it is given, and tells what breaks', async ({
    cockpit,
    simulator,
  }) => {
    const { page } = cockpit
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not set up yet')
    await expect(page.getByText('Set up Kora')).toBeVisible()

    await addWebsite(page, `${simulator.urls.site}/`)
    await page.getByRole('link', { name: 'Now' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('All well')
    const row = page.getByRole('row', { name: /shop/ })
    await expect(row).toContainText('Well')
    await expect(row).toContainText(/\d+ ms/)

    simulator.state.anthropic.reply =
      'The shop answers 500 on its first page. Nothing else is affected.\nRoll back the last release.'
    simulator.setFault('site', { kind: 'status', status: 500 })
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('One thing needs you', { timeout: 30_000 })
    const needs = page.getByRole('region', { name: 'Needs you' })
    await expect(needs).toContainText('shop')
    await expect(needs).toContainText('HTTP 500')
    await expect(needs).toContainText('on Slack')

    await needs.getByRole('link', { name: 'Open shop' }).click()
    await expect(page.getByRole('heading', { name: 'The shop answers 500 on its first page.' })).toBeVisible()
    await expect(page.getByText('Roll back the last release.').first()).toBeVisible()
    await expect(page.getByText('Incident opened, critical')).toBeVisible()
    await expect(page.getByText('Slack message sent')).toBeVisible()
    const texts = simulator.requests
      .filter((request) => request.path.endsWith('/chat.postMessage'))
      .map((request) => String((request.body as { text?: unknown }).text))
    expect(texts[0]).toMatch(/^🚨 Probe alert · shop\nshop \(critical\): /)
    expect(texts[1]).toBe(
      'The shop answers 500 on its first page. Nothing else is affected.\nRoll back the last release.',
    )

    simulator.setFault('site', null)
    await page.getByRole('link', { name: 'Now' }).click()
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('All well')
    await expect(page.getByText('2 incidents').or(page.getByText('1 incident'))).toBeVisible()
  })

  test('what was there before a restart is there after it', async ({ cockpit, simulator, reopen }) => {
    await addWebsite(cockpit.page, `${simulator.urls.site}/`)
    await cockpit.page.getByRole('link', { name: 'Now' }).click()
    await expect(cockpit.page.getByRole('row', { name: /shop/ })).toContainText('Well')
    await cockpit.stop()
    const again = await reopen()
    await expect(again.page.getByRole('row', { name: /shop/ })).toContainText('Well')
    await expect(again.page.getByRole('heading', { level: 1 })).toHaveText('All well')
  })
})

test('a web address that is none is refused beside its field, and nothing is lost', async ({ cockpit }) => {
  const { page } = cockpit
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('link', { name: 'Add a probe' }).click()
  const sheet = page.getByRole('dialog', { name: 'Add a probe' })
  await sheet.getByLabel('Title').fill('shop')
  await sheet.getByLabel(/^Address/).fill('not an address')
  await sheet.getByRole('button', { name: /^Test/ }).click()
  await expect(sheet.getByLabel(/^Address/)).toHaveAttribute('aria-invalid', 'true')
  await expect(sheet.getByLabel('Title')).toHaveValue('shop')
})
