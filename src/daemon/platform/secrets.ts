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
