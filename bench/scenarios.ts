import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectSocket, type SocketClient } from '../src/daemon/hosting/socketClient.ts'
import { dataPaths } from '../src/daemon/platform/paths.ts'
import { type Simulator, startSimulator } from '../src/simulator/simulator.ts'
import { type Figure, figure } from './figures.ts'
import { startHeadless } from './headless.ts'

/** Rows of the fault matrix that need the built daemon in a process of its own, and mostly a disk that can be broken. */
export interface Scenario {
  /** Why it cannot run here; null when it can. */
  missing(): string | null
  run(): Promise<Figure[]>
}

type Client = SocketClient['client']

const reachMs = 60_000
const intervalMs = 5_000
/** Four checks a second: something is always waiting to be written. */
const busy = 20

function missingRoot(...tools: string[]): string | null {
  if (process.platform !== 'linux') return 'needs Linux'
  if (process.getuid?.() !== 0) return 'needs root'
  const absent = tools.find((tool) => spawnSync('which', [tool]).status !== 0)
  return absent === undefined ? null : `needs ${absent}`
}

function command(name: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** Runs a daemon that watches pages of a simulated site and tells a simulated Slack. */
async function withDaemon(
  home: string,
  probes: number,
  run: (kora: { client: Client; simulator: Simulator }) => Promise<void>,
): Promise<void> {
  const simulator = await startSimulator()
  const kora = await startHeadless(home, {
    KORA_SLACK_BOT_TOKEN: 'xoxb-torture-00000000000',
    KORA_SLACK_OPERATOR_USER_ID: 'U0OPERATOR',
    KORA_SLACK_BASE_URL: `${simulator.urls.slack}/`,
  })
  const { client } = connectSocket(dataPaths({ KORA_HOME: home }, process.platform, { demo: false }).socket, 10_000)
  try {
    for (let index = 0; index < probes; index++) {
      const config = { url: `${simulator.urls.site}/${index === 0 ? '' : 'health'}` }
      const id = `site-${index}`
      await client.probes.create({ id, kind: 'http', title: id, config, intervalMs, enabled: true })
    }
    await until('every probe is well', async () =>
      (await client.probes.list()).every((row) => row.status === 'healthy'),
    )
    await run({ client, simulator })
  } finally {
    await kora.stop()
    await simulator.close()
  }
}

/** Asks until the answer is yes. @returns how long that took, in ms */
async function until(what: string, ask: () => Promise<boolean>): Promise<number> {
  const began = performance.now()
  while (!(await ask())) {
    if (performance.now() - began > reachMs) throw new Error(`not within ${reachMs / 1_000} s: ${what}`)
    await pause(20)
  }
  return performance.now() - began
}

async function refuses(client: Client): Promise<boolean> {
  return (await client.system.info()).problems.some((problem) => problem.code === 'store_refuses')
}

function slackTexts({ state }: Simulator): string[] {
  return Object.values(state.slack.channels).flatMap(({ messages }) => messages.map(({ text }) => text))
}

/** Fills a disk to the last byte. */
function fill(file: string): void {
  for (let bytes = 65_536; bytes > 0; bytes = Math.floor(bytes / 2)) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(bytes))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

const diskFull: Scenario = {
  missing: () => missingRoot('mount'),
  async run() {
    const home = mkdtempSync(join(tmpdir(), 'kora-full-'))
    const figures: Figure[] = []
    command('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', home)
    try {
      // A megabyte is little: more probes fill it by themselves.
      await withDaemon(home, 2, async ({ client, simulator }) => {
        const ballast = join(home, 'ballast')
        fill(ballast)
        simulator.state.site['/'] = { status: 500, body: '', headers: {} }
        const told = await until('the alert is out', async () =>
          slackTexts(simulator).some((text) => text.startsWith('🚨')),
        )
        await until('the store refuses', () => refuses(client))
        // What could not be found out follows in its thread, if the disk takes the record of the try; it is no alert.
        const alerts = slackTexts(simulator).filter((text) => text.startsWith('🚨')).length
        rmSync(ballast)
        const back = await until('the store records again', async () => !(await refuses(client)))
        await until('the incident is on record', async () => (await client.incidents.list({})).items.length === 1)
        const { ok } = await client.system.verifyAudit()
        if (!ok) throw new Error('the audit log is broken')
        simulator.state.site['/'] = { status: 200, body: '', headers: {} }
        await until('the recovery is told', async () => slackTexts(simulator).some((text) => text.startsWith('✅')))
        figures.push(
          figure('row 4: outage to alert on a full disk, 5 s interval and 10 s confirmation', told / 1_000, 's', 30),
          figure('row 4: alerts while the disk was full', alerts, 'messages', 1),
          figure('row 4: space to recording again, without a restart', back / 1_000, 's', 10),
        )
      })
    } finally {
      command('umount', home)
      rmSync(home, { recursive: true })
    }
    return figures
  },
}

/** A file system that ran into an error remounts itself read-only under the open files; `mount` alone would refuse. */
const readOnly: Scenario = {
  missing: () => missingRoot('mount', 'mkfs.ext4', 'findmnt'),
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'kora-read-only-'))
    const [image, home] = [join(folder, 'disk'), join(folder, 'home')]
    const figures: Figure[] = []
    command('truncate', '-s', '32M', image)
    command('mkfs.ext4', '-q', image)
    command('mkdir', home)
    command('mount', '-o', 'loop,errors=remount-ro', image, home)
    try {
      const device = basename(command('findmnt', '-no', 'SOURCE', home))
      await withDaemon(home, busy, async ({ client }) => {
        writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, '1')
        const noticed = await until('the store refuses', () => refuses(client))
        const began = performance.now()
        const rows = await client.probes.list()
        await client.incidents.list({})
        await client.probes.series({ id: 'site-0', fromMs: Date.now() - 60_000, toMs: Date.now(), points: 10 })
        const read = performance.now() - began
        if (rows.some((row) => row.status !== 'healthy')) throw new Error('the probes are no longer well')
        figures.push(
          figure('row 6: read-only remount to degraded', noticed / 1_000, 's', 1),
          figure('row 6: three reads afterwards', read, 'ms', null),
        )
      })
    } finally {
      command('umount', home)
      rmSync(folder, { recursive: true })
    }
    return figures
  },
}

