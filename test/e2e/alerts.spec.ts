import type { Page } from '@playwright/test'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')

const needs = (page: Page) => page.getByRole('region', { name: 'Needs you' })
const backup = (page: Page) => needs(page).getByRole('listitem').filter({ hasText: 'The nightly backup failed' })
const sentence = (page: Page) => page.getByRole('heading', { level: 1 })
const toast = (page: Page, title: string | RegExp) => page.getByRole('dialog').filter({ hasText: title })
const list = (page: Page) => page.getByRole('navigation', { name: 'Incidents and alerts' })
const count = (page: Page) => page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: /^Now/ })

test('an alert stands beside incidents, worst first, and what an incident speaks of is not repeated', async ({
  page,
  open,
}) => {
  const { url } = await open('typical')
  await page.goto(url)
  await expect(sentence(page)).toHaveText('2 things need you')
  const rows = needs(page).getByRole('listitem')
  await expect(rows).toHaveCount(2)
  await expect(rows.nth(0)).toContainText('Fly app(s) unreachable')
  await expect(rows.nth(1)).toContainText('The nightly backup failed twice in a row')
  await expect(rows.nth(1)).toContainText(/38 min · told you \d\d:\d\d:06 on Slack · \$0\.0061/)
  await expect(count(page)).toContainText('2')
})

test('acknowledging and snoozing take it off Now, and can be taken back', async ({ page, open }) => {
  const { url, calls } = await open('typical')
  await page.goto(url)
  await backup(page)
    .getByRole('button', { name: /^Acknowledge/ })
    .click()
  await expect(backup(page)).toHaveCount(0)
  await expect(sentence(page)).toHaveText('One thing needs you')
  await expect(count(page)).toContainText('1')
  await toast(page, 'Acknowledged').getByRole('button', { name: 'Undo' }).click()
  await expect(backup(page)).toBeVisible()

  await backup(page)
    .getByRole('button', { name: /^Snooze 1 h/ })
    .click()
  await expect(backup(page)).toHaveCount(0)
  await toast(page, /^Snoozed until/)
    .getByRole('button', { name: 'Undo' })
    .click()
  await expect(backup(page)).toBeVisible()
  expect(calls.filter((call) => /^alerts\.(ack|snooze|resume)/.test(call))).toEqual([
    'alerts.acknowledge',
    'alerts.resume',
    'alerts.snooze',
    'alerts.resume',
  ])
})

test('an alert that was not told says why, and one whose source is silent says since when', async ({ page, open }) => {
  const { url } = await open('broken')
  await page.goto(url)
  await needs(page)
    .getByRole('button', { name: /^Show \d+ more$/ })
    .click()
  const row = (text: string) => needs(page).getByRole('listitem').filter({ hasText: text })
  await expect(row('Slack has refused the last 4 messages')).toContainText('not delivered')
  await expect(row('probe_wake is down')).toContainText(/held: cooldown until \d\d:\d\d/)
  await expect(row('9 tool calls')).toContainText(/source unreadable since \d\d:\d\d/)
  await expect(row('probe_wake is down')).toContainText('investigating')
})

test('an action that fails says so and changes nothing', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(fixture.url)
  fixture.fail('alerts.snooze', 'store_read_only', 'The database cannot be written.')
  await backup(page)
    .getByRole('button', { name: /^Snooze 1 h/ })
    .click()
  await expect(toast(page, 'The alert was not snoozed')).toContainText('The database cannot be written.')
  await expect(backup(page)).toBeVisible()
})

