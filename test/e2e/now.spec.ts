import type { Page } from '@playwright/test'
import { snapshotOf } from '../fakes/cockpitKora.ts'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')

/** Where the clock of the invented world begins. */
const openedAt = Date.UTC(2026, 4, 12, 14, 14, 4)
const liveReads = ['operational.get', 'alerts.list', 'spend.state', 'system.info']
const card = (page: Page, name: string) =>
  page.getByRole('region', { name: 'At a glance' }).getByRole('article', { name })
const freshness = (page: Page) => page.getByRole('button', { name: /fresh/ })

/** How often each live read of a card was made. */
function counted(calls: readonly string[]): Record<string, number> {
  return Object.fromEntries(liveReads.map((name) => [name, calls.filter((call) => call === name).length]))
}

test('snapshot 31: four cards come from the snapshot, and nothing is read for them however much the daemon tells', async ({
  page,
  open,
}) => {
  const fixture = await open('typical')
  await page.goto(fixture.url)
  await expect(card(page, 'Operation')).toContainText('Ready')
  await expect(card(page, 'Alerts')).toContainText('2 active')
  await expect(card(page, 'Alerts')).toContainText('1 critical · 1 warning')
  await expect(card(page, 'Budget')).toContainText('~$82.40 of $200')
  await expect(card(page, 'Budget')).toContainText('41.2 % · haiku')
  await expect(card(page, 'Budget').getByRole('meter', { name: 'Pool used' })).toHaveAttribute(
    'aria-valuetext',
    '41.2 % of $200 used, by estimate',
  )
  await expect(card(page, 'Health')).toContainText('no errors in 5 min')
  await freshness(page).click()
  await expect(page.getByRole('dialog', { name: 'How fresh it is' })).toContainText('4 of 4 from the snapshot')

  const opening = fixture.calls.toSorted()
  expect(opening).toEqual([...new Set(opening)])

  const { world } = fixture
  for (let turn = 1; turn <= 5; turn++) {
    fixture.publish({ daemon: { ...world.state.daemon, databaseBytes: 38_100_000 + turn } })
    fixture.publish({ services: world.state.services.map((row) => ({ ...row, latencyMs: 100 + turn })) })
    fixture.publish({ snapshot: snapshotOf(world.state, Date.UTC(2026, 4, 12, 14, 14, 4 + turn)) })
  }
  await expect(page.getByRole('row', { name: /vercel/ })).toContainText('105 ms')
  expect(fixture.calls.toSorted()).toEqual(opening)
  for (const read of liveReads) expect(opening).not.toContain(read)
})

test('snapshot 26: a card that cannot be projected reads itself, once for each opening of Now', async ({
  page,
  open,
}) => {
  const fixture = await open('stale')
  await page.goto(fixture.url)
  await expect(card(page, 'Alerts')).toContainText('1 active')
  await expect(card(page, 'Alerts')).toContainText('live')
  await freshness(page).click()
  const list = page.getByRole('dialog', { name: 'How fresh it is' })
  await expect(list).toContainText('3 of 4 from the snapshot')
  await expect(list).toContainText('Two of seven rules could not read their source')
  await page.keyboard.press('Escape')
  await expect(list).toBeHidden()
  expect(counted(fixture.calls)).toEqual({ 'operational.get': 0, 'alerts.list': 1, 'spend.state': 0, 'system.info': 0 })

  const { world } = fixture
  const { snapshot } = world.state
  if (!snapshot) throw new Error('the stale world has a snapshot')
  for (let turn = 1; turn <= 5; turn++) {
    fixture.publish({ daemon: { ...world.state.daemon, databaseBytes: 38_100_000 + turn } })
    fixture.publish({ snapshot: { ...snapshot, daemon_health: { ...snapshot.daemon_health, uptime_seconds: turn } } })
  }
  fixture.publish({ services: world.state.services.map((row) => ({ ...row, latencyMs: 107 })) })
  await expect(page.getByRole('row', { name: /sentry/ })).toContainText('107 ms')
  expect(counted(fixture.calls)['alerts.list']).toBe(1)

  // Another opening reads again, once.
  await page.getByRole('link', { name: 'Spend' }).click()
  await page.getByRole('link', { name: 'Now' }).click()
  await expect(card(page, 'Alerts')).toContainText('1 active')
  expect(counted(fixture.calls)['alerts.list']).toBe(2)
})

