import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const sources = ['src', 'resources', 'package.json', 'electron.vite.config.ts']
/** One file of each part; every build writes them anew. */
const products = ['main/index.js', 'main/kora.js', 'main/readWorker.js', 'preload/index.cjs', 'renderer/index.html']
const lock = join(root, 'node_modules', '.cache', 'kora-build.lock')
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
    rmSync(lock, { force: true })
  }
}

function build(say) {
  say('Building Kora…')
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } }
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [tool, 'build'], options)
  if (error) throw error
  if (status !== 0) throw new Error(`The build failed.\n${stdout}\n${stderr}`)
}

function isStale() {
  const times = products.map((file) => statSync(join(root, 'out', file), { throwIfNoEntry: false })?.mtimeMs ?? 0)
  const builtMs = Math.min(...times)
  return sources.some((source) => changedAfter(join(root, source), builtMs))
}

function changedAfter(path, ms) {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (!entry) return false
  if (!entry.isDirectory()) return !/\.test\.tsx?$/.test(path) && entry.mtimeMs > ms
  // A folder's own time changes when something in it is removed.
  return entry.mtimeMs > ms || readdirSync(path).some((name) => changedAfter(join(path, name), ms))
}

/** The lock holds the builder's process id; one that ended without removing it does not count. */
function takeLock() {
  mkdirSync(dirname(lock), { recursive: true })
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isHeld()) rmSync(lock, { force: true })
    return false
  }
}

function isHeld() {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureBuilt((line) => console.log(line))
