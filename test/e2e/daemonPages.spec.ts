import { asDesktop } from './desktopPage.ts'
import { expect, test } from './invented.ts'

test.skip(({ host }) => host !== 'headless', 'drawn by the same renderer on every host')

test('Listeners says how the daemon is, and what each of them ran into', async ({ page, open }) => {
  const { url } = await open('broken')
  await page.goto(`${url}/#/system/listeners`)
  const pane = page.getByRole('article')
  await expect(pane).toContainText('Degraded, 1 of 4 listeners not up, 7 errors in 5 min that count')
  await expect(pane.getByRole('list', { name: 'Errors by kind' }).getByRole('listitem')).toHaveText([
    '4notification.dispatched',
    '3reasoning.tool_called',
    '2webhook.dead_letter',
    '1slack_dm.reply_failed',
  ])
  const row = pane.getByRole('row', { name: /probe_wake/ })
  await expect(row).toContainText('Down')
  await expect(row.getByRole('cell')).toHaveText(['probe_wake', 'Down', '9 min', '4', '3', /Fri/, /.*/])
  await expect(pane.getByRole('list', { name: 'Notes' })).toContainText('4 errors in a row, the last: ECONNRESET')
  await expect(pane.getByRole('list', { name: 'Notes' })).toContainText('Slack refused the token 4 times')
})

test('Daemon says where it stands, what led there and what may follow', async ({ page, open }) => {
  const { url } = await open('paused')
  await page.goto(`${url}/#/system/daemon`)
  const pane = page.getByRole('article')
  await expect(page.getByText(/^Running for 4 d 3 h · version/)).toBeVisible()
  await expect(pane).toContainText(/Up\s*4 d 3 h/)
  await expect(pane).toContainText(/Operation\s*Paused since \d\d:\d\d, until \d\d:\d\d/)
  await expect(pane).toContainText('Moving the shop to another region, by you')
  await expect(pane).toContainText(/Permission\s*Nothing new is begun/)
  await expect(pane).toContainText(/May follow\s*Ready, Stopped/)
  const changes = pane.getByRole('table', { name: 'Last changes of the operational state' }).locator('tbody tr')
  await expect(changes).toHaveCount(3)
  await expect(changes.first()).toContainText('Ready to paused')
  await expect(changes.last()).toContainText('Starting, updated')
})

test('Stop names what runs, asks for this very process, and then says that Kora is going', async ({ page, open }) => {
  const fixture = await open('typical')
  await page.goto(`${fixture.url}/#/system/daemon`)
  await page.getByRole('button', { name: 'Stop…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Stop Kora' })
  await expect(dialog).toContainText('This ends the process.')
  await expect(dialog.getByRole('list', { name: 'Under way' })).toHaveText('an investigation of supabase')
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  expect(fixture.calls).not.toContain('operational.shutDown')

  // Started again meanwhile: the request was made for another process.
  await page.getByRole('button', { name: 'Stop…' }).click()
  const { sessionId } = fixture.world.state.daemon
  fixture.world.state.daemon.sessionId = 'another'
  await dialog.getByRole('button', { name: 'Stop Kora' }).click()
  await expect(dialog.getByRole('alert')).toContainText('nothing was stopped')
  fixture.world.state.daemon.sessionId = sessionId
  await dialog.getByLabel(/^Reason/).fill('moving house')
  await dialog.getByRole('button', { name: 'Stop Kora' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('button', { name: 'Stop…' })).toBeDisabled()
  await page.getByRole('link', { name: 'Now' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Kora is shutting down')
})

test('on the desktop a stop quits the application', async ({ page, open }) => {
  const { url } = await open('calm')
  await asDesktop(page)
  await page.goto(`${url}/#/system/daemon`)
  await page.getByRole('button', { name: 'Stop…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Stop Kora' })
  await expect(dialog).toContainText('This quits the application.')
  await expect(dialog).toContainText('Nothing is under way.')
})
