import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { createLogger } from './logger.ts'
import { createRedactor } from './redactor.ts'

const lines = async (file: string): Promise<Record<string, unknown>[]> =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

it('writes lines with level, time, message and fields, free of secrets, for the owner only', async () => {
  const file = join(await tempFolder(), 'logs', 'kora.log')
  const redactor = createRedactor()
  redactor.learn('hunter"42')
  const logger = createLogger({ redactor, file, stderr: false })
  logger.info('started with hunter"42', { token: 'abc', nested: { url: 'https://x.test/?q=hunter%2242' }, time: 5 })
  logger.warn('odd', { big: 12n, error: new Error('hunter"42 again') })
  const looped: Record<string, unknown> = {}
  looped['self'] = looped
  logger.error('broken: 100 %s', looped)
  logger.close()
  logger.info('after the close')

  const written = await lines(file)
  expect(written).toHaveLength(3)
  expect(written.map(({ level, message }) => [level, message])).toEqual([
    ['info', 'started with <REDACTED>'],
    ['warn', 'odd'],
    ['error', 'broken: 100 %s'],
  ])
  expect(written[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  expect(written[0]?.['fields']).toEqual({
    token: '<REDACTED>',
    nested: { url: 'https://x.test/?q=<REDACTED>' },
    time: 5,
  })
  expect(written[1]?.['fields']).toMatchObject({ error: { name: 'Error', message: '<REDACTED> again' } })
  expect(await readFile(file, 'utf8')).not.toContain('hunter')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('sets a file aside at 10 MB and keeps three', async () => {
  const folder = await tempFolder()
  const file = join(folder, 'kora.log')
  const logger = createLogger({ redactor: createRedactor(), file, stderr: false })
  const text = 'x y '.repeat(250_000)
  for (let no = 0; no < 52; no++) logger.info('big', { no, text })
  logger.close()
  expect((await readdir(folder)).toSorted()).toEqual(['kora.log', 'kora.log.1', 'kora.log.2', 'kora.log.3'])
  const sizes = await Promise.all([1, 2, 3].map(async (no) => (await stat(`${file}.${no}`)).size))
  for (const size of sizes) expect(size).toBeLessThan(11_100_000)
  const numbers = async (name: string): Promise<number[]> =>
    (await lines(name)).map(({ fields }) => (fields as { no: number }).no)
  expect(await numbers(file)).toEqual([50, 51])
  expect((await numbers(`${file}.3`))[0]).toBe(20)
})

it('goes on when the file cannot be written, and writes again when it can', async () => {
  const folder = await tempFolder()
  const blocked = join(folder, 'logs')
  await writeFile(blocked, 'a file where the folder should be')
  const logger = createLogger({ redactor: createRedactor(), file: join(blocked, 'kora.log'), stderr: false })
  logger.info('lost')
  await rm(blocked)
  await mkdir(blocked)
  logger.info('kept')
  logger.close()
  expect((await lines(join(blocked, 'kora.log'))).map(({ message }) => message)).toEqual(['kept'])
})

it('writes to stderr when asked, and needs no file', async () => {
  const script = `
    const { createLogger } = await import(${JSON.stringify(new URL('./logger.ts', import.meta.url).href)})
    const { createRedactor } = await import(${JSON.stringify(new URL('./redactor.ts', import.meta.url).href)})
    createLogger({ redactor: createRedactor(), file: null, stderr: true }).warn('seen', { a: 1 })
  `
  const { stderr, stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  expect(JSON.parse(stderr)).toMatchObject({ level: 'warn', message: 'seen', fields: { a: 1 } })
  expect(stdout).toBe('')
})
