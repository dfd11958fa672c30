import { randomUUID } from 'node:crypto'
import { chmod, link, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { KoraError } from '../../domain/errors.ts'
import type { Clock } from './clock.ts'
import { ownerFolder } from './ownerFiles.ts'
import type { DataPaths } from './paths.ts'
import { isRunning, processStart } from './processes.ts'

const Owner = z.object({
  pid: z.number().int().positive(),
  /** Tells the owner from a later process with its pid; null where the system does not say. */
  processStart: z.string().nullable(),
  sessionId: z.string(),
  host: z.string(),
  startedAtMs: z.number(),
  /** One per attempt to become owner; part of file names. */
  token: z.uuid(),
})
type Owner = z.infer<typeof Owner>

/** The right to use a data folder. */
export interface Lock {
  /** An earlier owner that ended without releasing; null after an orderly end. */
  readonly takenOver: { readonly pid: number; readonly ageMs: number } | null
  release(): Promise<void>
}

interface LockOptions {
  readonly clock: Clock
  readonly sessionId: string
  /** By default: whether a process with this pid runs and is the one that signed. */
  readonly isAlive?: (pid: number) => boolean
}

/**
 * Makes this process the only one on a data folder; creates the folders for their owner only.
 *
 * A file appears under its name signed and complete, through `link`, which one process wins. A file whose owner is dead
 * is replaced only by the one process that holds `….after-<token>` for exactly that file: otherwise two could both find
 * it dead, and the slower would replace the lock that the faster one has just taken. The `after` files are taken by
 * the same rule, so a process that dies half-way blocks nobody.
 *
 * @throws KoraError folder_locked with `{pid, startedAtMs}`, folder_unwritable with `{folder}`
 */
export async function acquireLock(
  paths: Pick<DataPaths, 'data' | 'state' | 'lock'>,
  options: LockOptions,
): Promise<Lock> {
  await usable(paths.data, () => ownerFolder(paths.data))
  await usable(paths.data, () => canCreate(paths.data))
  await usable(paths.state, () => ownOnly(paths.state))
  const nowMs = options.clock.nowMs()
  const owner: Owner = {
    pid: process.pid,
    processStart: await processStart(process.pid),
    sessionId: options.sessionId,
    host: hostname(),
    startedAtMs: nowMs,
    token: randomUUID(),
  }
  const attempt = new Attempt(paths.lock, owner, options.isAlive)
  const taken = await usable(paths.state, () => attempt.run())
  if (taken.by !== owner.token) throw alreadyOwned(paths.lock, taken.owner)
  return {
    takenOver: taken.owner && { pid: taken.owner.pid, ageMs: nowMs - taken.owner.startedAtMs },
    async release() {
      if ((await read(paths.lock))?.token === owner.token) await rm(paths.lock, { force: true })
    },
  }
}

/** What came of reaching for a file: who has it, and the owner found there (living, or dead and replaced). */
interface Taken {
  readonly by: string | null
  readonly owner: Owner | null
}

/** One try of one process for one lock. */
class Attempt {
  readonly #lock: string
  readonly #owner: Owner
  readonly #isAlive: ((pid: number) => boolean) | undefined
  /** The signed file that is linked to wherever this process takes its place. */
  readonly #claim: string

  constructor(lock: string, owner: Owner, isAlive: ((pid: number) => boolean) | undefined) {
    this.#lock = lock
    this.#owner = owner
    this.#isAlive = isAlive
    this.#claim = `${lock}.claim-${owner.token}`
  }

  async run(): Promise<Taken> {
    await writeFile(this.#claim, JSON.stringify(this.#owner), { flag: 'wx', mode: 0o600 })
    try {
      const taken = await this.#take(this.#lock)
      if (taken.by === this.#owner.token) await this.#sweep()
      return taken
    } finally {
      await rm(this.#claim, { force: true })
    }
  }

  async #take(file: string): Promise<Taken> {
    for (let round = 0; round < 400; round++) {
      if (await this.#linkTo(file)) return { by: this.#owner.token, owner: null }
      const found = await read(file)
      if (found === null) continue
      if (found.owner && (await this.#lives(found.owner))) return { by: found.token, owner: found.owner }
      const right = `${this.#lock}.after-${found.token}`
      if ((await this.#take(right)).by !== this.#owner.token) {
        await pause(5)
        continue
      }
      try {
        // Holding the right to a file says nothing if another holder has already replaced it.
        if ((await read(file))?.token !== found.token) continue
        await link(this.#claim, `${this.#claim}.placed`)
        await rename(`${this.#claim}.placed`, file)
        return { by: this.#owner.token, owner: found.owner }
      } finally {
        await rm(right, { force: true })
      }
    }
    return { by: null, owner: null }
  }

  async #linkTo(file: string): Promise<boolean> {
    try {
      await link(this.#claim, file)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }

  async #lives(owner: Owner): Promise<boolean> {
    return this.#isAlive ? this.#isAlive(owner.pid) : isRunning(owner.pid, owner.processStart)
  }

  /** Removes what processes left that died on their way to the lock. */
  async #sweep(): Promise<void> {
    const prefix = basename(this.#lock)
    for (const name of await readdir(dirname(this.#lock))) {
      if (!name.startsWith(`${prefix}.claim-`) && !name.startsWith(`${prefix}.after-`)) continue
      const file = join(dirname(this.#lock), name)
      const found = await read(file)
      if (found?.owner && !(await this.#lives(found.owner))) await rm(file, { force: true })
    }
  }
}

/** Null when the file is gone. Content that nobody signed, as after a power cut, is known by its inode. */
async function read(file: string): Promise<{ token: string; owner: Owner | null } | null> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (handle === null) return null
  try {
    const { ino, mtimeMs } = await handle.stat()
    const owner = parseOwner(await handle.readFile('utf8'))
    return { token: owner?.token ?? `inode-${ino}-${Math.round(mtimeMs)}`, owner }
  } finally {
    await handle.close()
  }
}

function parseOwner(text: string): Owner | null {
  try {
    return Owner.parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function ownOnly(folder: string): Promise<void> {
  await ownerFolder(folder)
  // The socket in there obeys whoever can reach it.
  if (process.platform !== 'win32' && ((await stat(folder)).mode & 0o077) !== 0) await chmod(folder, 0o700)
}

async function canCreate(folder: string): Promise<void> {
  const file = join(folder, `.kora-${randomUUID()}`)
  await writeFile(file, '', { flag: 'wx', mode: 0o600 })
  await rm(file)
}

async function usable<T>(folder: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown reason'
    const wayOut = 'Make it writable for this user, or set KORA_HOME to another folder.'
    throw new KoraError(
      'folder_unwritable',
      `Kora cannot write to ${folder} (${reason}). ${wayOut}`,
      { folder },
      { cause },
    )
  }
}

function alreadyOwned(lock: string, owner: Owner | null): KoraError {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : 'another process'
  const wayOut = `Use that one or stop it first; if there is none, delete ${lock}.`
  return new KoraError('folder_locked', `Kora already runs on this data folder (${who}). ${wayOut}`, {
    pid: owner?.pid ?? null,
    startedAtMs: owner?.startedAtMs ?? null,
  })
}
