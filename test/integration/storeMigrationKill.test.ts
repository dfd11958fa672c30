import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrations, schemaVersion } from '../../src/daemon/store/migrations/index.ts'
import { tempFolder } from '../fakes/tempFolder.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure, rounds } from './storeRounds.ts'

/** BEGIN, the statements, both pragmas and COMMIT of every migration. */
const statements = migrations.reduce((sum, migration) => sum + migration.length + 4, 0)
const kills = Math.min(rounds(8), statements)
const victim = fileURLToPath(new URL('./storeMigrationVictim.ts', import.meta.url))

test(
  `row 11: killed at ${kills} of ${statements} statements of the migrations, every start resumes`,
  async () => {
    let resumed = 0
    for (let kill = 0; kill < kills; kill++) {
      const folder = await tempFolder()
      const file = join(folder, 'kora.db')
      const at = Math.floor((kill * statements) / kills)
      const child = spawnSync(process.execPath, [victim, file, String(at)], { encoding: 'utf8' })
      expect([child.signal, child.stderr]).toEqual(['SIGKILL', ''])

      const left = new Database(file)
      const version = Number(left.pragma('user_version', { simple: true }))
      left.close()
      expect(version).toBeLessThan(schemaVersion)

      const { store } = await openTestStore({ folder })
      store.settings.set('works', true)
      expect(await store.reader.quickCheck()).toEqual([])
      await store.close()
      const done = new Database(file, { readonly: true })
      if (done.pragma('user_version', { simple: true }) === schemaVersion) resumed += 1
      done.close()
    }
    figure(11, 'kill during a migration', { kills, statements, resumed })
    expect(resumed).toBe(kills)
  },
  60_000 + kills * 3_000,
)
