import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { LedgerEntry } from '../../src/contract/spend.ts'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')

const mod = process.platform === 'darwin' ? 'Meta' : 'Control'

async function choose(page: Page, select: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: select }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** Presses the button and reads the file that comes of it. */
async function exported(page: Page, button: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

const rowsOf = (page: Page) => page.getByRole('table', { name: 'Ledger' }).locator('tbody tr:not([aria-hidden])')

test('a route is followed to its calls, and a call to what caused it', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/spend`)
  await page
    .getByRole('table', { name: /^Calls by route/ })
    .getByRole('link', { name: 'probe_investigation' })
    .click()
  await expect(page).toHaveURL(/#\/spend\/ledger\?route=probe_investigation$/)
  await expect(page.getByRole('combobox', { name: 'Route' })).toHaveText('probe_investigation')
  await expect(rowsOf(page).first()).toContainText('probe_investigation')
  await expect(rowsOf(page).filter({ hasText: 'slack_dm' })).toHaveCount(0)

  await choose(page, 'Only', 'Escalated')
  await expect(page).toHaveURL(/only=escalated&route=probe_investigation$/)
  const first = rowsOf(page).first()
  await expect(first).toContainText('escalated')
  await first.getByRole('button', { name: /details of this call/ }).click()
  const sheet = page.getByRole('dialog', { name: 'Call, probe_investigation' })
  await expect(sheet).toContainText('by the shipped prices')
  await expect(sheet).toContainText(/req_[0-9a-z]{8}/)
  await sheet.getByRole('link', { name: 'Open the investigation' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Investigations')
  await expect(page).toHaveURL(/#\/investigations\/inc_01JX7F3A$/)

  await page.goBack()
  await expect(page.getByRole('combobox', { name: 'Only' })).toHaveText('Escalated')
})

test('the filter is what is exported, as CSV and as JSON', async ({ page, open }) => {
  const { url } = await open('warn')
  await page.goto(`${url}/#/spend/ledger?route=email_inbound&span=all`)
  const said = await page.getByRole('status').filter({ hasText: 'rows match' }).textContent()
  const count = Number(said?.replace(/\D.*/u, ''))
  expect(count).toBeGreaterThan(20)

  const json = await exported(page, 'Export JSON')
  const entries = JSON.parse(json.text) as LedgerEntry[]
  expect(json.name).toBe('kora-ledger-2026-05-12.json')
  expect(entries).toHaveLength(count)
  expect(new Set(entries.map((entry) => entry.route))).toEqual(new Set(['email_inbound']))

  await choose(page, 'Route', 'unknown')
  await expect(rowsOf(page)).toHaveCount(3)
  const csv = await exported(page, 'Export CSV')
  const [head = '', ...lines] = csv.text.trimEnd().split('\r\n')
  const cells = lines.map((line) => line.split(','))
  const at = (name: string) => head.split(',').indexOf(name)
  expect(cells).toHaveLength(3)
  expect(cells.map((cell) => cell[at('cost_estimate_usd')])).toEqual(['', '', ''])
  expect(cells.every((cell) => Number(cell[at('pool_charge_nano_usd')]) > 0)).toBe(true)
})

