import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { missingLibraries } from './startPlan.mjs'

/** A download that has not begun after `begin` is not waited for, nor is one that then stands still for `stall`. */
const patienceMs = { begin: 5_000, stall: 20_000 }
const lookEveryMs = 100
const sayEveryMs = 2_000

/**
 * Path of Electron's binary, fetched when it is not there yet.
 * @param {string} root folder of `node_modules`
 * @param {(line: string) => void} say progress, one line at a time
 * @param {{ begin: number, stall: number }} patience in ms
 * @returns {Promise<{ path: string } | { reason: string }>}
 */
export async function electronBinary(root, say, patience = patienceMs) {
  const folder = join(root, 'node_modules', 'electron')
  if (!existsSync(join(folder, 'install.js'))) return { reason: 'Electron is not installed' }
  if (!locate(folder)) {
    const failure = await fetchBinary(folder, say, patience)
    if (failure) return { reason: failure }
  }
  const path = locate(folder)
  if (!path) return { reason: "Electron's binary is not where its package says" }
  const missing = librariesMissing(path)
  if (missing.length > 0) return { reason: `system libraries are missing (${missing.join(', ')})` }
  return { path }
}

function locate(folder) {
  const pointer = join(folder, 'path.txt')
  if (!existsSync(pointer)) return null
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist')
  const path = join(dist, readFileSync(pointer, 'utf8'))
  return existsSync(path) ? path : null
}

/**
 * Runs Electron's own installer, which verifies what it fetches, and watches the bytes arrive.
 * @returns {Promise<string | null>} why it failed
 */
async function fetchBinary(folder, say, patience) {
  // Its temporary files go where they can be watched, and cleaned up when it is stopped.
  const scratch = mkdtempSync(join(tmpdir(), 'kora-electron-'))
  const places = { TMPDIR: scratch, TMP: scratch, TEMP: scratch }
  const env = { ...process.env, ...places, ELECTRON_GET_NO_PROGRESS: '1' }
  const child = spawn(process.execPath, [join(folder, 'install.js')], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))

  let stopped = null
  let bytes = 0
  let changedAt = performance.now()
  let saidAt = changedAt
  const watcher = setInterval(() => {
    const now = performance.now()
    const seen = sizeOf(scratch) + sizeOf(join(folder, 'dist'))
    if (seen !== bytes) changedAt = now
    bytes = seen
    if (bytes > 0 && now - saidAt > sayEveryMs) {
      say(`Fetching Electron: ${Math.round(bytes / 1e6)} MB`)
      saidAt = now
    }
    const limit = bytes === 0 ? patience.begin : patience.stall
    if (now - changedAt > limit) {
      const begun = `within ${patience.begin / 1000} s`
      stopped = `the download of Electron's binary ${bytes === 0 ? `did not begin ${begun}` : 'came to a halt'}`
      child.kill()
    }
  }, lookEveryMs)

  const code = await new Promise((resolve) => child.once('close', resolve))
  clearInterval(watcher)
  rmSync(scratch, { recursive: true, force: true })
  if (stopped) return stopped
  if (code === 0) return null
  const cause = /\b(E[A-Z_]{4,}|UND_ERR_\w+|Response code \d+)\b/.exec(stderr)
  return `Electron's binary could not be fetched${cause ? ` (${cause[1]})` : ''}`
}

function librariesMissing(path) {
  if (process.platform !== 'linux') return []
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' })
  return missingLibraries(stdout ?? '')
}

function sizeOf(path) {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (!entry) return 0
  if (!entry.isDirectory()) return entry.size
  try {
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
  } catch {
    // Moved away while it was being looked at.
    return 0
  }
}
