import { expect, it, onTestFinished } from 'vitest'
import type { ProbeDraft } from '../../src/contract/probes.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type KoraProcess, sourceRoot, startKoraProcess } from '../fakes/koraProcess.ts'
import { tempFolder } from '../fakes/tempFolder.ts'

/** `KORA_ROUNDS=200` (row 15) and `100` (row 16) are the long form. */
const rounds = Number(process.env['KORA_ROUNDS'] ?? 3)
const limitMs = 20_000 + rounds * 10_000

interface World {
  readonly simulator: Simulator
  readonly start: () => Promise<KoraProcess>
}

/** Simulated services and a data folder that outlives the processes on it. */
async function world(): Promise<World> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  const [root, folder] = [await sourceRoot(), await tempFolder()]
  const env = {
    PATH: process.env['PATH'] ?? '',
    KORA_HOME: folder,
    KORA_SLACK_BOT_TOKEN: 'xoxb-test-000000000000-aaaaaaaaaaaa',
    KORA_SLACK_OPERATOR_USER_ID: 'U0OPERATOR',
    KORA_SLACK_BASE_URL: `${simulator.urls.slack}/`,
    KORA_ANTHROPIC_API_KEY: 'sk-ant-test-000000000000',
    KORA_ANTHROPIC_BASE_URL: simulator.urls.anthropic,
    TEST_FLY_TOKEN: 'FlyV1 test-token-000000',
  }
  return { simulator, start: () => startKoraProcess(root, env) }
}

/** A fresh probe with one of two machines stopped: a warning at its first check, told once after its diagnosis. */
function troubledProbe(simulator: Simulator, round: number): ProbeDraft {
  const app = `app-${round}`
  const machine = { name: 'm', region: 'fra', instance_id: 'i' }
  simulator.state.fly.apps[app] = [
    { ...machine, id: 'a', state: 'started' },
    { ...machine, id: 'b', state: 'stopped' },
  ]
  const config = { apps: [app], baseUrl: simulator.urls.fly, tokenRef: 'env:TEST_FLY_TOKEN' }
  return { id: `fly-${round}`, kind: 'fly', title: app, config, intervalMs: 86_400_000, enabled: true }
}

/** Resolves when the simulator has received `count` requests whose path contains `part`. */
async function asked(simulator: Simulator, service: 'slack' | 'anthropic', part: string, count: number): Promise<void> {
  const all = () => simulator.requests.filter((request) => request.service === service)
  while (all().filter((request) => request.path.includes(part)).length < count) {
    await simulator.received(service, all().length + 1)
  }
}

/** Ids of every message Slack accepted, with repeats. */
function accepted(simulator: Simulator): string[] {
  return Object.values(simulator.state.slack.channels).flatMap((channel) =>
    channel.messages.map((message) => String(message.metadata?.event_payload?.['message_id'])),
  )
}

/** Asks until the one incident of a probe was told on Slack; the answer to each question is the pause between two. */
async function told(kora: KoraProcess, probeId: string): Promise<void> {
  for (;;) {
    const { items } = await kora.client.incidents.list({})
    if (items.some((incident) => incident.probeId === probeId && incident.toldVia === 'slack')) return
  }
}

/** What the ledger holds for one investigation, oldest first, and what is spent beside what all its rows come to. */
async function charges(kora: KoraProcess, requestedBefore: ReadonlySet<string>) {
  const { rows } = await kora.client.spend.ledger({ limit: 1_000 })
  const { budget } = await kora.client.spend.state()
  return {
    rows: rows.filter(({ id }) => !requestedBefore.has(id)).toReversed(),
    spentNanoUsd: budget.kind === 'known' ? budget.spentNanoUsd : Number.NaN,
    reservedNanoUsd: budget.kind === 'known' ? budget.reservedNanoUsd : Number.NaN,
    sumNanoUsd: rows.reduce((sum, { poolChargeNanoUsd }) => sum + poolChargeNanoUsd, 0),
    ids: new Set(rows.map(({ id }) => id)),
  }
}

function figure(name: string, value: number, unit: string, bound: number | null): void {
  console.log(JSON.stringify({ name, value, unit, bound }))
}