test('snapshot 26: while rules of alerts cannot tell, none found is not none', async ({ page, open }) => {
  const fixture = await open('typical')
  const { world } = fixture
  const { snapshot } = world.state
  if (!snapshot) throw new Error('the typical world has a snapshot')
  world.alerts = []
  world.cannotTell = ['cost_ladder']
  world.state.snapshot = {
    ...snapshot,
    alerts: { active_count: 0, by_severity: { critical: 0, warning: 0, info: 0 }, by_category: {} },
    sections: {
      ...snapshot.sections,
      alerts: { ...snapshot.sections.alerts, status: 'partial', reason: 'cannot tell: cost_ladder' },
    },
  }
  await page.goto(fixture.url)
  await expect(card(page, 'Alerts')).toContainText('Unknown')
  await expect(card(page, 'Alerts')).toContainText('Cannot tell: cost_ladder')
  expect(counted(fixture.calls)).toMatchObject({ 'alerts.list': 1, 'operational.get': 0 })
  world.cannotTell = []
  await card(page, 'Alerts')
    .getByRole('button', { name: /^Retry/ })
    .click()
  await expect(card(page, 'Alerts')).toContainText('None active')
})

test('without a snapshot every card is read live, each once', async ({ page, open }) => {
  const fixture = await open('typical')
  fixture.world.state.snapshot = null
  await page.goto(fixture.url)
  for (const name of ['Operation', 'Alerts', 'Budget', 'Health']) await expect(card(page, name)).toContainText('live')
  await expect(card(page, 'Alerts')).toContainText('2 active')
  await expect(card(page, 'Budget')).toContainText('~$82.40 of $200')
  await expect(freshness(page)).toHaveText(/no snapshot$/)
  expect(counted(fixture.calls)).toEqual({ 'operational.get': 1, 'alerts.list': 1, 'spend.state': 1, 'system.info': 1 })
})

test('Retry reads one card live and overrides its projection, until a newer snapshot speaks', async ({
  page,
  open,
}) => {
  const beganMs = Date.now()
  const fixture = await open('typical')
  await page.goto(fixture.url)
  await expect(card(page, 'Operation')).toContainText('Ready')
  fixture.world.state.operational = { ...fixture.world.state.operational, primary: 'active' }
  await card(page, 'Operation')
    .getByRole('button', { name: /^Retry/ })
    .click()
  await expect(card(page, 'Operation')).toContainText('Active')
  await expect(card(page, 'Operation')).toContainText('live')
  await freshness(page).click()
  await expect(page.getByRole('dialog', { name: 'How fresh it is' })).toContainText('3 of 4 from the snapshot')
  await page.keyboard.press('Escape')
  expect(counted(fixture.calls)).toMatchObject({ 'operational.get': 1, 'spend.state': 0 })

  fixture.fail('operational.get', 'store_read_only', 'The database cannot be read.')
  await card(page, 'Operation')
    .getByRole('button', { name: /^Retry/ })
    .click()
  await expect(card(page, 'Operation').getByRole('alert')).toContainText('The database cannot be read.')
  await expect(card(page, 'Operation')).toContainText('Active')

  // Computed after the live read, by the clock of the fixture.
  const computedAt = new Date(openedAt + (Date.now() - beganMs) + 1_000)
  const computed_at = `${computedAt.toISOString().slice(0, 19)}Z`
  fixture.publish({ snapshot: { ...snapshotOf(fixture.world.state, openedAt), computed_at } })
  await freshness(page).click()
  await expect(page.getByRole('dialog', { name: 'How fresh it is' })).toContainText('4 of 4 from the snapshot')
})

