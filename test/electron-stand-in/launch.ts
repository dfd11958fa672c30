import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer, Call, Commands } from './control.ts'

type Replies = { [Name in keyof Commands]: Awaited<ReturnType<Commands[Name]>> }

/** A desktop host running on the stand-in, in a process of its own. */
export interface StandIn {
  readonly process: ChildProcess
  /** Everything it wrote to stdout and stderr so far. */
  output(): string
  call<Name extends keyof Commands>(command: Name, ...args: Parameters<Commands[Name]>): Promise<Replies[Name]>
  /** Asks again until the answer fits; fails with the last answer. */
  until<Name extends keyof Commands>(
    command: Name,
    args: Parameters<Commands[Name]>,
    fits: (value: Replies[Name]) => boolean,
  ): Promise<Replies[Name]>
  /** Resolves with the exit code once the process has ended. */
  readonly exited: Promise<number | null>
  quit(): Promise<void>
}

const register = new URL('./register.mjs', import.meta.url).href
const longestWaitMs = 15_000

/** @param main built script of the main process */
export function launchStandIn(
  main: URL,
  options: { args?: readonly string[]; env: Readonly<Record<string, string | undefined>> },
): StandIn {
  const child = fork(fileURLToPath(main), [...(options.args ?? [])], {
    env: { ...process.env, ...options.env },
    execArgv: ['--import', register],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let lastId = 0

  async function call<Name extends keyof Commands>(
    command: Name,
    ...args: Parameters<Commands[Name]>
  ): Promise<Replies[Name]> {
    const message: Call = { id: ++lastId, command, args }
    const answered = new Promise<Answer>((resolve) => waiting.set(message.id, resolve))
    child.send(message)
    const gone = exited.then((code) => ({ id: message.id, error: `the process ended with ${code}: ${output}` }))
    const answer: Answer = await Promise.race([answered, gone])
    if (answer.error !== undefined) throw new Error(answer.error)
    return answer.value as Replies[Name]
  }

  return {
    process: child,
    output: () => output,
    call,
    async until(command, args, fits) {
      const deadline = performance.now() + longestWaitMs
      for (;;) {
        // There may be no window yet.
        const value = await call(command, ...args).catch((error: unknown) => String(error))
        if (typeof value !== 'string' || !value.startsWith('Error')) {
          const reply = value as Replies[typeof command]
          if (fits(reply)) return reply
        }
        if (performance.now() > deadline || child.exitCode !== null) {
          throw new Error(`${command} stayed ${JSON.stringify(value)}\n${output}`)
        }
      }
    },
    exited,
    async quit() {
      child.kill('SIGTERM')
      await exited
    },
  }
}
