import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { acquireLock } from './folderLock.ts'
import { dataPaths } from './paths.ts'
import { processStart } from './processes.ts'

async function setUp() {
  const home = join(await tempFolder(), 'home')
  const paths = dataPaths({ KORA_HOME: home }, 'linux', { demo: false })
  return { home, paths, clock: createFakeClock(5_000), sessionId: 'abc' }
}

const signed = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    pid: process.pid,
    processStart: 'an earlier boot:17',
    sessionId: 'x',
    host: 'h',
    startedAtMs: 2_000,
    token: randomUUID(),
    ...more,
  })

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('a free folder', () => {
  it('is created for its owner only, with a signed lock and nothing beside it', async () => {
    const { home, paths, clock, sessionId } = await setUp()
    const lock = await acquireLock(paths, { clock, sessionId })
    expect(lock.takenOver).toBeNull()
    for (const folder of [home, paths.state]) expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(paths.lock)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(paths.lock, 'utf8'))).toMatchObject({
      pid: process.pid,
      processStart: await processStart(process.pid),
      sessionId: 'abc',
      startedAtMs: 5_000,
    })
    expect(await readdir(paths.state)).toEqual(['daemon.lock'])
    await lock.release()
    await lock.release()
    expect(await readdir(paths.state)).toEqual([])
    expect(await readdir(home)).toEqual(['state'])
  })

  it('closes a state folder that others could enter, and leaves the data folder as it is', async () => {
    const { home, paths, clock, sessionId } = await setUp()
    await mkdir(paths.state, { recursive: true })
    await chmod(paths.state, 0o755)
    await chmod(home, 0o750)
    await acquireLock(paths, { clock, sessionId })
    expect((await stat(paths.state)).mode & 0o777).toBe(0o700)
    expect((await stat(home)).mode & 0o777).toBe(0o750)
  })
})

describe('a folder in use', () => {
  it('is refused with the name of its owner, until that one releases', async () => {
    const { paths, clock, sessionId } = await setUp()
    const first = await acquireLock(paths, { clock, sessionId })
    await expect(acquireLock(paths, { clock, sessionId })).rejects.toMatchObject({
      code: 'folder_locked',
      data: { pid: process.pid, startedAtMs: 5_000 },
    })
    await first.release()
    expect((await acquireLock(paths, { clock, sessionId })).takenOver).toBeNull()
  })

  it('stays with its new owner when an old one releases late', async () => {
    const { paths, clock, sessionId } = await setUp()
    const first = await acquireLock(paths, { clock, sessionId })
    const second = await acquireLock(paths, { clock, sessionId, isAlive: () => false })
    expect(second.takenOver).toEqual({ pid: process.pid, ageMs: 0 })
    const content = await readFile(paths.lock, 'utf8')
    await first.release()
    expect(await readFile(paths.lock, 'utf8')).toBe(content)
    await second.release()
  })

  it('has one owner when one process tries twenty times at once', async () => {
    const { paths, clock, sessionId } = await setUp()
    await mkdir(paths.state, { recursive: true })
    await writeFile(paths.lock, signed())
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(paths, { clock, sessionId })))
    const won = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value.takenOver] : []))
    expect(won).toEqual([{ pid: process.pid, ageMs: 3_000 }])
    expect(await readdir(paths.state)).toEqual(['daemon.lock'])
  })
})

describe('a lock left behind', () => {
  it('by a process that ended is taken over with a notice', async () => {
    const { paths, clock, sessionId } = await setUp()
    const pid = await endedPid()
    await mkdir(paths.state, { recursive: true })
    await writeFile(paths.lock, signed({ pid, processStart: null }))
    expect((await acquireLock(paths, { clock, sessionId })).takenOver).toEqual({ pid, ageMs: 3_000 })
  })

  it.runIf(process.platform === 'linux')('is not mistaken for that of a living process with the same pid', async () => {
    const { paths, clock, sessionId } = await setUp()
    await mkdir(paths.state, { recursive: true })
    await writeFile(paths.lock, signed())
    expect((await acquireLock(paths, { clock, sessionId })).takenOver).toEqual({ pid: process.pid, ageMs: 3_000 })
  })

  it.each(['', '{"pid":', '{}', signed({ token: '../../../elsewhere' })])(
    'is taken over when nobody legible has signed: %s',
    async (content) => {
      const { paths, clock, sessionId } = await setUp()
      await mkdir(paths.state, { recursive: true })
      await writeFile(paths.lock, content)
      const lock = await acquireLock(paths, { clock, sessionId })
      expect(lock.takenOver).toBeNull()
      await lock.release()
      expect(await readdir(paths.state)).toEqual([])
    },
  )

  it('is taken over although others died while taking it over, and their traces go', async () => {
    const { paths, clock, sessionId } = await setUp()
    const [stale, first, second] = [randomUUID(), randomUUID(), randomUUID()]
    await mkdir(paths.state, { recursive: true })
    await writeFile(paths.lock, signed({ token: stale }))
    await writeFile(`${paths.lock}.after-${stale}`, signed({ token: first }))
    await writeFile(`${paths.lock}.claim-${first}`, signed({ token: first }))
    await writeFile(`${paths.lock}.after-${first}`, signed({ token: second }))
    const lock = await acquireLock(paths, { clock, sessionId })
    expect(lock.takenOver).toEqual({ pid: process.pid, ageMs: 3_000 })
    expect(await readdir(paths.state)).toEqual(['daemon.lock'])
  })

  it('leaves the claim of a living contender alone', async () => {
    const { paths, clock, sessionId } = await setUp()
    const claim = `${paths.lock}.claim-${randomUUID()}`
    await mkdir(paths.state, { recursive: true })
    await writeFile(claim, signed({ processStart: await processStart(process.pid) }))
    await acquireLock(paths, { clock, sessionId })
    expect((await stat(claim)).isFile()).toBe(true)
  })
})

describe('a folder that cannot be used', () => {
  it('is named, with the way out', async () => {
    const { home, paths, clock, sessionId } = await setUp()
    await writeFile(home, 'a file where the folder should be')
    const refused = acquireLock(paths, { clock, sessionId })
    await expect(refused).rejects.toMatchObject({ code: 'folder_unwritable', data: { folder: home } })
    await expect(refused).rejects.toThrow(/KORA_HOME/)
  })

  it('is named when it is the state folder', async () => {
    const { home, paths, clock, sessionId } = await setUp()
    await mkdir(home)
    await writeFile(paths.state, 'a file where the folder should be')
    await expect(acquireLock(paths, { clock, sessionId })).rejects.toMatchObject({
      code: 'folder_unwritable',
      data: { folder: paths.state },
    })
  })

  it.runIf(process.getuid?.() !== 0)('is found out before anything else when it is read-only', async () => {
    const { home, paths, clock, sessionId } = await setUp()
    await mkdir(paths.state, { recursive: true })
    await chmod(home, 0o500)
    const refused = acquireLock(paths, { clock, sessionId })
    await expect(refused).rejects.toMatchObject({ code: 'folder_unwritable', data: { folder: home } })
    await chmod(home, 0o700)
  })
})
