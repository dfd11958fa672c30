import { kind, mod, rowsOf, scroller, strip, table, title } from './historyPage.ts'
import { expect, test } from './invented.ts'
import { expectAccessible } from './looks.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')
test.use({ timezoneId: 'Europe/Berlin' })

test('a filter is a link, and a link is a filter', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/history`)
  await expect(title(page)).toHaveText(/^11 May 16:10 to 12 May 16:14, 48 records$/)
  await page.getByRole('button', { name: '7 d', exact: true }).click()
  await kind(page, 'Wake').click()
  await kind(page, 'Incident').click()
  await expect(page).toHaveURL(/#\/history\?kind=wake\+incident&span=7d$/)
  await page.getByRole('button', { name: 'More filters' }).click()
  await page.getByRole('combobox', { name: 'Seam' }).click()
  await page.getByRole('option', { name: /^probe\.wake_requested, \d+$/ }).click()
  await page.getByRole('combobox', { name: 'Source' }).click()
  await page.getByRole('option', { name: 'Schedule' }).click()
  await page.getByLabel('Session').fill('probe:fly:service_unhealthy')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(title(page)).toHaveText(/^5 May 16:00 to 12 May 16:14, 3 records match$/)
  await expect(rowsOf(page)).toHaveCount(3)
  await expect(page).toHaveURL(
    /kind=wake\+incident&seam=probe\.wake_requested&session=probe%3Afly%3Aservice_unhealthy&source=cron&span=7d$/,
  )

  await page.reload()
  await expect(rowsOf(page)).toHaveCount(3)
  await expect(kind(page, 'Wake')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByRole('button', { name: '7 d', exact: true })).toHaveAttribute('aria-pressed', 'true')
  await page.getByRole('button', { name: 'Remove Seam probe.wake_requested' }).click()
  await expect(page.getByRole('button', { name: 'More filters, 2 in use' })).toBeVisible()
  await expect(rowsOf(page)).toHaveCount(11)
  await page.getByRole('button', { name: 'Clear', exact: true }).click()
  await expect(page).toHaveURL(/#\/history\?span=7d$/)
  await expect(page.getByText('Everything recorded')).toBeVisible()
})

test('two times of the operator’s clock bound the view, and wrong ones are refused', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/history`)
  await page.getByRole('button', { name: 'Custom' }).click()
  await expect(page.getByLabel('From', { exact: true })).toHaveValue('2026-05-11T16:10')
  await page.getByLabel('From', { exact: true }).fill('2026-05-10T08:00:00')
  await page.getByLabel('To', { exact: true }).fill('2026-05-10T07:00:00')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(page.getByText('The end must lie after the beginning.')).toBeVisible()
  await page.getByLabel('To', { exact: true }).fill('2026-05-10T20:00:00')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect(page).toHaveURL(/from=2026-05-10T06%3A00Z&to=2026-05-10T18%3A00Z$/)
  await expect(title(page)).toHaveText(/^10 May 08:00 to 20:00, \d+ records$/)
  await expect(page.getByRole('button', { name: 'Custom' })).toHaveAttribute('aria-pressed', 'true')

  // The same stretch before and after, and back to one that ends now.
  await title(page).focus()
  await page.keyboard.press('[')
  await expect(title(page)).toHaveText(/^9 May 20:00 to 10 May 08:00/)
  await page.keyboard.press(']')
  await expect(title(page)).toHaveText(/^10 May 08:00 to 20:00/)
  await page.goBack()
  await expect(title(page)).toHaveText(/^9 May 20:00/)
})

