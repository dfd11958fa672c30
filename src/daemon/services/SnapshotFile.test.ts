import { lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aSnapshot, snapshotNowMs as nowMs } from '../../../test/fakes/snapshotSources.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { readSnapshotFile, SnapshotFile } from './SnapshotFile.ts'

async function place(...below: string[]) {
  const folder = await tempFolder()
  const path = join(folder, ...below, 'daemon_snapshot.json')
  return { folder, path, file: new SnapshotFile(path) }
}

/** A shorter one than `aSnapshot` makes by itself. */
const smaller = aSnapshot({ listeners: () => [], services: () => [] }, nowMs + 5_000)

describe('writing the snapshot', () => {
  it('snapshot 18: makes the folder, and leaves the file alone in it', async () => {
    const { path, file, folder } = await place('cache', 'deeper')
    await file.write(aSnapshot())
    expect(await readSnapshotFile(path, nowMs)).toEqual(aSnapshot())
    expect(await readdir(join(folder, 'cache', 'deeper'))).toEqual(['daemon_snapshot.json'])
  })

  it('snapshot 18: a second one replaces the first as a whole', async () => {
    const { path, file, folder } = await place()
    await file.write(aSnapshot())
    await file.write(smaller)
    const text = await readFile(path, 'utf8')
    expect(JSON.parse(text)).toEqual(smaller)
    expect(text.endsWith('}\n')).toBe(true)
    expect(await readdir(folder)).toEqual(['daemon_snapshot.json'])
  })

  it('is JSON with two blanks, its keys in order at every depth, and a newline at the end', async () => {
    const { path, file } = await place()
    await file.write(aSnapshot())
    const text = await readFile(path, 'utf8')
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`)
    const inOrder = (value: unknown): boolean => {
      if (typeof value !== 'object' || value === null) return true
      const keys = Object.keys(value)
      return (
        keys.every((key, index) => index === 0 || (keys[index - 1] ?? '') < key) && Object.values(value).every(inOrder)
      )
    }
    expect(inOrder(JSON.parse(text))).toBe(true)
    expect(Object.keys(JSON.parse(text) as object)[0]).toBe('alerts')
  })

  it('keeps the order of lists', async () => {
    const { path, file } = await place()
    const snapshot = aSnapshot()
    await file.write({ ...snapshot, operational_state: { ...snapshot.operational_state, reasons: ['cost', 'auth'] } })
    const { operational_state } = JSON.parse(await readFile(path, 'utf8')) as typeof snapshot
    expect(operational_state.reasons).toEqual(['cost', 'auth'])
  })

  it.runIf(process.platform !== 'win32')('is for its owner only', async () => {
    const { path, file } = await place('cache')
    await file.write(aSnapshot())
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('snapshot 19: after a process that ended half-way the earlier one is there, and the next write is whole', async () => {
    const { path, file, folder } = await place()
    await file.write(aSnapshot())
    await writeFile(`${path}.tmp`, '{"schema_version": 7, "comp')
    expect(await readSnapshotFile(path, nowMs)).toEqual(aSnapshot())
    await file.write(smaller)
    expect(await readSnapshotFile(path, nowMs + 5_000)).toEqual(smaller)
    expect(await readdir(folder)).toEqual(['daemon_snapshot.json'])
  })

  it('that fails says so and leaves what was there', async () => {
    const { folder } = await place()
    await writeFile(join(folder, 'cache'), 'a file where a folder is wanted')
    const file = new SnapshotFile(join(folder, 'cache', 'daemon_snapshot.json'))
    await expect(file.write(aSnapshot())).rejects.toMatchObject({
      code: 'folder_unwritable',
      message: expect.stringContaining('KORA_SNAPSHOT_PATH'),
    })
    expect(await readFile(join(folder, 'cache'), 'utf8')).toBe('a file where a folder is wanted')
  })
})

describe('a snapshot behind a link', () => {
  it('snapshot 18: is replaced where it really is, and the link survives', async () => {
    const { folder, path, file } = await place()
    const real = join(folder, 'elsewhere', 'shared.json')
    await mkdir(join(folder, 'elsewhere'))
    await writeFile(real, 'old')
    await symlink(join('elsewhere', 'shared.json'), path)
    await file.write(aSnapshot())
    expect(await readlink(path)).toBe(join('elsewhere', 'shared.json'))
    expect((await lstat(real)).isFile()).toBe(true)
    expect(await readSnapshotFile(real, nowMs)).toEqual(aSnapshot())
    expect(await readSnapshotFile(path, nowMs)).toEqual(aSnapshot())
    expect(await readdir(join(folder, 'elsewhere'))).toEqual(['shared.json'])
  })

  it('is made where a link leads that leads nowhere yet', async () => {
    const { folder, path, file } = await place()
    await symlink(join(folder, 'later', 'shared.json'), path)
    await file.write(aSnapshot())
    expect((await lstat(path)).isSymbolicLink()).toBe(true)
    expect(await readSnapshotFile(join(folder, 'later', 'shared.json'), nowMs)).toEqual(aSnapshot())
  })
})

describe('reading the snapshot', () => {
  async function holding(content: string) {
    const { path } = await place()
    await writeFile(path, content)
    return path
  }
  const with_ = (changes: Record<string, unknown>) => JSON.stringify({ ...aSnapshot(), ...changes })

  it('gives it back while it is fresh', async () => {
    const path = await holding(JSON.stringify(aSnapshot()))
    expect(await readSnapshotFile(path, nowMs)).toEqual(aSnapshot())
    expect(await readSnapshotFile(path, nowMs + 600_000)).toEqual(aSnapshot())
  })

  it.each([
    ['torn', '{"schema_version": 7, "computed_at": "2026-05-11T14:00'],
    ['empty', ''],
    ['no object', '["2026-05-11T14:00:00Z"]'],
    ['a text', '"2026-05-11T14:00:00Z"'],
    ['null', 'null'],
    ['of another shape', with_({ operational_state: 'fine' })],
    ['of an older version', with_({ schema_version: 6 })],
    ['of no version', with_({ schema_version: 'seven' })],
  ])('says that one is unreadable that is %s', async (_, content) => {
    expect(await readSnapshotFile(await holding(content), nowMs)).toBe('unreadable')
  })

  it('says that one is missing', async () => {
    const { path, folder } = await place()
    expect(await readSnapshotFile(path, nowMs)).toBe('missing')
    expect(await readSnapshotFile(folder, nowMs)).toBe('missing')
  })

  it('snapshot 20: says that one is stale by what it says itself, whenever the file was written', async () => {
    const path = await holding(JSON.stringify(aSnapshot()))
    expect(await readSnapshotFile(path, nowMs + 601_000)).toBe('stale')
    expect(await readSnapshotFile(path, nowMs - 5_000)).toBe('stale')
    expect(await readSnapshotFile(await holding(with_({ computed_at: 'soon' })), nowMs)).toBe('stale')
    expect(await readSnapshotFile(await holding('{}'), nowMs)).toBe('stale')
  })

  it('snapshot 27: keeps to the limit that the file names', async () => {
    const path = await holding(with_({ fresh_for_seconds: 1_200 }))
    expect(await readSnapshotFile(path, nowMs + 1_200_000)).toMatchObject({ fresh_for_seconds: 1_200 })
    expect(await readSnapshotFile(path, nowMs + 1_201_000)).toBe('stale')
    expect(await readSnapshotFile(await holding(with_({ fresh_for_seconds: 'long' })), nowMs + 601_000)).toBe('stale')
  })

  it('says that one is of a newer version, which this one cannot read', async () => {
    expect(await readSnapshotFile(await holding(with_({ schema_version: 8 })), nowMs)).toBe('newer_schema')
  })
})