test('what is unknown says so with its reason, and is no zero', async ({ page, open }) => {
  const fixture = await open('unknown_budget')
  fixture.fail('alerts.list', 'store_damaged', 'The database is being restored.')
  const { snapshot } = fixture.world.state
  if (!snapshot) throw new Error('the world has a snapshot')
  const unread = { status: 'unknown', observed_at: 'unknown', expected_every_seconds: 300 } as const
  fixture.world.state.snapshot = {
    ...snapshot,
    alerts: { ...snapshot.alerts, active_count: 'unknown' },
    sections: { ...snapshot.sections, alerts: { ...unread, reason: 'the rules could not be read' } },
  }
  await page.goto(fixture.url)
  await expect(card(page, 'Budget')).toContainText('Unknown')
  await expect(card(page, 'Budget')).toContainText('The ledger could not be read: the database is being restored.')
  await expect(card(page, 'Budget')).not.toContainText('$')
  await expect(card(page, 'Alerts')).toContainText('Unknown')
  await expect(card(page, 'Alerts')).toContainText('The rules could not be read')
  await expect(card(page, 'Alerts').getByRole('alert')).toContainText('The database is being restored.')
  await expect(card(page, 'Alerts')).not.toContainText('0')
  await expect(card(page, 'Operation')).toContainText('Ready')
  await expect(freshness(page)).toHaveText('10 of 12 fresh, unknown: Alerts and 1 other')
  await card(page, 'Alerts')
    .getByRole('button', { name: /^Retry/ })
    .click()
  await expect(card(page, 'Alerts')).toContainText('2 active')
})

test('at the stop no model is named', async ({ page, open }) => {
  const { url } = await open('broken')
  await page.goto(url)
  await expect(card(page, 'Budget')).toContainText('stopped, no model calls')
  await expect(card(page, 'Budget')).not.toContainText('haiku')
})

test('old facts are greyed with their age, and the line names the oldest', async ({ page, open }) => {
  const { url } = await open('stale')
  await page.goto(url)
  await expect(card(page, 'Health')).toContainText('stale, 22 min')
  await expect(card(page, 'Health')).toHaveAttribute('data-stale', 'true')
  await expect(card(page, 'Operation').locator('[data-freshness="ageing"]')).toHaveText('11 min')
  await expect(freshness(page)).toHaveText(/^\d+ of 12 fresh, oldest: Health 22 min$/)
})

test('a service is checked from the list of ages, and what failed in a check of everything is checked again', async ({
  page,
  open,
}) => {
  const fixture = await open('typical')
  await page.goto(fixture.url)
  await freshness(page).click()
  await page.getByRole('button', { name: 'Check now, sentry' }).click()
  await expect.poll(() => fixture.calls.filter((call) => call === 'probes.check')).toHaveLength(1)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Check everything' }).click()
  await expect(page.getByRole('status').filter({ hasText: /^Checking, \d of 7 done$/ })).toBeVisible()
  // Old values stay while it runs.
  await expect(page.getByRole('row', { name: /vercel/ })).toContainText('ms')
  await expect(page.getByRole('status').filter({ hasText: /5 updated, 2 failed \(fly: HTTP 401; shop:/ })).toBeVisible()
  fixture.world.state.services = fixture.world.state.services.map((row) =>
    row.id === 'shop' ? { ...row, status: 'healthy', summary: 'Well', error: null } : row,
  )
  await page.getByRole('button', { name: 'Check again what failed' }).click()
  await expect(
    page.getByRole('status').filter({ hasText: /6 updated, 1 failed \(fly: Rejected, HTTP 401\)/ }),
  ).toBeVisible()
})

test('maintenance is the sentence when nothing needs you, and holds the alarm of its services', async ({
  page,
  open,
}) => {
  const fixture = await open('maintenance')
  await page.goto(fixture.url)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Maintenance until \d\d:\d\d: fly, supabase$/)
  await expect(page.getByRole('row', { name: /fly/ })).toContainText('Slow, maintenance')
  await expect(page.getByRole('region', { name: 'Needs you' })).toHaveCount(0)
  fixture.publish({ maintenance: { active: [], upcoming: [] } })
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kora is taking a second look at 2 services')
})