test('its page has everything: what was found, what to do, what was told, and what was before', async ({
  page,
  open,
}) => {
  const { url } = await open('typical')
  await page.goto(url)
  await backup(page).getByRole('link', { name: /^Open/ }).click()
  await expect(page).toHaveURL(/#\/investigations\/alt_01JX7BAK$/)
  await expect(page.getByRole('heading', { level: 2 })).toBeFocused()
  await expect(page.getByRole('heading', { level: 2 })).toHaveText('The nightly backup failed twice in a row')
  const inspector = page.getByRole('article')
  await expect(inspector).toContainText('No copy of the database is younger than 36 h.')
  await expect(inspector.getByRole('region', { name: 'Finding' })).toContainText('has 1.2 GB left')
  await expect(inspector).toContainText('Free some space in the backup folder')
  await expect(inspector).toContainText('task_failing:backup')
  await expect(inspector).toContainText('$0.0061')
  await expect(inspector.getByRole('region', { name: 'Timeline' })).toContainText('Alert raised')
  await expect(inspector.getByRole('link', { name: 'Open System, schedules' })).toHaveAttribute(
    'href',
    '#/system/schedules',
  )
  await inspector.getByRole('button', { name: 'Acknowledge' }).click()
  await expect(inspector).toContainText(/Acknowledged \d\d:\d\d/)
  await expect(inspector.getByRole('region', { name: 'Timeline' })).toContainText('You acknowledged it')
  await inspector.getByRole('button', { name: 'Undo' }).click()
  await expect(inspector.getByRole('button', { name: 'Acknowledge' })).toBeVisible()
  await inspector.getByRole('link', { name: /^9 May/ }).click()
  await expect(inspector.getByRole('heading', { level: 2 })).toHaveText('Slack was not reached for 9 min')
  await expect(page.getByRole('article')).toContainText('resolved after 9 min')
})

test('a link to an alert that is not there says so', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/investigations/alt_nothing`)
  await expect(page.getByRole('alert').filter({ hasText: /./ })).toContainText('There is no alert alt_nothing')
})

test('incidents and alerts are one list by time, and a switch parts them', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/investigations`)
  const titles = list(page).getByRole('link')
  await expect(titles).toHaveText([
    /^fly.*401/,
    /^Kora.*backup/,
    /^supabase/,
    /^sentry/,
    /^Kora.*Slack/,
    /^supabase/,
    /^Kora.*denied/,
    /^vercel/,
    /^fly/,
  ])
  await expect(page.getByText('2 incidents and 1 alert active · 6 resolved in 7 days')).toBeVisible()
  await list(page).getByRole('button', { name: 'Kora' }).click()
  await expect(titles).toHaveCount(3)
  await expect(page.getByText('1 active · 2 resolved in 7 days')).toBeVisible()
  await page.getByRole('group', { name: 'State' }).getByRole('button', { name: 'Resolved' }).click()
  await expect(titles).toHaveCount(2)
  await list(page).getByRole('button', { name: 'Services' }).click()
  await expect(titles).toHaveText([/^sentry/, /^supabase/, /^vercel/, /^fly/])
})

test('older ones of both are read on, and nothing is shown out of its place', async ({ page, open }) => {
  const { url, calls } = await open('full')
  await page.goto(`${url}/#/investigations`)
  const titles = list(page).getByRole('link')
  await expect(titles.first()).toBeVisible()
  const shown = await titles.count()
  await list(page).getByRole('button', { name: 'Show older ones' }).click()
  await expect.poll(() => titles.count()).toBeGreaterThan(shown)
  const pages = (name: string) => calls.filter((call) => call === name).length
  expect(pages('incidents.list') + pages('alerts.list')).toBe(3)
  await list(page).getByRole('button', { name: 'Kora' }).click()
  await page.getByRole('group', { name: 'Window' }).getByRole('button', { name: 'All' }).click()
  await expect(titles).toHaveCount(49)
  await list(page).getByRole('button', { name: 'Show older ones' }).click()
  await expect(titles).toHaveCount(99)
  await list(page).getByRole('button', { name: 'Show older ones' }).click()
  await expect(titles).toHaveCount(131)
  await expect(list(page).getByRole('button', { name: 'Show older ones' })).toHaveCount(0)
})

