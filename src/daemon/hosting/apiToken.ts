import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { lstat, readFile } from 'node:fs/promises'
import type { Logger } from '../platform/logger.ts'
import { writeOwnerFile } from '../platform/ownerFiles.ts'

/** Name of the token's file in the data folder. */
export const apiTokenFile = 'api-token'

/** Whether an `Authorization` header carries the token. */
export type BearerCheck = (authorization: string | undefined) => boolean

/**
 * Reads the token with which programs of this user read what is published, or makes one: 32 random bytes, base64url,
 * in a file that only its owner may read. A file that others can read, or that holds no such token, is replaced: what
 * was in it may be known.
 * @returns the check; without a file that could be written nobody passes it
 */
export async function openApiToken(path: string, logger: Logger): Promise<BearerCheck> {
  try {
    const token = (await readToken(path, logger)) ?? (await createToken(path))
    return (authorization) => isBearer(authorization, token)
  } catch (error) {
    logger.warn('no token for programs could be kept; they cannot read what is published', { path, error })
    return () => false
  }
}

/** Null when there is none that may be used. */
async function readToken(path: string, logger: Logger): Promise<string | null> {
  let entry
  try {
    entry = await lstat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  if (process.platform !== 'win32' && (!entry.isFile() || (entry.mode & 0o077) !== 0)) {
    logger.warn('the token for programs could be read by others; a new one replaces it', { path })
    return null
  }
  const token = (await readFile(path, 'utf8')).trim()
  if (/^[\w-]{43}$/.test(token)) return token
  logger.warn('the file of the token for programs holds none; a new one replaces it', { path })
  return null
}

async function createToken(path: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await writeOwnerFile(path, `${token}\n`)
  return token
}

/** In constant time: both sides are compared as hashes, which have one length. */
function isBearer(authorization: string | undefined, token: string): boolean {
  const offered = /^Bearer ([\w-]{1,200})$/i.exec(authorization ?? '')?.[1]
  return offered !== undefined && timingSafeEqual(hashOf(offered), hashOf(token))
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