const lockMs = 30_000
const holdLock = `
  const Database = require('better-sqlite3')
  const database = new Database(process.argv[1])
  database.exec('BEGIN IMMEDIATE')
  console.log('held')
  process.stdin.on('end', () => { database.exec('COMMIT'); database.close() }).resume()
`

const lockHeld: Scenario = {
  missing: () => null,
  async run() {
    const home = mkdtempSync(join(tmpdir(), 'kora-lock-'))
    const { database } = dataPaths({ KORA_HOME: home }, process.platform, { demo: false })
    const figures: Figure[] = []
    try {
      await withDaemon(home, busy, async ({ client, simulator }) => {
        const holder = spawn(process.execPath, ['-e', holdLock, database], {
          cwd: import.meta.dirname,
          stdio: ['pipe', 'pipe', 'inherit'],
        })
        await once(holder.stdout, 'data')
        const before = simulator.requests.length
        const began = performance.now()
        let slowest = 0
        while (performance.now() - began < lockMs) {
          const asked = performance.now()
          await client.probes.list()
          slowest = Math.max(slowest, performance.now() - asked)
          await pause(50)
        }
        const made = simulator.requests.length - before
        holder.stdin.end()
        await once(holder, 'exit')
        const recorded = async (): Promise<number> => {
          const span = { fromMs: Date.now() - 120_000, toMs: Date.now(), points: 10 }
          const series = await Promise.all(
            (await client.probes.list()).map(({ id }) => client.probes.series({ id, ...span })),
          )
          return series.flatMap(({ points }) => points).reduce((total, { samples }) => total + samples, 0)
        }
        const total = simulator.requests.length
        await until('every check is recorded', async () => (await recorded()) >= total)
        const due = (busy * lockMs) / intervalMs
        figures.push(
          figure(
            'row 14: checks missed while another process held the lock 30 s',
            Math.max(0, due - made),
            `of ${due}`,
            busy,
          ),
          figure('row 14: slowest read meanwhile', slowest, 'ms', null),
        )
      })
    } finally {
      rmSync(home, { recursive: true })
    }
    return figures
  },
}

export const scenarios = { diskFull, readOnly, lockHeld } as const
