import { mkdirSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface SecondInstance {
  readonly argv: readonly string[]
  readonly workingDirectory: string
  readonly additionalData: unknown
}

/**
 * One owner per user-data folder. The owner's process id stands in a file; another start leaves its arguments in a
 * folder the owner watches.
 * @returns whether this process is now, or already was, the owner
 */
export function requestLock(
  userData: string,
  additionalData: unknown,
  onSecondInstance: (second: SecondInstance) => void,
): boolean {
  const lock = join(userData, 'instance.lock')
  const inbox = join(userData, 'instance.inbox')
  mkdirSync(inbox, { recursive: true })
  if (!claim(lock)) {
    const message: SecondInstance = { argv: process.argv, workingDirectory: process.cwd(), additionalData }
    writeFileSync(join(inbox, `${process.pid}.json`), JSON.stringify(message))
    return false
  }
  const read = (): void => {
    for (const name of readdirSync(inbox)) {
      const second = parse(readFileSync(join(inbox, name), 'utf8'))
      if (second === null) continue
      rmSync(join(inbox, name))
      onSecondInstance(second)
    }
  }
  watch(inbox, read).unref()
  process.once('exit', () => rmSync(lock, { force: true }))
  return true
}

function claim(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    const owner = Number(readFileSync(lock, 'utf8'))
    if (owner === process.pid) return true
    if (isAlive(owner)) return false
    rmSync(lock)
    return claim(lock)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Null while the file is still being written; the watcher is told again. */
function parse(text: string): SecondInstance | null {
  try {
    return JSON.parse(text) as SecondInstance
  } catch {
    return null
  }
}