test('one of the two that cannot be read leaves the other', async ({ page, open }) => {
  const fixture = await open('typical')
  fixture.fail('alerts.list', 'store_damaged', 'The alerts are being rebuilt.')
  await page.goto(`${fixture.url}/#/investigations`)
  await expect(list(page).getByRole('link').first()).toContainText('fly')
  await expect(list(page).getByRole('alert')).toContainText('The alerts are being rebuilt.')
  await list(page).getByRole('button', { name: 'Try again' }).click()
  await expect(list(page).getByRole('link').filter({ hasText: 'backup' })).toBeVisible()
})

test('the inbox stands under what needs you while something is unread', async ({ page, open }) => {
  const { url, calls } = await open('typical')
  await page.goto(url)
  const inbox = page.getByRole('region', { name: /^Inbox/ })
  await expect(inbox.getByRole('heading', { level: 2 })).toHaveText('Inbox, 3 unread')
  // Infos alarm nobody.
  await expect(count(page)).toContainText('2')
  await expect(inbox.getByRole('listitem').filter({ hasText: 'Mark read' })).toHaveCount(3)
  await inbox.getByRole('button', { name: /^Mark read, 2 warnings/ }).click()
  await expect(inbox.getByRole('heading', { level: 2 })).toHaveText('Inbox, 2 unread')
  await inbox.getByRole('button', { name: 'Show earlier' }).click()
  await expect(inbox.getByRole('listitem').filter({ hasText: 'Show earlier' })).toBeVisible()
  await expect(inbox.getByRole('listitem')).toHaveCount(51)
  await inbox.getByRole('button', { name: 'Show earlier' }).click()
  await expect(inbox.getByRole('listitem')).toHaveCount(64)
  await inbox.getByRole('button', { name: 'Mark all read' }).click()
  await expect(inbox.getByRole('heading', { level: 2 })).toHaveText('Inbox, all read')
  await inbox.getByRole('button', { name: 'Close' }).click()
  await expect(inbox).toHaveCount(0)
  expect(calls.filter((call) => call === 'alerts.inbox')).toHaveLength(1)
})

test('opening a line of the inbox reads it', async ({ page, open }) => {
  const { url, world } = await open('typical')
  await page.goto(url)
  await page.getByRole('link', { name: /^Prices were compared/ }).click()
  await expect(page).toHaveURL(/#\/spend\/prices$/)
  await expect.poll(() => world.state.inbox.unread).toBe(2)
})

test('a new alert is said to those who do not see it', async ({ page, open }) => {
  const fixture = await open('calm')
  await page.goto(fixture.url)
  await expect(sentence(page)).toHaveText('All well')
  const [resolved] = fixture.world.alerts
  if (!resolved) throw new Error('the calm world has had an alert')
  const critical = { ...resolved, id: 'alt_new', resolvedAtMs: null, title: 'The disk is nearly full' }
  fixture.publish({ alerts: [critical] })
  await expect(page.locator('[data-announcer="assertive"]')).toHaveText(
    'Critical. Kora needs you: The disk is nearly full',
  )
})

test('alerts are worked through from the keyboard', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(url)
  await expect(sentence(page)).toHaveText('2 things need you')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await expect(backup(page).getByRole('link', { name: /^Open/ })).toBeFocused()
  await page.keyboard.press('h')
  await expect(backup(page)).toHaveCount(0)
  await toast(page, 'Acknowledged').getByRole('button', { name: 'Undo' }).click()
  await expect(backup(page)).toBeVisible()
  await backup(page).getByRole('link', { name: /^Open/ }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 2 })).toBeFocused()
  await page.keyboard.press('s')
  await expect(page.getByRole('article')).toContainText(/Snoozed until \d\d:\d\d/)
  await page.keyboard.press('Escape')
  await expect(list(page).getByRole('link').nth(1)).toBeFocused()
  await page.keyboard.press('k')
  await expect(page.getByRole('article')).toContainText('inc_01JX7F3A')
  await page.keyboard.press('j')
  await expect(page.getByRole('article')).toContainText('alt_01JX7BAK')
})
