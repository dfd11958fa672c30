import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A fresh folder, removed when the running test ends. Call it inside a test or its `beforeEach`. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kora-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
