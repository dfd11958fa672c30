import { KoraError } from '../../domain/errors.ts'
import type { Redactor } from './redactor.ts'
import type { VaultBackend } from './vault.ts'

/**
 * A reference to a secret: `env:NAME` or `vault:ID`. Definitions and settings hold references, never values.
 */
export type SecretRef = string

/** Read at the call, never kept. */
export interface Secrets {
  /**
   * The value behind a reference, trimmed; null when unset, blank, or not readable. A variable `KORA_…` in the
   * environment that the product documents for this reference wins over the vault.
   */
  resolve(ref: SecretRef): string | null
  /** Whether there is a value, and where it comes from, without giving it away. */
  describe(ref: SecretRef): { source: 'env' | 'vault' | 'none' }
  /** Stores a value in the vault and returns its reference. */
  set(id: string, value: string): Promise<SecretRef>
  remove(id: string): Promise<void>
  /** Ids in the vault, sorted. */
  list(): readonly string[]
}

/** Variables that win over a vault entry whenever they are set (ruling 21), first one first. */
export const vaultVariables: Readonly<Record<string, readonly string[]>> = {
  vercel: ['KORA_VERCEL_API_TOKEN'],
  sentry: ['KORA_SENTRY_API_TOKEN'],
  doppler: ['KORA_DOPPLER_API_TOKEN'],
  supabase: ['KORA_SUPABASE_ANON_KEY'],
  fly: ['KORA_FLY_API_TOKEN'],
  'slack-bot': ['KORA_SLACK_BOT_TOKEN'],
  anthropic: ['KORA_ANTHROPIC_API_KEY', 'ANTHROPIC_API_KEY'],
  'anthropic-admin': ['KORA_ANTHROPIC_ADMIN_KEY'],
}

const idPattern = /^[a-z0-9][a-z0-9_.-]{0,63}$/

/**
 * Opens the vault; awaited before the daemon starts, since reading a secret later must not wait. Every value that is
 * stored, or set in a documented variable, is made known to the redactor at once; any other when it is resolved.
 */
export async function createSecrets(options: {
  env: Readonly<Record<string, string | undefined>>
  backend: VaultBackend
  redactor: Redactor
}): Promise<Secrets> {
  const { env, backend, redactor } = options
  let stored = new Map(Object.entries(await backend.read()))
  let writing: Promise<unknown> = Promise.resolve()
  for (const value of stored.values()) redactor.learn(value)
  for (const name of Object.values(vaultVariables).flat()) redactor.learn(env[name] ?? '')

  const find = (ref: SecretRef): { source: 'env' | 'vault'; value: string } | null => {
    const [kind, name] = split(ref)
    const variables =
      kind === 'env' ? [name] : kind === 'vault' && Object.hasOwn(vaultVariables, name) ? vaultVariables[name] : []
    for (const variable of variables ?? []) {
      const value = env[variable]?.trim()
      if (value) return { source: 'env', value }
    }
    const value = kind === 'vault' ? stored.get(name)?.trim() : undefined
    return value ? { source: 'vault', value } : null
  }

  /** One change after the other; what is in memory follows what is on disk. */
  const change = (edit: (wanted: Map<string, string>) => void): Promise<void> => {
    const done = writing.then(async () => {
      const wanted = new Map(stored)
      edit(wanted)
      try {
        await backend.write(Object.fromEntries(wanted))
      } catch (cause) {
        throw new KoraError('secret_unavailable', 'The vault could not be written; nothing was changed.', {}, { cause })
      }
      stored = wanted
    })
    writing = done.catch(() => undefined)
    return done
  }

  return {
    resolve(ref) {
      const found = find(ref)
      if (found) redactor.learn(found.value)
      return found?.value ?? null
    },
    describe: (ref) => ({ source: find(ref)?.source ?? 'none' }),
    async set(id, value) {
      const text = value.trim()
      if (!idPattern.test(id)) throw new KoraError('bad_input', 'This is no id for a secret.', { id })
      if (text === '') throw new KoraError('bad_input', 'A secret cannot be blank; remove it instead.', { id })
      redactor.learn(text)
      await change((wanted) => wanted.set(id, text))
      return `vault:${id}`
    },
    async remove(id) {
      await change((wanted) => {
        if (!wanted.delete(id)) throw new KoraError('secret_unknown', `There is no secret named ${id}.`, { id })
      })
    },
    list: () => [...stored.keys()].toSorted(),
  }
}

function split(ref: SecretRef): [kind: string, name: string] {
  const colon = ref.indexOf(':')
  return colon < 0 ? ['', ref] : [ref.slice(0, colon), ref.slice(colon + 1)]
}
