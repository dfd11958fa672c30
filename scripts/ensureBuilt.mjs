import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const sources = ['src', 'resources', 'package.json', 'electron.vite.config.ts']
/** Written last, with the time at which the build began. */
const stamp = join(root, 'out', '.built')
const lock = join(root, 'node_modules', '.cache', 'kora-build.lock')
const lockStaleMs = 120_000
const pollMs = 100

/**
 * Builds `out` when it is missing or older than what it is made of. Several processes may ask at once; one builds.
 * @param {(line: string) => void} say told before a build begins
 * @throws {Error} with what the build printed
 */
export function ensureBuilt(say = () => undefined) {
  if (!isStale()) return
  while (!takeLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
  try {
    if (isStale()) build(say)
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function build(say) {
  say('Building Kora…')
  const begunMs = Date.now()
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } }
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [tool, 'build'], options)
  if (error) throw error
  if (status !== 0) throw new Error(`The build failed.\n${stdout}\n${stderr}`)
  writeFileSync(stamp, '')
  utimesSync(stamp, begunMs / 1000, begunMs / 1000)
}

function isStale() {
  if (!existsSync(stamp)) return true
  const built = statSync(stamp).mtimeMs
  return sources.some((source) => changedAfter(join(root, source), built))
}

function changedAfter(path, ms) {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (!entry) return false
  if (!entry.isDirectory()) return !/\.test\.tsx?$/.test(path) && entry.mtimeMs > ms
  // A folder's own time changes when something in it is removed.
  return entry.mtimeMs > ms || readdirSync(path).some((name) => changedAfter(join(path, name), ms))
}

function takeLock() {
  mkdirSync(join(lock, '..'), { recursive: true })
  try {
    mkdirSync(lock)
    return true
  } catch {
    const held = statSync(lock, { throwIfNoEntry: false })
    if (held && Date.now() - held.mtimeMs > lockStaleMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureBuilt((line) => console.log(line))
