import { existsSync, rmSync, writeFileSync } from 'node:fs'

/**
 * A file beside the database while it is open. After a crash the database's log is there too, holding the newest rows;
 * the mark without the log means that somebody removed it, and the rows with it.
 */
export class OpenMark {
  readonly #mark: string
  readonly #log: string

  constructor(file: string) {
    this.#mark = `${file}-open`
    this.#log = `${file}-wal`
  }

  /** To be asked before the database is opened. */
  logIsLost(): boolean {
    return existsSync(this.#mark) && !existsSync(this.#log)
  }

  set(): void {
    writeFileSync(this.#mark, '', { mode: 0o600 })
  }

  clear(): void {
    rmSync(this.#mark, { force: true })
  }
}
