import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { dataPaths } from '../../src/daemon/platform/paths.ts'
import { tempFolder } from '../fakes/tempFolder.ts'
import { startTestDaemon } from '../fakes/testDaemon.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure } from './storeRounds.ts'

/** A database whose writer was killed and whose log somebody then deleted. */
async function loseLog(file: string): Promise<void> {
  const writer = fileURLToPath(new URL('./storeWriter.ts', import.meta.url))
  const child = spawn(process.execPath, [writer, file, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(existsSync(`${file}-wal`)).toBe(true)
  rmSync(`${file}-wal`)
  rmSync(`${file}-shm`, { force: true })
}

test('row 8: a log deleted after a crash is noticed; what is left opens and is whole', async () => {
  const folder = await tempFolder()
  await loseLog(join(folder, 'kora.db'))
  const { store } = await openTestStore({ folder })
  expect(store.lostLog).toBe(true)
  expect(await store.reader.quickCheck()).toEqual([])
  expect(await store.verifyAudit()).toMatchObject({ ok: true })
  figure(8, 'log deleted while stopped', { detected: 1 })
})

test('row 8: the loss is shown, and told as a critical alert on both channels', async () => {
  const folder = await tempFolder()
  const { database } = dataPaths({ KORA_HOME: folder }, process.platform, { demo: false })
  await mkdir(dirname(database), { recursive: true })
  await loseLog(database)
  const kora = await startTestDaemon({ folder })
  expect((await kora.client.system.info()).problems).toMatchObject([{ code: 'log_lost', route: '/system/backups' }])
  await kora.pass(40_000)
  const { items } = await kora.client.alerts.list({})
  expect(items).toMatchObject([
    { alertId: 'daemon_problem:log_lost', severity: 'critical', toldVia: ['native', 'slack'] },
  ])
  expect(kora.shown.map(({ title }) => title)).toContainEqual(expect.stringContaining('write log was deleted'))
  expect(kora.slackTexts()).toContainEqual(expect.stringContaining('write log was deleted'))
})
