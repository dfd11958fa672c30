import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { schemaVersion } from '../../src/daemon/store/migrations/index.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure } from './storeRounds.ts'

test('row 12: a database of a newer version is refused with a clear message and not a byte is changed', async () => {
  const { store, folder, file } = await openTestStore()
  store.settings.set('kept', 'yes')
  await store.close()
  const forged = new Database(file)
  forged.pragma(`user_version = ${schemaVersion + 1}`)
  forged.exec('CREATE TABLE of_the_future (id INTEGER PRIMARY KEY)')
  forged.close()

  const contents = () =>
    readdirSync(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ])
  const before = contents()
  await expect(openTestStore({ folder })).rejects.toMatchObject({
    code: 'store_newer_schema',
    message: expect.stringMatching(/newer Kora .* update Kora/),
    data: { found: schemaVersion + 1, known: schemaVersion },
  })
  expect(contents()).toEqual(before)
  figure(12, 'newer schema', { refused: 1, filesChanged: 0 })
})
