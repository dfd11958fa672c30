import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { connectSocket, type SocketClient } from '../../src/daemon/hosting/socketClient.ts'
import { dataPaths } from '../../src/daemon/platform/paths.ts'
import { tempFolder } from './tempFolder.ts'

const main = new URL('koraProcessMain.ts', import.meta.url).pathname
const silenceMs = 10_000

/** `kora serve` as a process of its own, from the sources, on real time. */
export interface KoraProcess {
  /** The contract, over the command line's socket. */
  readonly client: SocketClient['client']
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
}

/** A root as `kora` expects it, with a start page that is empty: what is built is not under test. */
export async function sourceRoot(): Promise<string> {
  const root = await tempFolder()
  const worker = new URL('../../src/daemon/store/readWorker.ts', import.meta.url).href
  await mkdir(join(root, 'out', 'renderer'), { recursive: true })
  await mkdir(join(root, 'out', 'main'))
  await writeFile(join(root, 'package.json'), JSON.stringify({ version: '0.0.0-test', type: 'module' }))
  await writeFile(join(root, 'out', 'renderer', 'index.html'), '<!doctype html><title>Kora</title>')
  await writeFile(join(root, 'out', 'main', 'readWorker.js'), `import ${JSON.stringify(worker)}\n`)
  await symlink(new URL('../../resources', import.meta.url).pathname, join(root, 'resources'))
  return root
}

/**
 * Starts the process and waits until it serves; it is gone when the running test ends.
 * @param env everything the process sees; `KORA_HOME` names its data folder
 */
export async function startKoraProcess(root: string, env: Record<string, string>): Promise<KoraProcess> {
  const child = spawn(process.execPath, [main, root, 'serve', '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  let text = ''
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (text.includes('Open the cockpit')) resolve()
      })
    }
    void exited.then(([code]) => reject(new Error(`Kora ended with ${String(code)}:\n${text}`)))
  })
  const { socket } = dataPaths(env, process.platform, { demo: false })
  return { client: connectSocket(socket, silenceMs).client, kill }
}
