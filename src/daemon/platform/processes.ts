import { readFile } from 'node:fs/promises'

/**
 * What tells a process from a later one with the same pid: the machine's boot and the start in ticks since then (Linux,
 * field 22 of `/proc/<pid>/stat`). Null when there is no such process, or where the system does not say.
 */
export async function processStart(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return null
  try {
    const [boot, line] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    // The name in the second field may hold blanks and brackets; the state follows the last bracket.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const state = fields[0] ?? ''
    // A zombie has ended; only its parent does not know yet.
    return 'ZX'.includes(state) ? null : `${boot.trim()}:${fields[19] ?? ''}`
  } catch {
    return null
  }
}

/** Whether the process runs that once had this pid and start; without a start, whether any process has the pid. */
export async function isRunning(pid: number, start: string | null): Promise<boolean> {
  if (start !== null && process.platform === 'linux') return (await processStart(pid)) === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
