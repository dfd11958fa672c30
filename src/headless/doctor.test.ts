import { mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kora } from '../../test/fakes/koraCommand.ts'
import { sourceRoot } from '../../test/fakes/koraProcess.ts'
import { tempFolder } from '../../test/fakes/tempFolder.ts'

interface Shipped {
  rows: { provider: string; model: string; checkedAt: string }[]
}

const shipped = async (root: string): Promise<Shipped> =>
  JSON.parse(await readFile(join(root, 'resources', 'prices.json'), 'utf8')) as Shipped

/** A root with a price file of its own, and the doctor's line about something. */
async function setUp() {
  const [root, home] = [await sourceRoot(), await tempFolder()]
  const table = await shipped(root)
  return {
    home,
    table,
    ship: async (content: string) => {
      // A link to the repository's own: it is replaced, not followed.
      await unlink(join(root, 'resources')).catch(() => undefined)
      await mkdir(join(root, 'resources'), { recursive: true })
      await writeFile(join(root, 'resources', 'prices.json'), content)
    },
    overlay: (content: string) => writeFile(join(home, 'prices.json'), content),
    examine: async (what: string) => {
      const { code, stdout } = await kora(root, { KORA_HOME: home, KORA_WEB_PORT: '0' }, 'doctor')
      const line = stdout.split('\n').find((one) => one.slice(6).startsWith(`${what} `)) ?? ''
      return { code, verdict: line.slice(0, 4).trim(), words: line.slice(6 + what.length).trim() }
    },
  }
}

test('doctor says when the shipped prices were checked, and when that was long ago', async () => {
  const { table, ship, examine } = await setUp()
  const dated = (checkedAt: string) =>
    JSON.stringify({ ...table, rows: table.rows.map((row) => ({ ...row, checkedAt })) })
  await ship(dated('2999-01-01'))
  expect(await examine('prices')).toEqual({ code: 0, verdict: 'ok', words: 'checked on 2999-01-01' })
  await ship(dated('2020-01-01'))
  expect(await examine('prices')).toEqual({
    code: 0,
    verdict: 'note',
    words: 'last checked on 2020-01-01; estimates may be off until a newer Kora is installed',
  })
  await ship('{"version": "x"')
  expect(await examine('prices')).toEqual({
    code: 1,
    verdict: 'bad',
    words: expect.stringMatching(/prices\.json: it is not JSON$/) as string,
  })
})

test("doctor says whether the operator's own price file is usable, and what is wrong with it", async () => {
  const { home, table, overlay, examine } = await setUp()
  const file = join(home, 'prices.json')
  expect(await examine('own prices')).toEqual({
    code: 0,
    verdict: 'note',
    words: `none; ${file} would win over the shipped ones`,
  })
  const [row] = table.rows
  if (!row) throw new Error('no prices')
  await overlay(JSON.stringify({ rows: [row] }))
  expect(await examine('own prices')).toEqual({ code: 0, verdict: 'ok', words: `1 row in ${file}` })
  await overlay(JSON.stringify({ rows: [{ ...row, usdPerMilion: 1 }] }))
  expect(await examine('own prices')).toEqual({
    code: 0,
    verdict: 'note',
    words: expect.stringMatching(/prices\.json is not used: .*row 1 .*usdPerMilion/) as string,
  })
  await overlay('rows: []')
  expect((await examine('own prices')).words).toBe(`${file} is not used: it is not JSON`)
})
