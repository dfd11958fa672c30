import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createFakeClock } from '../../../test/fakes/fakeClock.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { tempFolder } from '../../../test/fakes/tempFolder.ts'
import { environmentVariables } from './environment.ts'
import { createRedactor } from './redactor.ts'
import { createSecrets, vaultVariables } from './secrets.ts'
import { encryptedVault, fileVault, type VaultBackend } from './vault.ts'

function memoryVault(values: Record<string, string> = {}): VaultBackend & { values: Record<string, string> } {
  const vault = {
    values,
    read: () => Promise.resolve(vault.values),
    write: (next: Readonly<Record<string, string>>) => {
      vault.values = { ...next }
      return Promise.resolve()
    },
  }
  return vault
}

const open = (env: Record<string, string>, backend: VaultBackend) =>
  createSecrets({ env, backend, redactor: createRedactor() })

describe('createSecrets', () => {
  it('reads variables at the call, trimmed, blank as unset', async () => {
    const env: Record<string, string> = { TOKEN: ' abc ', BLANK: '  ' }
    const secrets = await open(env, memoryVault())
    expect(secrets.resolve('env:TOKEN')).toBe('abc')
    expect(secrets.resolve('env:BLANK')).toBeNull()
    expect(secrets.resolve('env:MISSING')).toBeNull()
    env['TOKEN'] = 'new'
    expect(secrets.resolve('env:TOKEN')).toBe('new')
    expect(secrets.describe('env:TOKEN')).toEqual({ source: 'env' })
    expect(secrets.describe('env:BLANK')).toEqual({ source: 'none' })
  })

  it('lets a documented variable win over the vault, whenever it is set', async () => {
    const env: Record<string, string> = { KORA_FLY_API_TOKEN: 'from-env', ANTHROPIC_API_KEY: 'second' }
    const secrets = await open(env, memoryVault({ fly: 'from-vault', own: 'mine', anthropic: 'stored' }))
    expect(secrets.resolve('vault:fly')).toBe('from-env')
    expect(secrets.describe('vault:fly')).toEqual({ source: 'env' })
    expect(secrets.resolve('vault:own')).toBe('mine')
    expect(secrets.resolve('vault:anthropic')).toBe('second')
    env['KORA_ANTHROPIC_API_KEY'] = 'first'
    expect(secrets.resolve('vault:anthropic')).toBe('first')
    env['KORA_FLY_API_TOKEN'] = ' '
    expect(secrets.resolve('vault:fly')).toBe('from-vault')
    expect(secrets.describe('vault:fly')).toEqual({ source: 'vault' })
  })

  it.each(['', 'plain', 'file:/etc/passwd', 'vault:', 'vault:__proto__', 'vault:constructor', 'env:'])(
    'knows nothing behind "%s"',
    async (ref) => {
      const secrets = await open({}, memoryVault({ fly: 'x' }))
      expect(secrets.resolve(ref)).toBeNull()
      expect(secrets.describe(ref)).toEqual({ source: 'none' })
    },
  )

  it('stores, replaces, lists and removes', async () => {
    const vault = memoryVault()
    const secrets = await open({}, vault)
    expect(await secrets.set('slack-bot', ' one ')).toBe('vault:slack-bot')
    await Promise.all([secrets.set('b', 'two'), secrets.set('a', 'three'), secrets.set('slack-bot', 'four')])
    expect(secrets.list()).toEqual(['a', 'b', 'slack-bot'])
    expect(vault.values).toEqual({ a: 'three', b: 'two', 'slack-bot': 'four' })
    await secrets.remove('a')
    expect(secrets.resolve('vault:a')).toBeNull()
    expect(vault.values).toEqual({ b: 'two', 'slack-bot': 'four' })
    await expect(secrets.remove('a')).rejects.toMatchObject({ code: 'secret_unknown' })
    await expect(secrets.set('Bad Id', 'x')).rejects.toMatchObject({ code: 'bad_input' })
    await expect(secrets.set('fine', '  ')).rejects.toMatchObject({ code: 'bad_input' })
  })

  it('keeps what it had when the vault cannot be written', async () => {
    const vault = memoryVault({ fly: 'old' })
    let broken = true
    const failing: VaultBackend = {
      read: () => vault.read(),
      write: (values) => (broken ? Promise.reject(new Error('no space')) : vault.write(values)),
    }
    const secrets = await open({}, failing)
    await expect(secrets.set('fly', 'new')).rejects.toMatchObject({ code: 'secret_unavailable' })
    expect(secrets.resolve('vault:fly')).toBe('old')
    broken = false
    await secrets.set('fly', 'new')
    expect(secrets.resolve('vault:fly')).toBe('new')
  })

  it('makes every value known to the redactor', async () => {
    const redactor = createRedactor()
    const env = { KORA_VERCEL_API_TOKEN: 'canary-variable', OTHER: 'canary-other' }
    const secrets = await createSecrets({ env, backend: memoryVault({ own: 'canary-stored' }), redactor })
    expect(redactor.text('canary-variable canary-stored')).toBe('<REDACTED> <REDACTED>')
    expect(redactor.text('canary-other')).toBe('canary-other')
    secrets.resolve('env:OTHER')
    await secrets.set('more', 'canary-given')
    expect(redactor.text('canary-other canary-given')).toBe('<REDACTED> <REDACTED>')
  })

  it('maps only to documented secret variables', () => {
    const documented = environmentVariables.filter(({ secret }) => secret).map(({ name }) => name)
    expect(Object.values(vaultVariables).flat().toSorted()).toEqual(documented.toSorted())
  })
})

