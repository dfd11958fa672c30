import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exitCodes } from '../daemon/hosting/exitCodes.ts'
import { makeThrifty } from './thriftyEngine.ts'

const oldestNode = 24

const help = `Kora watches the services you depend on.

Usage
  kora serve [--port N] [--host H] [--demo] [--open]
      Runs Kora without a desktop window and serves the cockpit on this machine.
  kora status [--demo] [--json]
      Says how the running Kora is; without --json with a fresh sign-in link.
  kora check <probe> [--demo] [--json]
      Checks one probe now and records the result.
  kora cost [--demo] [--json]
      Says what model calls cost, how much of the budget is left, and what spent it.
  kora snapshot [--demo]
      Prints the state of Kora as one JSON document, as other programs read it.
  kora pause [30m|2h|1d] [--criticals] [--reason TEXT] [--demo] [--json]
      Calls no model and tells nothing, for that long or until resumed; watching
      goes on. With --criticals those are told all the same.
  kora resume [--demo] [--json]
      Ends such a pause; what was held back is looked at again, then told.
  kora stop [--reason TEXT] [--demo] [--json]
      Ends the running Kora in order.
  kora doctor [--verify-audit] [--demo]
      Looks for what would keep Kora from running here; with --verify-audit it
      walks the hash chain over the records as well.
  kora --help | --version

Options
  --port N   port of the cockpit, 0 to 65535; 0 takes a free one (KORA_WEB_PORT, 9119)
  --host H   address to listen on (KORA_WEB_HOST, 127.0.0.1)
  --demo     simulated services and a data folder of their own
  --open     opens the cockpit in the default browser
  --json     one JSON document on stdout
  --reason   why, for the record

Exit codes
  0  done, well
  1  failed; for check: the probe is not well; for snapshot: there is none
  2  bad usage or configuration, or the port is taken
  3  another process owns the data folder
  4  no Kora is running
  130  interrupted while it started
`

const commands = ['serve', 'status', 'check', 'cost', 'snapshot', 'pause', 'resume', 'stop', 'doctor'] as const

/** What the command line says, understood once. */
export interface Invocation {
  readonly command: (typeof commands)[number]
  readonly probe: string
  readonly port: string | undefined
  readonly host: string | undefined
  readonly demo: boolean
  readonly open: boolean
  readonly json: boolean
  /** How long a pause lasts; null until it is resumed. */
  readonly forMs: number | null
  readonly criticals: boolean
  readonly reason: string
  readonly verifyAudit: boolean
}

/**
 * @param root folder of `package.json`, `resources` and `out`
 * @returns the exit code; `serve` returns when it was told to stop
 */
export async function run(args: readonly string[], root: string): Promise<number> {
  if (Number(process.versions.node.split('.')[0]) < oldestNode) {
    process.stderr.write(`Kora needs Node ${oldestNode} or newer; this is ${process.versions.node}.\n`)
    return exitCodes.badUsage
  }
  if (args.includes('--help') || args.length === 0) return say(help)
  if (args.includes('--version')) return say(`${versionOf(root)}\n`)
  const parsed = parse(args)
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed} See kora --help.\n`)
    return exitCodes.badUsage
  }
  // Each command loads what it needs; asking for the version should not open a database library.
  const { command } = parsed
  if (command === 'serve') {
    makeThrifty()
    return (await import('./serve.ts')).serve({ ...parsed, root, version: versionOf(root) })
  }
  if (command === 'doctor') return (await import('./doctor.ts')).doctor({ ...parsed, root })
  return (await import('./ask.ts')).ask({ ...parsed, command })
}

/** The command line as data, or one sentence about what is wrong with it. */
export function parse(args: readonly string[]): Invocation | string {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        demo: { type: 'boolean', default: false },
        open: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        criticals: { type: 'boolean', default: false },
        reason: { type: 'string', default: '' },
        'verify-audit': { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return sentence(error instanceof Error ? error.message : String(error))
  }
  const { values, positionals } = parsed
  const [word = '', argument = '', ...more] = positionals
  const command = commands.find((known) => known === word)
  if (command === undefined) return word === '' ? 'A command is missing.' : `There is no command ${word}.`
  const takes = command === 'check' || command === 'pause'
  if (command === 'check' && (argument === '' || more.length > 0)) return 'check takes the id of one probe.'
  if (!takes && argument !== '') return `${command} takes no ${argument}.`
  const forMs = command === 'pause' && argument !== '' ? durationMs(argument) : null
  if (Number.isNaN(forMs) || (takes && more.length > 0)) {
    return 'pause takes one duration from 1m to 30d, such as 30m, 2h or 1d.'
  }
  const { port, host, demo, open, json, criticals, reason } = values
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    return '--port must be a whole number from 0 to 65535.'
  }
  const probe = command === 'check' ? argument : ''
  const verifyAudit = values['verify-audit']
  return { command, probe, port, host, demo, open, json, forMs, criticals, reason, verifyAudit }
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30m`, `2h`, `1d`; NaN for anything else, and for less than a minute or more than 30 days. */
function durationMs(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const ms = Number(count) * (unitMs[unit] ?? Number.NaN)
  return ms >= 60_000 && ms <= 30 * 86_400_000 ? ms : Number.NaN
}

function sentence(text: string): string {
  const [first = ''] = text.split('. ')
  return first.endsWith('.') ? first : `${first}.`
}

function say(text: string): number {
  process.stdout.write(text)
  return exitCodes.ok
}

function versionOf(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return manifest.version
}