test('ten thousand rows are read page by page, drawn in part, and an export of them can be cancelled', async ({
  page,
  open,
}) => {
  const { url, calls } = await open('full')
  await page.goto(`${url}/#/spend/ledger?span=all`)
  const table = page.getByRole('table', { name: 'Ledger' })
  await expect(page.getByText('10 000 rows match')).toBeVisible()
  const pages = () => calls.filter((call) => call === 'spend.ledger').length
  const before = pages()
  const scroller = page.locator('main [data-scroller]').first()
  for (let step = 0; step < 4; step++) {
    const known = pages()
    // Once more each time: the page that was asked for last may not have been drawn yet.
    await expect
      .poll(async () => {
        await scroller.evaluate((area) => area.scrollTo(0, area.scrollHeight))
        return pages()
      })
      .toBeGreaterThan(known)
  }
  expect(pages() - before).toBeGreaterThanOrEqual(4)
  await expect(table).toHaveAttribute('aria-rowcount', /^[4-9]01$/)
  expect(await rowsOf(page).count()).toBeLessThan(120)

  await page.getByRole('button', { name: 'Export JSON' }).click()
  await expect(page.getByRole('status').filter({ hasText: /^\d+\s000 of 10\s000 rows$/ })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel export' }).click()
  await expect(page.getByRole('button', { name: 'Export JSON' })).toBeVisible()
  await expect(page.getByText(/^Exported/)).toHaveCount(0)
})

test('the provider’s figure is entered: wrong ones are refused, and nothing typed is lost', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(`${fixture.url}/#/spend/corrections`)
  const field = page.getByLabel('What does the provider’s console say you used since 1 May?')
  const enter = page.getByRole('button', { name: 'Enter this figure' })
  await enter.click()
  await expect(page.getByText('An amount is needed.')).toBeVisible()

  await field.fill('eighty')
  await enter.click()
  await expect(field).toHaveAttribute('aria-invalid', 'true')
  await expect(field).toHaveValue('eighty')
  expect(fixture.calls.filter((call) => call === 'spend.reconcile')).toHaveLength(0)

  await field.fill('83.10')
  await expect(page.getByText(/within 10 %: spent stays as it is/)).toBeVisible()
  fixture.fail('spend.reconcile', 'store_read_only', 'The database cannot be written.')
  await enter.click()
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toContainText('The database cannot be written.')
  await expect(field).toHaveValue('83.10')

  // Leaving asks first.
  await page.getByRole('link', { name: 'Ledger', exact: true }).click()
  await page.getByRole('button', { name: 'Keep editing' }).click()
  await expect(field).toHaveValue('83.10')

  await field.fill('110')
  await expect(page.getByText(/spent will be raised by \$27\.60 to \$110\.00/)).toBeVisible()
  await enter.click()
  await expect(page.getByRole('status').filter({ hasText: 'Raised by $27.60' })).toBeVisible()
  await expect(field).toHaveValue('')
  const newest = page.getByRole('table', { name: 'Comparisons' }).locator('tbody tr').first()
  await expect(newest).toContainText('$110.00')
  await expect(page.getByText(/reconciled 12 May, \+25\.1 %/)).toBeVisible()
})

test('without an admin key the provider is not asked; with one its figure is fetched', async ({ page, open }) => {
  const { url, world } = await open('typical')
  await page.goto(`${url}/#/spend/corrections`)
  await expect(page.getByRole('link', { name: 'Add the key in Settings' })).toHaveAttribute('href', /#\/settings\//)
  await expect(page.getByRole('button', { name: 'Fetch from the provider' })).toHaveCount(0)
  world.secrets.push({ ref: 'vault:anthropic-admin', source: 'vault' })
  await page.reload()
  await page.getByRole('button', { name: 'Fetch from the provider' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Within tolerance' })).toBeVisible()
})

test('everything is reached from the keyboard', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(url)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.keyboard.press(`${mod}+5`)
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('~$117.60 left of $200')
  await expect(page.getByRole('table', { name: /^Calls by route/ })).toBeVisible()
  await page.keyboard.press('j')
  await expect(page.getByRole('link', { name: 'slack_dm' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 2, name: 'Ledger' })).toBeFocused()
  await expect(rowsOf(page).first()).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(
    rowsOf(page)
      .nth(1)
      .getByRole('button', { name: /details/ }),
  ).toBeFocused()
  await page.keyboard.press('k')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: /slack_dm$/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(
    rowsOf(page)
      .first()
      .getByRole('button', { name: /details/ }),
  ).toBeFocused()
  await page.keyboard.press(`${mod}+k`)
  await page.keyboard.type('prices')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 2, name: 'Prices' })).toBeFocused()
})

test('the charts have a table, in which nothing known is not a zero', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/spend`)
  await expect(page.getByRole('img', { name: /^Cost in the last 24 h: ~\$.+; 1 gap\.$/ })).toBeVisible()
  await page.getByRole('button', { name: 'As table' }).click()
  const table = page.getByRole('table', { name: 'Tokens and cost' })
  // 48 or 49 half hours, of which those of four hours of sleep hold nothing.
  const rows = await table.locator('tbody tr').count()
  expect(rows).toBeGreaterThan(38)
  expect(rows).toBeLessThan(43)
  await page.getByRole('button', { name: '7 d', exact: true }).click()
  await expect(page).toHaveURL(/#\/spend\?span=7d$/)
})

test('what cannot be read says so, and the rest goes on', async ({ page, open }) => {
  const fixture = await open('typical')
  fixture.fail('spend.window', 'store_damaged', 'The ledger’s sums are being rebuilt.')
  await page.goto(`${fixture.url}/#/spend`)
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toContainText(
    'The calls could not be counted. The budget above is current.',
  )
  await expect(page.getByRole('meter', { name: 'Pool used' })).toHaveAttribute('aria-valuetext', /^41\.2 % of \$200/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('table', { name: /^Calls by route/ })).toBeVisible()
})

test('an unknown budget is no amount anywhere', async ({ page, open }) => {
  const { url } = await open('unknown_budget')
  await page.goto(`${url}/#/spend`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Budget unknown')
  const panel = page.getByRole('region', { name: 'Budget' })
  await expect(panel).toContainText('Cheap model only')
  await expect(panel).not.toContainText('$')
})