const tools = () => ({ clock: createFakeClock(1_000), logger: createMemoryLogger() })

/** Reverses the bytes: enough to tell that the file does not hold the text. */
const cipher = {
  encrypt: (text: string) => Promise.resolve(new Uint8Array(Buffer.from(text).toReversed())),
  decrypt: (bytes: Uint8Array) => Promise.resolve(Buffer.from(Buffer.from(bytes).toReversed()).toString()),
}

describe.each([
  ['fileVault', (path: string, using: ReturnType<typeof tools>) => fileVault(path, using)],
  ['encryptedVault', (path: string, using: ReturnType<typeof tools>) => encryptedVault(path, { ...using, ...cipher })],
])('%s', (_, create) => {
  it('keeps values for its owner only, and leaves nothing beside them', async () => {
    const folder = join(await tempFolder(), 'kora')
    const path = join(folder, 'vault')
    const using = tools()
    expect(await create(path, using).read()).toEqual({})
    await writeFile(`${folder}-unrelated`, '')
    await create(path, using).write({ fly: 'öne', sentry: 'two' })
    await create(path, using).write({ fly: 'three' })
    expect(await create(path, using).read()).toEqual({ fly: 'three' })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(await readdir(folder)).toEqual(['vault'])
    expect(using.logger.lines).toEqual([])
  })

  it('tightens a file that others could read, and says so', async () => {
    const path = join(await tempFolder(), 'vault')
    const using = tools()
    await create(path, using).write({ fly: 'one' })
    await chmod(path, 0o644)
    expect(await create(path, using).read()).toEqual({ fly: 'one' })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(using.logger.messages('warn')).toHaveLength(1)
  })

  it.each(['', '{', '[]', '{"version":2}', '{"version":1,"values":{"a":1},"encrypted":"AA==","sha256":"00"}'])(
    'sets the damaged content %s aside and starts empty',
    async (content) => {
      const folder = await tempFolder()
      const path = join(folder, 'vault')
      const using = tools()
      await writeFile(path, content, { mode: 0o600 })
      const vault = create(path, using)
      expect(await vault.read()).toEqual({})
      expect(using.logger.messages('warn')).toHaveLength(1)
      await vault.write({ fly: 'new' })
      expect(await vault.read()).toEqual({ fly: 'new' })
      expect((await readdir(folder)).toSorted()).toEqual(['vault', 'vault.damaged-1000'])
      expect(await readFile(`${path}.damaged-1000`, 'utf8')).toBe(content)
    },
  )

  it('does not throw away what it may not read', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'vault')
    const using = tools()
    await mkdir(path, { mode: 0o700 })
    const vault = create(path, using)
    expect(await vault.read()).toEqual({})
    expect(using.logger.messages('warn')).toEqual(['the vault cannot be read'])
    await vault.write({ fly: 'new' })
    expect(await vault.read()).toEqual({ fly: 'new' })
    expect((await stat(`${path}.damaged-1000`)).isDirectory()).toBe(true)
  })

  it('removes what an interrupted write left, and keeps the old content', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'vault')
    await create(path, tools()).write({ fly: 'old' })
    await writeFile(`${path}.tmp`, '{"version":1,"values":{"fly":"half')
    expect(await create(path, tools()).read()).toEqual({ fly: 'old' })
    expect(await readdir(folder)).toEqual(['vault'])
  })
})

describe('encryptedVault', () => {
  it('holds no value in the clear', async () => {
    const path = join(await tempFolder(), 'vault')
    await encryptedVault(path, { ...tools(), ...cipher }).write({ fly: 'canary-value' })
    const content = await readFile(path, 'utf8')
    expect(content).not.toContain('canary-value')
    expect(content).not.toContain(Buffer.from('canary-value').toString('base64').slice(4, 12))
  })

  it('keeps a vault that the system does not open now, and sets it aside only when something is stored', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'vault')
    const using = tools()
    await encryptedVault(path, { ...using, ...cipher }).write({ fly: 'one' })
    const locked = { ...cipher, decrypt: () => Promise.reject(new Error('keychain locked')) }
    const vault = encryptedVault(path, { ...using, ...locked })
    expect(await vault.read()).toEqual({})
    expect(await readdir(folder)).toEqual(['vault'])
    expect(await encryptedVault(path, { ...using, ...cipher }).read()).toEqual({ fly: 'one' })
    await vault.write({ sentry: 'two' })
    expect(await encryptedVault(path, { ...using, ...cipher }).read()).toEqual({ sentry: 'two' })
    expect(await encryptedVault(`${path}.damaged-1000`, { ...using, ...cipher }).read()).toEqual({ fly: 'one' })
  })
})
