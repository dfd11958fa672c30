import { KoraError } from '../../domain/errors.ts'
import type { Connection } from './Connection.ts'

interface SettingRow {
  readonly key: string
  readonly value: string
}

const getSql = 'SELECT key, value FROM settings WHERE key = ?'
const allSql = 'SELECT key, value FROM settings ORDER BY key'
const setSql = 'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value'

/** JSON values under keys. What cannot be read any more is null, so that its default applies. */
export class SettingsRepository {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The value, parsed anew on every call; null when there is none. */
  get(key: string): unknown {
    const row = this.#connection.get<SettingRow>(getSql, key)
    return row ? parse(row.value) : null
  }

  /** @throws KoraError bad_input when JSON has no form for the value */
  set(key: string, value: unknown): void {
    const text = JSON.stringify(value)
    if (text === undefined) throw new KoraError('bad_input', `The setting "${key}" has no value.`, { key })
    this.#connection.run(setSql, key, text)
  }

  all(): Record<string, unknown> {
    const rows = this.#connection.all<SettingRow>(allSql)
    return Object.fromEntries(rows.map(({ key, value }) => [key, parse(value)]))
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
