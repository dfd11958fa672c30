/** How a field is kept: as it is, as 0 or 1, or as JSON text. */
type Kind = 'plain' | 'flag' | 'json'

/** Every field of `T`, so that a new one does not compile until it has a column. */
type Fields<T> = { readonly [K in keyof Required<T>]: Kind }

export interface TableMap<T> {
  /** `a, b, c`, in the order of `values`. */
  readonly columns: string
  /** `?, ?, ?` */
  readonly marks: string
  /** `b = excluded.b, c = excluded.c`: everything but the keys. */
  readonly updates: string
  readonly values: (item: T) => unknown[]
  readonly fromRow: (row: Row) => T
}

export type Row = Record<string, unknown>

/**
 * Maps one record type to the columns of its table: `openedAtMs` is kept as `opened_at_ms`.
 * @param keys fields of the primary key, left out of `updates`
 */
export function tableMap<T>(fields: Fields<T>, keys: readonly (keyof T)[]): TableMap<T> {
  const entries = (Object.entries(fields) as [keyof T & string, Kind][]).map(([field, kind]) => ({
    field,
    kind,
    column: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  }))
  return {
    columns: entries.map(({ column }) => column).join(', '),
    marks: entries.map(() => '?').join(', '),
    updates: entries
      .filter(({ field }) => !keys.includes(field))
      .map(({ column }) => `${column} = excluded.${column}`)
      .join(', '),
    values: (item) => entries.map(({ field, kind }) => toColumn(item[field], kind)),
    fromRow(row) {
      const item: Row = {}
      for (const { field, kind, column } of entries) item[field] = fromColumn(row[column], kind)
      return item as T
    },
  }
}

function toColumn(value: unknown, kind: Kind): unknown {
  if (kind === 'flag') return value ? 1 : 0
  return kind === 'json' ? JSON.stringify(value) : value
}

function fromColumn(value: unknown, kind: Kind): unknown {
  if (kind === 'flag') return value === 1
  return kind === 'json' ? JSON.parse(String(value)) : value
}
