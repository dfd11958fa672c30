import { createHash } from 'node:crypto'
import { chmod, readFile, rename, rm, stat } from 'node:fs/promises'
import { z } from 'zod'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { writeOwnerFile } from './ownerFiles.ts'

/** Where the values of secrets rest. One process at a time. */
export interface VaultBackend {
  /** Everything stored, by id. Does not fail for a missing, damaged or locked vault: that reads as empty. */
  read(): Promise<Record<string, string>>
  /** Replaces everything stored, as a whole. */
  write(values: Readonly<Record<string, string>>): Promise<void>
}

export interface VaultTools {
  readonly clock: Clock
  readonly logger: Logger
}

/** How the host protects the vault with the keys of the system. */
export interface Cipher {
  encrypt(text: string): Promise<Uint8Array>
  decrypt(bytes: Uint8Array): Promise<string>
}

/** What a file turned out to be. `locked`: whole, but it cannot be opened now. */
type Opened = { kind: 'values'; values: Record<string, string> } | { kind: 'damaged' } | { kind: 'locked' }

interface Format {
  parse(content: string): Promise<Opened>
  print(values: Readonly<Record<string, string>>): Promise<string>
}

const Values = z.record(z.string(), z.string())
const PlainFile = z.object({ version: z.literal(1), values: Values })
const EncryptedFile = z.object({ version: z.literal(1), sha256: z.string(), encrypted: z.base64() })

/** A vault for hosts without a keychain: JSON in a file that only its owner may read, which is all that protects it. */
export function fileVault(path: string, tools: VaultTools): VaultBackend {
  return vaultFile(path, tools, {
    parse(content) {
      const file = PlainFile.safeParse(parseJson(content))
      return Promise.resolve(file.success ? { kind: 'values', values: file.data.values } : { kind: 'damaged' })
    },
    print: (values) => Promise.resolve(JSON.stringify({ version: 1, values })),
  })
}

/** A vault encrypted by the host. Its hash tells a damaged file from a whole one that the keychain does not open now. */
export function encryptedVault(path: string, tools: VaultTools & Cipher): VaultBackend {
  return vaultFile(path, tools, {
    async parse(content) {
      const file = EncryptedFile.safeParse(parseJson(content))
      if (!file.success) return { kind: 'damaged' }
      const bytes = Buffer.from(file.data.encrypted, 'base64')
      if (sha256(bytes) !== file.data.sha256) return { kind: 'damaged' }
      const text = await tools.decrypt(bytes).catch(() => null)
      const values = Values.safeParse(text === null ? null : parseJson(text))
      return values.success ? { kind: 'values', values: values.data } : { kind: 'locked' }
    },
    async print(values) {
      const bytes = await tools.encrypt(JSON.stringify(values))
      return JSON.stringify({ version: 1, sha256: sha256(bytes), encrypted: Buffer.from(bytes).toString('base64') })
    },
  })
}

/**
 * No file is ever thrown away: a damaged one is set aside as `<name>.damaged-<ms>` at once, a locked one only when
 * something is written, since it may open again at the next start.
 */
function vaultFile(path: string, { clock, logger }: VaultTools, format: Format): VaultBackend {
  let locked = false

  const setAside = async (): Promise<void> => {
    const aside = `${path}.damaged-${clock.nowMs()}`
    await rename(path, aside)
    logger.warn('the vault could not be read and was set aside', { path, aside })
  }

  /** Null when there is no file, or none this user may read. */
  const content = async (): Promise<string | null> => {
    try {
      // Left by an interrupted write; it holds secrets.
      await rm(`${path}.tmp`, { force: true })
      if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
        await chmod(path, 0o600)
        logger.warn('the vault was readable by others; it is not any more, but its secrets may be known', { path })
      }
      return await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      locked = true
      logger.warn('the vault cannot be read', { path, error })
      return null
    }
  }

  return {
    async read() {
      locked = false
      const text = await content()
      if (text === null) return {}
      const opened = await format.parse(text)
      if (opened.kind === 'values') return opened.values
      if (opened.kind === 'damaged') await setAside()
      else {
        locked = true
        logger.warn('the vault is whole but the system does not open it', { path })
      }
      return {}
    },
    async write(values) {
      const text = await format.print(values)
      if (locked) await setAside()
      locked = false
      await writeOwnerFile(path, text)
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
