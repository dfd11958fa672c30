import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { apiTokenFile, openApiToken } from './apiToken.ts'

async function setUp() {
  const file = join(await tempFolder(), 'data', apiTokenFile)
  const logger = createMemoryLogger()
  return {
    file,
    logger,
    open: () => openApiToken(file, logger),
    token: async () => (await readFile(file, 'utf8')).trim(),
    mode: async () => (await stat(file)).mode & 0o777,
  }
}

describe('openApiToken', () => {
  it('makes 32 random bytes on first use, for the owner alone, and keeps them', async () => {
    const { open, token, mode, logger } = await setUp()
    const first = await open()
    const made = await token()
    expect([Buffer.from(made, 'base64url').length, await mode()]).toEqual([32, 0o600])
    expect(first(`Bearer ${made}`)).toBe(true)
    const again = await open()
    expect([await token(), again(`Bearer ${made}`)]).toEqual([made, true])
    expect(logger.lines).toEqual([])
  })

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic TOKEN',
    'TOKEN',
    'Bearer TOKENx',
    'xBearer TOKEN',
    'Bearer  TOKEN',
  ])('does not take %j', async (header) => {
    const { open, token } = await setUp()
    const isBearer = await open()
    expect(isBearer(header?.replace('TOKEN', await token()))).toBe(false)
  })

  it.each([0o640, 0o604, 0o666])('replaces a file of mode %o, since others may know it', async (bits) => {
    const { file, open, token, mode, logger } = await setUp()
    await open()
    const known = await token()
    await chmod(file, bits)
    const isBearer = await open()
    expect([await mode(), isBearer(`Bearer ${known}`)]).toEqual([0o600, false])
    expect(isBearer(`Bearer ${await token()}`)).toBe(true)
    expect(logger.messages('warn')).toEqual(['the token for programs could be read by others; a new one replaces it'])
    expect(JSON.stringify(logger.lines)).not.toContain(known)
  })

  it.each(['', 'short', `${'x'.repeat(43)}\n${'y'.repeat(43)}`, `${'x'.repeat(42)}!`])(
    'replaces a file that holds %j',
    async (content) => {
      const { file, open, token, logger } = await setUp()
      await mkdir(join(file, '..'))
      await writeFile(file, content, { mode: 0o600 })
      const isBearer = await open()
      expect([isBearer(`Bearer ${await token()}`), isBearer(`Bearer ${content}`)]).toEqual([true, false])
      expect(logger.messages('warn')).toEqual(['the file of the token for programs holds none; a new one replaces it'])
    },
  )

  it('does not follow a link to what somebody else chose', async () => {
    const { file, open, token } = await setUp()
    const theirs = join(file, '..', '..', 'theirs')
    const chosen = 'x'.repeat(43)
    await mkdir(join(file, '..'))
    await writeFile(theirs, chosen, { mode: 0o600 })
    await symlink(theirs, file)
    const isBearer = await open()
    expect(isBearer(`Bearer ${chosen}`)).toBe(false)
    expect(isBearer(`Bearer ${await token()}`)).toBe(true)
    expect(await readFile(theirs, 'utf8')).toBe(chosen)
  })

  it('lets nobody in where no file can be kept, and says so', async () => {
    const { file, open, logger } = await setUp()
    await mkdir(join(file, 'a folder in its place'), { recursive: true })
    const isBearer = await open()
    expect([isBearer('Bearer '), isBearer(`Bearer ${'x'.repeat(43)}`)]).toEqual([false, false])
    expect(logger.messages('warn').at(-1)).toBe(
      'no token for programs could be kept; they cannot read what is published',
    )
  })
})