it(
  'reliability row 15: killed between sending a message and marking it, nothing is lost',
  async () => {
    const { simulator, start } = await world()
    let kora = await start()
    let worst = 0
    let repeated = 0
    for (let round = 0; round < rounds; round++) {
      simulator.clearRequests()
      const before = accepted(simulator).length
      // Slack has the message; its answer never reaches the process.
      simulator.setFault('slack', { kind: 'delay', ms: 3_600_000, times: 1, on: 'chat.postMessage' })
      const probe = troubledProbe(simulator, round)
      await kora.client.probes.create(probe)
      await asked(simulator, 'slack', 'chat.postMessage', 1)
      await kora.kill()
      expect(accepted(simulator)).toHaveLength(before + 1)
      kora = await start()
      await told(kora, probe.id)
      const copies = accepted(simulator).length - before
      expect(copies).toBeLessThanOrEqual(2)
      worst = Math.max(worst, copies - 1)
      repeated += copies - 1
      await kora.client.probes.remove({ id: probe.id })
    }
    const lost = rounds - new Set(accepted(simulator)).size
    figure(`row 15: messages lost in ${rounds} kills between sending and marking`, lost, 'messages', 0)
    figure('row 15: repeats after one kill, worst', worst, 'messages', 1)
    figure(`row 15: repeats in ${rounds} kills`, repeated, 'messages', null)
    expect(lost).toBe(0)
    const deliveries = (await kora.client.system.deliveries({ limit: 200 })).filter((row) => row.channel === 'slack')
    expect(deliveries.map((row) => row.outcome)).not.toContain('failed')
  },
  limitMs,
)

it(
  'reliability row 16: killed between the wake and the answer of the model, one message',
  async () => {
    const { simulator, start } = await world()
    let kora = await start()
    let mostCalls = 0
    let mostMessages = 0
    let mostCharges = 0
    let wronglySpent = 0
    let ledgerIds: ReadonlySet<string> = new Set()
    for (let round = 0; round < rounds; round++) {
      simulator.clearRequests()
      const before = accepted(simulator).length
      // Every other round the second process dies in its call too: then nobody calls a third time.
      const kills = 1 + (round % 2)
      simulator.setFault('anthropic', { kind: 'hang', times: kills })
      const probe = troubledProbe(simulator, round)
      await kora.client.probes.create(probe)
      for (let kill = 1; kill <= kills; kill++) {
        await asked(simulator, 'anthropic', '/messages', kill)
        await kora.kill()
        kora = await start()
      }
      await told(kora, probe.id)
      const calls = simulator.requests.filter((request) => request.service === 'anthropic').length
      const messages = accepted(simulator).length - before
      expect({ calls, messages }).toEqual({ calls: 2, messages: 1 })
      const text = Object.values(simulator.state.slack.channels)[0]?.messages.at(-1)?.text ?? ''
      expect(text.includes('unable to investigate')).toBe(kills === 2)
      mostCalls = Math.max(mostCalls, calls)
      mostMessages = Math.max(mostMessages, messages)
      const ledger = await charges(kora, ledgerIds)
      ledgerIds = ledger.ids
      // Nobody saw how a killed call ended: the amount set aside stands in for it.
      const cutOff = ['settled_after_crash', 'settled_after_crash'].slice(0, kills)
      expect(ledger.rows.map(({ note }) => note)).toEqual([...cutOff, null].slice(0, 2))
      expect(ledger.rows.map(({ poolBasis }) => poolBasis)).toEqual(['reserved', kills === 2 ? 'reserved' : 'table'])
      expect(new Set(ledger.rows.map(({ subject }) => subject)).size).toBe(1)
      expect(ledger.reservedNanoUsd).toBe(0)
      mostCharges = Math.max(mostCharges, ledger.rows.length)
      if (ledger.spentNanoUsd !== ledger.sumNanoUsd) wronglySpent += 1
      await kora.client.probes.remove({ id: probe.id })
    }
    figure(`row 16: messages for one wake, worst of ${rounds} rounds`, mostMessages, 'messages', 1)
    figure(`row 16: model calls for one wake, worst of ${rounds} rounds`, mostCalls, 'calls', 2)
    figure(`row 16: charges for one wake, worst of ${rounds} rounds`, mostCharges, 'charges', 2)
    figure(`row 16: rounds whose spent is not the sum of the ledger, of ${rounds}`, wronglySpent, 'rounds', 0)
    expect(wronglySpent).toBe(0)
  },
  limitMs,
)