test('words are searched for while they are typed, and the field keeps the focus', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/history?span=all`)
  await expect(rowsOf(page).first()).toBeVisible()
  await page.keyboard.press(`${mod}+f`)
  const field = page.getByRole('searchbox', { name: 'Search History' })
  await expect(field).toBeFocused()
  await page.keyboard.type('rotat')
  await expect(page).toHaveURL(/q=rotat&span=all$/)
  await expect(title(page)).toHaveText(/records match$/)
  await expect(rowsOf(page).first()).toContainText('it was most likely rotated')
  await expect(field).toBeFocused()
  const found = await rowsOf(page).count()

  await field.fill('rotated -fly')
  await expect.poll(() => rowsOf(page).count()).toBeLessThan(found)
  await expect(rowsOf(page).filter({ hasText: 'fly' })).toHaveCount(0)
  await field.fill('"most rotated"')
  await expect(page.getByText(/^Nothing matches this filter from/)).toBeVisible()
  await expect(title(page)).toHaveText(/nothing matches$/)
  await page.getByRole('button', { name: 'Clear the filter' }).click()
  await expect(field).toHaveValue('')
  await expect(rowsOf(page).first()).toBeVisible()

  await page.getByRole('button', { name: 'How search works' }).click()
  await expect(page.getByRole('dialog', { name: 'How search works' })).toContainText('the last word may go on')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('a stretch is marked with the pointer and shown alone', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/history?span=7d`)
  await expect(strip(page)).toBeVisible()
  const box = await strip(page).boundingBox()
  if (!box) throw new Error('the strip is not there')
  const y = box.y + box.height / 2
  // 169 bars of an hour; the seventh of May, one to six in the morning UTC, was slept through.
  const bar = (index: number) => box.x + (box.width * (index + 0.5)) / 169
  await page.mouse.move(bar(36), y)
  await expect(page.getByText(/^7 May 04:00 to 05:00: no records, asleep 7 May 03:10 to 07:20$/)).toBeVisible()
  await page.mouse.move(bar(40), y)
  await page.mouse.down()
  await page.mouse.move(bar(60), y, { steps: 4 })
  await expect(page.getByText(/^7 May 08:00 to 8 May 05:00: \d+ records/)).toBeVisible()
  await page.keyboard.press('Escape')
  await page.mouse.up()
  await expect(page).toHaveURL(/#\/history\?span=7d$/)

  await page.mouse.move(bar(60), y)
  await page.mouse.down()
  await page.mouse.move(bar(40), y, { steps: 4 })
  await page.mouse.up()
  await expect(page).toHaveURL(/from=2026-05-07T06%3A00Z&to=2026-05-08T03%3A00Z$/)
  await expect(title(page)).toHaveText(/^7 May 08:00 to 8 May 05:00, \d+ records$/)
  await page.getByRole('button', { name: 'Zoom out' }).click()
  await expect(title(page)).toHaveText(/^6 May 21:30 to 8 May 15:30, /)
  await page.goBack()
  await page.goBack()
  await expect(title(page)).toHaveText(/^5 May 16:00 to 12 May 16:14, /)
})

test('the strip works from the keyboard, and says what it shows', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/history?span=7d`)
  await strip(page).focus()
  await expect(strip(page)).toHaveAttribute('aria-label', /: 279 in all, most 12 on .+; 3 gaps\.$/)
  await page.keyboard.press('ArrowLeft')
  await expect(strip(page)).toHaveAttribute('aria-valuetext', /^12 May 16:00 to 17:00: /)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(strip(page)).toHaveAttribute('aria-valuetext', /^12 May 13:00 to 16:00: \d+ records$/)
  await page.keyboard.press('Escape')
  await expect(strip(page)).toHaveAttribute('aria-valuetext', /^12 May 16:00 to 17:00: /)
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+PageDown')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/from=2026-05-05T14%3A00Z&to=2026-05-06T01%3A00Z$/)
  await expect(page.getByRole('table', { name: 'Records by time' }).getByRole('row').nth(1)).toContainText(
    /^5 May 1\d:\d\d.*record/,
  )
})

test('ten thousand records are read down to the first, and few are drawn', async ({ page, open }) => {
  test.slow()
  const { url, calls } = await open('full')
  await page.goto(`${url}/#/history?span=all`)
  await expect(title(page)).toHaveText(/, 10\s000 records$/)
  await expect(rowsOf(page).first()).toBeVisible()
  const pages = () => calls.filter((call) => call === 'history.query').length
  const atEnd = async () => (await page.getByText(/^All 10\s000 records, the first on/).count()) > 0
  while (!(await atEnd())) {
    const known = pages()
    await expect
      .poll(
        async () => {
          // Once more each time: the page that was asked for last may not have been drawn yet.
          await scroller(page).evaluate((area) => area.scrollTo(0, area.scrollHeight))
          return pages() > known || (await atEnd())
        },
        { intervals: [30] },
      )
      .toBe(true)
    expect(await rowsOf(page).count()).toBeLessThan(230)
  }
  expect(pages()).toBe(100)
  // 10 000 records, 262 days and the header.
  await expect(table(page)).toHaveAttribute('aria-rowcount', /^102\d\d$/)
  await expect(page.getByText('Sun 24 Aug 2025').last()).toBeVisible()
  await scroller(page).evaluate((area) => area.scrollTo(0, area.scrollHeight / 2))
  // Above the first record in sight stands its day, wherever that begins.
  await expect(table(page).locator('tr[aria-hidden] th').last()).toHaveText(/^[A-Z][a-z]{2} \d+ [A-Z][a-z]{2}( 2025)?$/)
  expect(await rowsOf(page).count()).toBeLessThan(120)
})

