import { spawn } from 'node:child_process'
import { once } from 'node:events'

const main = new URL('koraProcessMain.ts', import.meta.url).pathname

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs one `kora` command as a process of its own, from the sources, to its end.
 * @param root folder of `package.json`, `resources` and `out`
 * @param env everything the process sees beside PATH and a clock in UTC
 */
export async function kora(root: string, env: Record<string, string>, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, root, ...args], {
    env: { PATH: process.env['PATH'], TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stdout, stderr }
}
