/** Removes secrets from anything that is stored, logged, exported or shown. */
export interface Redactor {
  /** Makes a value known as secret; every later occurrence of it is replaced. Values under 6 characters are ignored. */
  learn(value: string): void
  /** The text with every known secret and every token-shaped run replaced by `<REDACTED>`. */
  text(value: string): string
  /** Deep copy of JSON-like data with all strings redacted and values under secret-looking keys replaced. */
  data<T>(value: T): T
}