test('a record is looked at, and leads on: to its page, its story, its session, its neighbours', async ({
  page,
  context,
  open,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { url } = await open('typical')
  await page.goto(`${url}/#/history?kind=wake`)
  await rowsOf(page).first().getByRole('link').click()
  const heading = page.getByRole('heading', { level: 2, name: /^Woke up for fly/ })
  await expect(heading).toBeFocused()
  await expect(page).toHaveURL(/#\/history\/\d{16}\?kind=wake$/)
  const inspector = page.locator('[data-inspector]')
  await expect(inspector).toContainText('probe.wake_requested')
  await expect(inspector).toContainText('Tue 12 May 2026, 16:02:14 (14:02:14 UTC)')
  await expect(inspector.getByRole('link', { name: 'Open the investigation' })).toHaveAttribute(
    'href',
    '#/investigations/inc_01JX7F3A',
  )
  const raw = JSON.parse((await page.getByRole('region', { name: 'Stored record' }).textContent()) ?? '') as object
  expect(raw).toMatchObject({ seam: 'probe.wake_requested', details: { probe: 'fly' }, incident_id: 'inc_01JX7F3A' })

  await page.getByRole('button', { name: 'Everything about this' }).click()
  await expect(page).toHaveURL(/\?correlation=inc_01JX7F3A&span=all$/)
  await expect(rowsOf(page)).toHaveCount(6)
  await expect(table(page).locator('tr[data-selected]')).toContainText('Woke up for fly')
  await page.getByRole('button', { name: 'Same session' }).click()
  await expect(page).toHaveURL(/session=probe%3Afly%3Aservice_unhealthy&span=all$/)
  await expect.poll(() => rowsOf(page).count()).toBeGreaterThan(6)
  await page.getByRole('button', { name: 'Around this time' }).click()
  await expect(page).toHaveURL(/from=2026-05-12T13%3A52%3A10Z&to=2026-05-12T14%3A12%3A20Z$/)
  await expect(rowsOf(page)).toHaveCount(7)
  await expect(table(page).locator('tr[data-selected]')).toContainText('Woke up for fly')

  await page.getByRole('button', { name: 'Copy link' }).click()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  await page.goto('about:blank')
  await page.goto(link)
  await expect(heading).toBeVisible()
  await expect(table(page).locator('tr[data-selected]')).toBeInViewport()
})

test('a record far down a list is brought into sight by its link, and one that is gone says so', async ({
  page,
  open,
}) => {
  const { url, world } = await open('full')
  const far = world.history.own.items[700]
  await page.goto(`${url}/#/history/${far?.id}?span=all`)
  const selected = table(page).locator('tr[data-selected]')
  await expect(selected).toBeInViewport()
  await expect(selected.getByRole('link')).toHaveText(far?.text ?? '')
  await page.goto(`${url}/#/history/17?span=all`)
  await expect(page.getByText('This record is not there any more: it was past its keep.')).toBeVisible()
  await expect(rowsOf(page).first()).toBeVisible()
})

test('texts of others are text', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/history?kind=system`)
  await page.getByRole('link', { name: /<img src=x onerror=alert\(1\)>/ }).click()
  const raw = page.getByRole('region', { name: 'Stored record' })
  await expect(raw).toContainText('bad_signature\\u202e gnp.exe')
  expect(await page.locator('main img').count()).toBe(0)
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, main [data-scroller]')].some(
      (box) => box.scrollWidth > box.clientWidth,
    ),
  )
  expect(wide).toBe(false)
})

test('everything is reached from the keyboard', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(url)
  await expect(title(page)).toBeVisible()
  await page.keyboard.press(`${mod}+7`)
  await expect(title(page)).toBeFocused()
  await expect(rowsOf(page)).toHaveCount(48)
  const link = (at: number) => rowsOf(page).nth(at).getByRole('link')
  await page.keyboard.press('j')
  await expect(link(0)).toBeFocused()
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await expect(link(1)).toBeFocused()
  await page.keyboard.press('Enter')
  const heading = page.getByRole('heading', { level: 2 })
  await expect(heading).toBeFocused()
  await expect(heading).toHaveText(/^Looked into fly/)
  for (let at = 0; at < 30; at++) await page.keyboard.press('j')
  await expect(table(page).locator('tr[data-selected] a')).toBeFocused()
  await expect(table(page).locator('tr[data-selected]')).toBeInViewport()
  await expect(link(31)).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(page.locator('[data-inspector]')).toBeHidden()
  await expect(link(31)).toBeFocused()
  await expect(link(31)).toBeInViewport()

  await page.keyboard.press(`${mod}+k`)
  await page.keyboard.type('zebra crossing')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#\/history\?q=zebra\+crossing&span=all$/)
  await expect(page.getByText(/^Nothing matches this filter/)).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toContainText('Previous stretch of time')
})

test('in a narrow window a record has the page to itself', async ({ page, open }) => {
  await page.setViewportSize({ width: 720, height: 900 })
  const { url } = await open('full')
  await page.goto(`${url}/#/history?span=all`)
  await expect(rowsOf(page).first()).toBeVisible()
  const id = await rowsOf(page).nth(80).getByRole('link').getAttribute('data-nav-item')
  const item = page.locator(`[data-nav-item="${id}"]`)
  const text = await item.textContent()
  await item.scrollIntoViewIfNeeded()
  const before = await scroller(page).evaluate((area) => area.scrollTop)
  expect(before).toBeGreaterThan(900)
  await item.click()
  await expect(page.getByRole('heading', { level: 2 })).toHaveText(text ?? '')
  await expect(table(page)).toBeHidden()
  await expect(strip(page)).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(item).toBeFocused()
  expect(await scroller(page).evaluate((area) => area.scrollTop)).toBe(before)
})

test('the audit log’s page verifies the chain and leaves its records to History', async ({ page, open }) => {
  const { url } = await open('typical')
  await page.goto(`${url}/#/system/audit`)
  await expect(page.getByText(/no\. 12\s340, /)).toBeVisible()
  await page.getByRole('button', { name: 'Verify chain' }).click()
  await expect(page.getByText(/12\s340 rows checked, every link holds/)).toBeVisible()
  await page.getByRole('link', { name: 'Browse records in History' }).click()
  await expect(rowsOf(page)).toHaveCount(48)
})

test('nothing is serious for axe, whatever is open', async ({ page, open }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const { url } = await open('typical')
  await page.goto(`${url}/#/history?span=7d&kind=wake&q=fly`)
  await expect(rowsOf(page).first()).toBeVisible()
  for (const button of ['Custom', 'How search works', 'More filters', 'Saved']) {
    await page.getByRole('button', { name: button, exact: true }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await expectAccessible(page, button)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await page.getByRole('button', { name: 'Open another history…' }).click()
  await expect(page.getByRole('radio').first()).toBeVisible()
  await expectAccessible(page, 'open')
  await page.keyboard.press('Escape')
  await rowsOf(page).first().getByRole('link').click()
  await expect(page.getByRole('region', { name: 'Stored record' })).toBeVisible()
  await expectAccessible(page, 'inspector')
})
