import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { behindLinks, writeOwnerFile } from './ownerFiles.ts'

describe('the file behind a path', () => {
  it('is the path itself where there is no link, and where there is nothing', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'file')
    expect(await behindLinks(path)).toBe(path)
    await writeFile(path, '')
    expect(await behindLinks(path)).toBe(path)
    expect(await behindLinks(folder)).toBe(folder)
  })

  it('is what the last of several links leads to, each read from where it lies', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'a', 'b'), { recursive: true })
    await symlink(join('a', 'second'), join(folder, 'first'))
    await symlink(join('b', 'third'), join(folder, 'a', 'second'))
    await symlink(join(folder, 'end'), join(folder, 'a', 'b', 'third'))
    expect(await behindLinks(join(folder, 'first'))).toBe(join(folder, 'end'))
  })

  it('of links in a circle is one of them, after a while', async () => {
    const folder = await tempFolder()
    const [one, two] = [join(folder, 'one'), join(folder, 'two')]
    await symlink(one, two)
    await symlink(two, one)
    expect([one, two]).toContain(await behindLinks(one))
  })
})

describe('replacing a file', () => {
  it('is not disturbed by what an earlier process left half-way', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'file')
    await writeFile(`${path}.tmp`, 'half')
    await writeOwnerFile(path, 'whole')
    expect(await readFile(path, 'utf8')).toBe('whole')
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('that fails at the last step leaves nothing beside what was there', async () => {
    const folder = await tempFolder()
    const inTheWay = join(folder, 'file')
    await mkdir(inTheWay)
    await expect(writeOwnerFile(inTheWay, 'whole')).rejects.toThrow(/directory|EPERM/)
    expect(await readdir(folder)).toEqual(['file'])
  })
})
