import { acquireLock, type Lock } from '../../src/daemon/platform/folderLock.ts'
import { systemClock } from '../../src/daemon/platform/clock.ts'
import { dataPaths } from '../../src/daemon/platform/paths.ts'

/** One process that tries for the folder in `KORA_HOME` when told `go` and lets go when told `release`. */
const paths = dataPaths(process.env, process.platform, { demo: false })
let lock: Lock | null = null

async function obey(order: unknown): Promise<unknown> {
  if (order === 'release') {
    await lock?.release()
    lock = null
    return { outcome: 'released' }
  }
  try {
    lock = await acquireLock(paths, { clock: systemClock, sessionId: String(process.pid) })
    return { outcome: 'owner', takenOver: lock.takenOver?.pid ?? null }
  } catch (error) {
    const { code, data } = error as { code: string; data: { pid: number | null } }
    return { outcome: code, ownerPid: data.pid }
  }
}

process.on('message', (order) => void obey(order).then((answer) => process.send?.(answer)))
process.send?.({ outcome: 'ready' })
