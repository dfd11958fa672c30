import { mkdir, open, readlink, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Creates a folder, and what is missing above it, for its owner only. A folder that exists stays as it is. */
export async function ownerFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
}

/**
 * Replaces a file as a whole: after a crash there is the old one or the new one. Readable by its owner only. Only one
 * writer at a time may use a path.
 */
export async function writeOwnerFile(path: string, content: string): Promise<void> {
  await ownerFolder(dirname(path))
  const temporary = `${path}.tmp`
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', 0o600)
  try {
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Links in a row; more are a circle. */
const mostLinks = 8

/** The file that a path leads to through symbolic links; it need not exist. For what the operator may have linked. */
export async function behindLinks(path: string, followed = 0): Promise<string> {
  const next = await readlink(path).catch(() => null)
  return next === null || followed === mostLinks ? path : behindLinks(resolve(dirname(path), next), followed + 1)
}

/** A rename lasts only once the folder is on disk; Windows has no such call and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
