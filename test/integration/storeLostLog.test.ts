import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tempFolder } from '../fakes/tempFolder.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure } from './storeRounds.ts'

test('row 8: a log deleted after a crash is noticed; what is left opens and is whole', async () => {
  const folder = await tempFolder()
  const file = join(folder, 'kora.db')
  const writer = fileURLToPath(new URL('./storeWriter.ts', import.meta.url))
  const child = spawn(process.execPath, [writer, file, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(existsSync(`${file}-wal`)).toBe(true)
  rmSync(`${file}-wal`)
  rmSync(`${file}-shm`, { force: true })

  const { store } = await openTestStore({ folder })
  expect(store.lostLog).toBe(true)
  expect(await store.reader.quickCheck()).toEqual([])
  expect(await store.verifyAudit()).toMatchObject({ ok: true })
  figure(8, 'log deleted while stopped', { detected: 1 })
})
