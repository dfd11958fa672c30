import { expect, test } from './cockpit.ts'

test('a daemon that ends leaves a readable page, and the cockpit says so', async ({ cockpit, host }) => {
  test.skip(host !== 'headless', 'on the desktop the daemon and the window end together')
  const { page } = cockpit
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not set up yet')
  // Only the process ends; the browser stays.
  process.kill(Number(await pidOf(cockpit.folder)), 'SIGKILL')
  await expect(page.getByText(/connection to kora (is )?lost/i)).toBeVisible()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not set up yet')
  await page.getByRole('link', { name: 'Investigations' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Investigations')
})

async function pidOf(folder: string): Promise<string> {
  const { readFile } = await import('node:fs/promises')
  const lock = JSON.parse(await readFile(`${folder}/state/daemon.lock`, 'utf8')) as { pid: number }
  return String(lock.pid)
}
