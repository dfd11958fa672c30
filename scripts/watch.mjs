import { watch } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, root } from './ensureBuilt.mjs'

/** Editors write a file in several steps. */
const settleMs = 200

/**
 * Serves, and after every change of the sources builds and serves again. A build that fails leaves the last one
 * running. Ends with this process.
 * @param {() => import('node:child_process').ChildProcess} serve
 * @returns {Promise<never>}
 */
export function serveAndWatch(serve) {
  let child = serve()
  let timer = null

  const again = () => {
    try {
      ensureBuilt((line) => console.log(line))
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error))
      return
    }
    child.once('exit', () => {
      child = serve()
    })
    child.kill('SIGTERM')
  }

  for (const folder of ['src', 'resources']) {
    watch(join(root, folder), { recursive: true }, (_event, name) => {
      if (/\.test\.tsx?$/.test(name ?? '')) return
      clearTimeout(timer)
      timer = setTimeout(again, settleMs)
    })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      child.removeAllListeners('exit')
      child.once('exit', (code) => process.exit(code ?? 1))
      child.kill(signal)
    })
  }
  return new Promise(() => undefined)
}
