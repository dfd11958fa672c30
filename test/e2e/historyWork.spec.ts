import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { CockpitFixture } from '../fakes/cockpitFixture.ts'
import { auditRecord, recordNow } from '../fakes/cockpitHistory.ts'
import { kind, rowsOf, scroller, title } from './historyPage.ts'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')
test.use({ timezoneId: 'Europe/Berlin' })

/** Presses the button and reads the file that comes of it. */
async function exported(page: Page, button: string): Promise<{ name: string; lines: string[] }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  const text = await readFile(await download.path(), 'utf8')
  return { name: download.suggestedFilename(), lines: text.split(/\r?\n/).filter((line) => line !== '') }
}

/** Something happens, and every cockpit is told. */
function happen(fixture: CockpitFixture, count: number): void {
  const before = fixture.world.history.own.items[0]?.atMs ?? 0
  for (let at = 1; at <= count; at++) {
    recordNow(
      fixture.world.history,
      auditRecord(
        before + at * 1_000,
        'settings.changed',
        { paths: [`new ${before + at * 1_000}`] },
        { source: 'operator' },
      ),
    )
  }
  fixture.publish({ history: { newestAtMs: before + count * 1_000, waiting: 0 } })
}

test('a filter is kept under a name, renamed, removed, and brought back', async ({ page, open }) => {
  const { url, world } = await open('typical')
  await page.goto(`${url}/#/history`)
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('button', { name: 'Fly trouble' }).first().click()
  await expect(page).toHaveURL(/#\/history\?kind=wake\+incident&q=fly&span=7d$/)
  await expect(page.getByRole('searchbox')).toHaveValue('fly')

  await kind(page, 'Service').click()
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('button', { name: 'Save this filter…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save this filter' })
  await expect(dialog.getByLabel('Name')).toHaveValue('Fly trouble')
  await dialog.getByLabel('Name').fill('What I did')
  await expect(dialog.getByRole('button', { name: 'Replace “What I did”' })).toBeVisible()
  await dialog.getByLabel('Name').fill('Fly, all of it')
  await page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  expect(world.history.saved.map(({ name }) => name)).toEqual(['Fly, all of it', 'What I did'])
  expect(world.history.saved[0]).toMatchObject({ id: 'fil_fly', filter: { kinds: ['wake', 'incident', 'service'] } })

  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('button', { name: 'Remove Fly, all of it' }).click()
  await expect(page.getByText('Removed “Fly, all of it”')).toBeVisible()
  expect(world.history.saved).toHaveLength(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => world.history.saved.length).toBe(2)
})

test('what a filter holds is exported, as lines of JSON and as a table', async ({ page, open }) => {
  const { url, world } = await open('typical')
  await page.goto(`${url}/#/history?span=all`)
  await expect(title(page)).toHaveText(/, 338 records$/)
  const jsonl = await exported(page, 'Export JSONL')
  await expect(page.getByText('Exported 338 records')).toBeVisible()
  expect(jsonl.name).toBe('kora-history-2026-05-12.jsonl')
  const entries = jsonl.lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(entries).toHaveLength(world.history.own.items.length)
  const keys = ['emitted_at', 'seam', 'details', 'caller_session_id', 'source']
  expect(entries.every((entry) => Object.keys(entry).join() === keys.join())).toBe(true)
  const call = entries.find((entry) => entry['seam'] === 'ledger.recorded')
  expect(call).toMatchObject({ details: { model: 'claude-opus-4-7', cost_nano_usd: 72_000_000 }, source: null })

  await page.goto(`${url}/#/history?span=all&q=HYPERLINK`)
  await expect(title(page)).toHaveText(/1 record matches$/)
  const csv = await exported(page, 'Export CSV')
  expect(csv.lines[0]).toBe('time,kind,seam,source,session,correlation,text,aside,cost_usd,details')
  expect(csv.lines).toHaveLength(2)
  expect(csv.lines[1]).toContain(`"'=HYPERLINK(""http://x.example"",""go"")"`)
})

test('a long export says how far it is, and can be cancelled', async ({ page, open }) => {
  const { url } = await open('full')
  await page.goto(`${url}/#/history?span=all`)
  await expect(rowsOf(page).first()).toBeVisible()
  await page.getByRole('button', { name: 'Export CSV' }).click()
  await expect(page.getByRole('status').filter({ hasText: /^\d+\s000 of 10\s000 records$/ })).toBeVisible()
  await page.getByRole('button', { name: 'Cancel export' }).click()
  await expect(page.getByRole('button', { name: 'Export CSV' })).toBeVisible()
  await expect(page.getByText(/^Exported/)).toHaveCount(0)
})

test('another history is opened: progress, a way out, what went wrong, and everything works on it', async ({
  page,
  open,
}) => {
  const fixture = await open('typical')
  const { url, world } = fixture
  await page.goto(`${url}/#/history`)
  await page.getByRole('button', { name: 'Open another history…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Open another history' })
  await expect(dialog.getByRole('radio', { name: /file missing/ })).toBeDisabled()
  await dialog.getByRole('radio', { name: 'A file on the machine Kora runs on' }).check()
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(dialog.getByText('A path is needed.')).toBeVisible()

  const path = dialog.getByLabel('Path')
  await path.fill('/home/you/damaged.db')
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(dialog.getByRole('alert')).toContainText('This file is damaged and cannot be read: page 12')
  await expect(dialog.getByRole('alert')).toContainText('history_file_damaged')
  await expect(path).toHaveValue('/home/you/damaged.db')

  await path.fill('/home/you/slow.db')
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(dialog.getByText('Step 1 of 4: copying the file, 9.1 MB of 36.2 MB')).toBeVisible()
  await expect(dialog.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '25')
  await dialog.getByRole('button', { name: 'Cancel opening' }).click()
  await expect(path).toHaveValue('/home/you/slow.db')
  await expect.poll(() => world.history.givenUp).toEqual(['/home/you/slow.db'])
  expect(world.history.files.size).toBe(0)

  await path.fill('/home/you/kora-2026-04-02.db')
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(dialog).toHaveCount(0)
  await expect(page).toHaveURL(/#\/history\?file=his_1$/)
  await expect(title(page)).toHaveText(/^kora-2026-04-02\.db: 1 Apr .+ to 2 Apr .+, \d+ records$/)
  await expect(page.getByText('You are reading kora-2026-04-02.db, a copy opened read-only.')).toBeVisible()

  // Everything works on it, and its records lead to no page of this cockpit.
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByRole('searchbox').fill('woke')
  await expect(page).toHaveURL(/file=his_1&q=woke&span=all$/)
  await rowsOf(page).first().getByRole('link').click()
  await expect(page.getByRole('region', { name: 'Stored record' })).toContainText('probe.wake_requested')
  await expect(page.getByRole('link', { name: 'Open the investigation' })).toHaveCount(0)
  const csv = await exported(page, 'Export CSV')
  expect(csv.name).toBe('kora-history-of-kora-2026-04-02-2026-05-12.csv')
  expect(csv.lines.slice(1).every((line) => /^2026-0[34]-/.test(line))).toBe(true)
  expect(csv.lines.length).toBeGreaterThan(5)

  // A backup beside it, and back.
  await page.getByRole('button', { name: 'Open another history…' }).click()
  await dialog.getByRole('radio', { name: /kora-3\.db/ }).check()
  await dialog.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(title(page)).toHaveText(/^kora-3\.db: /)
  const whose = page.getByRole('combobox', { name: 'Whose records' })
  await whose.click()
  await page.getByRole('option', { name: 'kora-2026-04-02.db' }).click()
  await expect(page).toHaveURL(/file=his_1/)
  await page.getByRole('button', { name: 'Close file' }).click()
  await expect(page).not.toHaveURL(/file=/)
  await expect(title(page)).toHaveText(/to 12 May/)
  await expect(whose).toHaveText('This machine')

  // A file that somebody else closed meanwhile.
  await whose.click()
  await page.getByRole('option', { name: 'kora-3.db' }).click()
  await expect(title(page)).toHaveText(/^kora-3\.db: /)
  world.history.files.clear()
  await kind(page, 'Gap').click()
  await expect(page.getByText(/^This history file is not open any more\. Open it again to read on/)).toBeVisible()
  await page.getByRole('button', { name: 'Show this machine’s records' }).click()
  await expect(title(page)).toHaveText(/to 12 May 16:14, nothing matches$/)
})

test('new records come by themselves at the top, and wait while somebody reads', async ({ page, open }) => {
  const fixture = await open('full')
  await page.goto(`${fixture.url}/#/history?span=all`)
  await expect(title(page)).toHaveText(/, 10\s000 records$/)
  happen(fixture, 1)
  await expect(rowsOf(page).first()).toContainText('Settings changed')
  await expect(title(page)).toHaveText(/, 10\s001 records$/)

  // A record that is opened stays where it is in the list.
  await rowsOf(page).nth(2).getByRole('link').click()
  happen(fixture, 1)
  await expect(page.getByRole('button', { name: '1 new record' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(title(page)).toHaveText(/, 10\s002 records$/)

  await scroller(page).evaluate((area) => area.scrollTo(0, 900))
  const read = await rowsOf(page).nth(20).getByRole('link').getAttribute('data-nav-item')
  const reading = page.locator(`[data-nav-item="${read}"]`)
  const before = await reading.boundingBox()
  happen(fixture, 3)
  const offer = page.getByRole('button', { name: '3 new records' })
  await expect(offer).toBeVisible()
  expect(await reading.boundingBox()).toEqual(before)
  await expect(title(page)).toHaveText(/, 10\s002 records$/)
  await offer.click()
  await expect(title(page)).toHaveText(/, 10\s005 records$/)
  await expect(rowsOf(page).first().getByRole('link')).toBeFocused()
  await expect(offer).toHaveCount(0)

  // More than a page at once: the list begins anew, without a hole.
  await scroller(page).evaluate((area) => area.scrollTo(0, 900))
  happen(fixture, 150)
  await page.getByRole('button', { name: 'More than 100 new records' }).click()
  await expect(title(page)).toHaveText(/, 10\s155 records$/)
  const known = page.getByRole('link', { name: /^Called claude-opus-4-7/ })
  await expect
    .poll(async () => {
      await scroller(page).evaluate((area) => area.scrollTo(0, area.scrollHeight))
      return known.count()
    })
    .toBeGreaterThan(0)
})

test('a view of the past stays as it is', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(`${fixture.url}/#/history?from=2026-05-12T06:00Z&to=2026-05-12T12:00Z`)
  await expect(rowsOf(page).first()).toBeVisible()
  const asked = () => fixture.calls.filter((call) => call === 'history.query').length
  const before = asked()
  const newest = page.locator('header time')
  for (const seconds of ['01', '02']) {
    happen(fixture, 1)
    await expect(newest).toHaveAttribute('datetime', `2026-05-12T14:13:${seconds}.000Z`)
  }
  expect(asked()).toBe(before)
})

test('without the line what was read stays readable, and comes to life again', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.clock.install()
  await page.goto(`${fixture.url}/#/history`)
  await expect(page.getByText('This machine’s own records, no network needed')).toBeVisible()
  await rowsOf(page).nth(4).getByRole('link').click()
  await expect(page.getByRole('region', { name: 'Stored record' })).toBeVisible()
  fixture.disconnect('refuse')
  await expect(page.getByText(/connection to kora lost/i)).toBeVisible()
  for (const name of ['Export CSV', 'Export JSONL', 'Open another history…']) {
    await expect(page.getByRole('button', { name })).toBeDisabled()
    await expect(page.getByRole('button', { name })).toHaveAttribute('title', /connection to Kora/)
  }
  await expect(rowsOf(page).first()).toBeVisible()
  await page.keyboard.press('j')
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(/^fly: Fly app/)
  await kind(page, 'Operator').click()
  await expect(page.getByText('What was read before is still shown.')).toBeVisible()
  await expect(rowsOf(page).nth(4)).toContainText('Woke up for fly')
  // The page's own next try stands still: it is the click that connects.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000))
  const tryNow = page.getByRole('button', { name: 'Try now' })
  await expect(tryNow).toBeEnabled()
  fixture.disconnect('accept')
  await tryNow.click()
  await expect(tryNow).toHaveCount(0)
  await page.clock.resume()
  await expect(rowsOf(page).first()).toContainText('Settings changed')
  await expect(page.getByText('What was read before is still shown.')).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Export CSV' })).toBeEnabled()
})

test('what cannot be read says why, and keeps what is on screen', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(`${fixture.url}/#/history`)
  await expect(rowsOf(page)).toHaveCount(48)
  fixture.fail('history.query', 'store_damaged', 'The database is damaged.')
  fixture.fail('history.density', 'store_damaged', 'The database is damaged.')
  await kind(page, 'Gap').click()
  await expect(page.getByText('What was read before is still shown.')).toBeVisible()
  await expect(rowsOf(page)).toHaveCount(48)
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(title(page)).toHaveText(/records? match(es)?$|nothing matches$/)
  await expect(page.getByText('The database is damaged.')).toHaveCount(0)

  fixture.world.history.damaged = true
  await page.reload()
  await expect(page.getByText('The records could not be read.')).toBeVisible()
  fixture.world.history.damaged = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('The records could not be read.')).toHaveCount(0)
})

test('nothing recorded, and nothing that matches, are two things', async ({ page, open }) => {
  const { url } = await open('empty')
  await page.goto(`${url}/#/history`)
  await expect(title(page)).toHaveText('Nothing is recorded yet')
  await expect(page.getByRole('link', { name: 'Watch a service' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Export CSV' })).toBeDisabled()
  const typical = await open('typical')
  await page.goto(`${typical.url}/#/history?from=2026-01-01T00:00Z&to=2026-01-02T00:00Z`)
  await expect(page.getByText('Nothing was recorded from 1 Jan 01:00 to 2 Jan 01:00.')).toBeVisible()
  await page.getByRole('button', { name: 'Show all there is' }).click()
  await expect(title(page)).toHaveText(/, 338 records$/)
})

test('how far the index is, is said while it is behind', async ({ page, open }) => {
  const fixture = await open('stale')
  await page.goto(`${fixture.url}/#/history`)
  await expect(page.getByText(/Indexing older records, 43 % done: 430 of 1\s000 can be found/)).toBeVisible()
  fixture.world.history.waiting = 0
  fixture.publish({ history: { newestAtMs: fixture.world.state.history.newestAtMs, waiting: 0 } })
  await expect(page.getByText(/Indexing older records/)).toHaveCount(0)
})
