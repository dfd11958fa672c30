import { type ErrorCode, KoraError } from '../../domain/errors.ts'

/** The SQLite result code of an error, such as `SQLITE_FULL`; null when it is some other error. */
export function sqliteCode(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : null
}

const rules: readonly [prefix: string, code: ErrorCode, message: string][] = [
  ['SQLITE_FULL', 'store_full', 'The disk is full: nothing more can be recorded until space is freed.'],
  [
    'SQLITE_READONLY',
    'store_read_only',
    'The database can be read but not written: check the permissions of its folder.',
  ],
  ['SQLITE_BUSY', 'store_unwritable', 'Another program holds the database: close it, then try again.'],
  ['SQLITE_LOCKED', 'store_unwritable', 'Another program holds the database: close it, then try again.'],
  ['SQLITE_IOERR', 'store_unwritable', 'The disk refused to write: check it, then restart Kora.'],
  [
    'SQLITE_CANTOPEN',
    'store_unwritable',
    'The database cannot be opened: check that its folder exists and can be written.',
  ],
  ['SQLITE_PERM', 'store_unwritable', 'The database cannot be opened: check the permissions of its folder.'],
  ['SQLITE_CORRUPT', 'store_damaged', 'The database is damaged: restore the newest good backup.'],
  [
    'SQLITE_NOTADB',
    'store_damaged',
    'The file is not a Kora database: set it aside and restore the newest good backup.',
  ],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'conflict', 'This record exists already.'],
  ['SQLITE_CONSTRAINT_UNIQUE', 'conflict', 'This record exists already.'],
  ['SQLITE_CONSTRAINT', 'bad_input', 'The record does not fit the tables.'],
  ['SQLITE_TOOBIG', 'bad_input', 'The record is too large.'],
]

/**
 * What the store throws for an error of SQLite: a KoraError whose data holds `sqliteCode`. Other errors come back
 * as they are.
 */
export function toStoreError(error: unknown): unknown {
  const code = sqliteCode(error)
  if (code === null) return error
  const rule = rules.find(([prefix]) => code.startsWith(prefix))
  return rule
    ? new KoraError(rule[1], rule[2], { sqliteCode: code }, { cause: error })
    : new KoraError('internal', 'The database refused a statement.', { sqliteCode: code }, { cause: error })
}
