import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import { connectSocket } from '../daemon/hosting/socketClient.ts'
import { systemClock } from '../daemon/platform/clock.ts'
import { parseConfig } from '../daemon/platform/config.ts'
import { environmentVariables } from '../daemon/platform/environment.ts'
import { type DataPaths, dataPaths } from '../daemon/platform/paths.ts'
import { KoraError } from '../domain/errors.ts'
import { parseOverlay, parsePriceTable } from '../domain/priceTable.ts'
import { pricesCheckedAtMs, pricesStale } from '../domain/pricing.ts'
import { bindFailure } from './bindFailure.ts'

interface Finding {
  readonly what: string
  /** `note` is worth knowing and stops nothing. */
  readonly verdict: 'ok' | 'note' | 'bad'
  readonly words: string
}

const silenceMs = 3_000
/** Ten million records. */
const chainSilenceMs = 120_000

/** `kora doctor`: looks at everything a start needs and changes nothing but missing folders. @returns the exit code */
export async function doctor(options: { root: string; demo: boolean; verifyAudit: boolean }): Promise<number> {
  const { env, platform } = process
  const paths = dataPaths(env, platform, { demo: options.demo })
  const running = await runningAddress(paths)
  const findings = [
    node(),
    folder('data folder', paths.data),
    folder('state folder', paths.state),
    running.finding,
    await port(running.isRunning),
    built(options.root),
    prices(join(options.root, 'resources', 'prices.json')),
    ownPrices(paths.priceOverlay),
    electron(options.root),
    variables(),
    ...(options.verifyAudit ? [await audit(paths, running.isRunning)] : []),
  ]
  const width = Math.max(...findings.map(({ what }) => what.length))
  for (const { what, verdict, words } of findings) {
    process.stdout.write(`${verdict.padEnd(4)}  ${what.padEnd(width)}  ${words}\n`)
  }
  return findings.some(({ verdict }) => verdict === 'bad') ? exitCodes.failed : exitCodes.ok
}

function node(): Finding {
  return { what: 'Node', verdict: 'ok', words: process.versions.node }
}

function folder(what: string, path: string): Finding {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK)
    return { what, verdict: 'ok', words: `${path} can be written` }
  } catch {
    return { what, verdict: 'bad', words: `${path} cannot be written; KORA_HOME chooses another` }
  }
}

async function runningAddress(paths: DataPaths): Promise<{ isRunning: boolean; finding: Finding }> {
  try {
    const { address } = await connectSocket(paths.socket, silenceMs).client.system.focus({})
    const where = address ?? 'as the desktop app'
    return { isRunning: true, finding: { what: 'daemon', verdict: 'ok', words: `running, ${where}` } }
  } catch {
    return { isRunning: false, finding: { what: 'daemon', verdict: 'note', words: 'not running' } }
  }
}

async function port(isRunning: boolean): Promise<Finding> {
  const what = 'port'
  let web
  try {
    web = parseConfig(process.env).config.web
  } catch (error) {
    return { what, verdict: 'bad', words: error instanceof Error ? error.message : String(error) }
  }
  if (isRunning) return { what, verdict: 'note', words: `${web.port}, not tried while Kora runs` }
  const server = createServer()
  try {
    server.listen(web.port, web.host)
    await once(server, 'listening')
    return { what, verdict: 'ok', words: `${web.port} on ${web.host} is free` }
  } catch (error) {
    return { what, verdict: 'bad', words: bindFailure(error, web.host, web.port, process.platform).message }
  } finally {
    server.close()
  }
}

function built(root: string): Finding {
  const missing = ['out/renderer/index.html', 'out/main/readWorker.js', 'resources/prices.json'].filter(
    (file) => !existsSync(join(root, file)),
  )
  const words = missing.length === 0 ? 'complete' : `missing: ${missing.join(', ')}; run npm run build`
  return { what: 'program files', verdict: missing.length === 0 ? 'ok' : 'bad', words }
}

function prices(file: string): Finding {
  const what = 'prices'
  try {
    const table = parsePriceTable(readJson(file))
    const checked = new Date(pricesCheckedAtMs(table)).toISOString().slice(0, 10)
    if (!pricesStale(table, systemClock.nowMs())) return { what, verdict: 'ok', words: `checked on ${checked}` }
    const words = `last checked on ${checked}; estimates may be off until a newer Kora is installed`
    return { what, verdict: 'note', words }
  } catch (error) {
    return { what, verdict: 'bad', words: `${file}: ${reason(error)}` }
  }
}

/** The operator's own price file. What is wrong with it stops nothing: the shipped prices hold. */
function ownPrices(file: string): Finding {
  const what = 'own prices'
  if (!existsSync(file)) return { what, verdict: 'note', words: `none; ${file} would win over the shipped ones` }
  try {
    const { length } = parseOverlay(readJson(file))
    return { what, verdict: 'ok', words: `${length} ${length === 1 ? 'row' : 'rows'} in ${file}` }
  } catch (error) {
    return { what, verdict: 'note', words: `${file} is not used: ${reason(error)}` }
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function reason(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON'
  if (error instanceof KoraError) return error.message
  return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`
}

function electron(root: string): Finding {
  const what = 'desktop window'
  const module = join(root, 'node_modules', 'electron')
  if (!existsSync(join(module, 'path.txt'))) {
    return { what, verdict: 'note', words: "Electron's binary is not here; npm start fetches it or serves headless" }
  }
  const binary = join(module, 'dist', readFileSync(join(module, 'path.txt'), 'utf8'))
  const there = existsSync(binary)
  return { what, verdict: there ? 'ok' : 'note', words: there ? binary : `${binary} is missing` }
}

/** Whether a record was changed, removed or put in between; the daemon that has the database open walks it itself. */
async function audit(paths: DataPaths, isRunning: boolean): Promise<Finding> {
  const what = 'audit chain'
  process.stderr.write('Walking the hash chain over every record; a million take some seconds.\n')
  try {
    const { rows, ok, firstBrokenSeq } = isRunning
      ? await connectSocket(paths.socket, chainSilenceMs).client.system.verifyAudit()
      : (await import('../daemon/store/verifyAuditFile.ts')).verifyAuditFile(paths.database)
    if (ok) return { what, verdict: 'ok', words: `${rows} records, none changed, removed or added` }
    const words = `broken at record ${firstBrokenSeq}: it, or one before it, was changed or removed; a backup may hold it`
    return { what, verdict: 'bad', words }
  } catch (error) {
    if (error instanceof KoraError && error.code === 'not_found') return { what, verdict: 'note', words: error.message }
    return { what, verdict: 'bad', words: error instanceof Error ? error.message : String(error) }
  }
}

/** Names only: a value may be a secret. */
function variables(): Finding {
  const set = environmentVariables.map(({ name }) => name).filter((name) => process.env[name]?.trim())
  return { what: 'variables', verdict: 'note', words: set.length === 0 ? 'none set' : set.join(', ') }
}
