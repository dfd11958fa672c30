/**
 * How soon an alert of the daemon itself is on its way. 400 times the pool is made so small that 80 % of it is used,
 * and large again once that was told: the rung moves and `cost_ladder_warned` is raised, told and resolved, each time an
 * occurrence of its own. Cooldown 0, so that nothing is held back. The whole daemon runs in this process on real files,
 * sockets and timers; Slack is the simulator, in this process too.
 *
 * Measured up to the moment at which an attempt begins: the call that shows the notification, and the arrival of the
 * message's request at Slack.
 * - From the cause: the moment before the call that changes the pool. The change, the new rung and the alert are three
 *   durable steps, and between the last two the daemon gathers for 20 ms what happens together.
 * - From the record: the return of the transaction that holds the alert and its messages.
 * The first round does not count: it loads Slack's client and opens the conversation.
 */
import type { OutboxRow } from '../src/domain/incident.ts'
import { startSimulator } from '../src/simulator/simulator.ts'
import { withDaemon } from './daemon.ts'
import { percentile, print } from './figures.ts'
import { withHome } from './home.ts'
import { noteCommits } from './observed.ts'

const alerts = 400
const [ordinaryPoolUsd, tightPoolUsd, spentUsd] = [200, 100, 80]

const committedAt = noteCommits((row) => row.kind === 'system_alert')
const simulator = await startSimulator({ nowMs: () => performance.timeOrigin + performance.now() })
const env = {
  KORA_SLACK_BOT_TOKEN: 'xoxb-bench-000000000000-aaaaaaaaaaaa',
  KORA_SLACK_OPERATOR_USER_ID: 'U0OPERATOR',
  KORA_SLACK_BASE_URL: `${simulator.urls.slack}/`,
}
type Channel = OutboxRow['channel']
const fromCause: Record<Channel, number[]> = { native: [], slack: [] }
const fromRecord: Record<Channel, number[]> = { native: [], slack: [] }
let causedAt = 0
let counts = false

/** An attempt to deliver a message begins. */
function attempted(channel: Channel, messageId: string, atMs: number): void {
  const committed = committedAt.get(messageId)
  if (committed === undefined || !counts) return
  fromCause[channel].push(atMs - causedAt)
  fromRecord[channel].push(atMs - committed)
}

/** Looks over what reached Slack since the last time: one message a change, after the first that opens the conversation. */
function lookAtSlack(): void {
  const posted = simulator.requests.filter(({ path }) => path.endsWith('/chat.postMessage'))
  if (posted.length !== 1) throw new Error(`${posted.length} messages reached Slack for one change`)
  for (const { body, atMs } of posted) {
    const { metadata } = body as { metadata: { event_payload: { message_id: string } } }
    attempted('slack', metadata.event_payload.message_id, atMs - performance.timeOrigin)
  }
  simulator.clearRequests()
}

await withHome(async (home) => {
  const show = async ({ id }: { id: string }): Promise<{ shown: true }> => {
    attempted('native', id, performance.now())
    return { shown: true }
  }
  await withDaemon({ home, env, show }, async ({ daemon, client }) => {
    // No model looks into the alerts: its messages would stand between those that are measured.
    await client.settings.update({ alerts: { categoryCooldownSeconds: 0, burstThreshold: 100, investigate: false } })
    await client.spend.reconcile({ reportedUsd: String(spentUsd) })
    const setPool = async (poolUsd: number, requests: number): Promise<void> => {
      causedAt = performance.now()
      await client.settings.update({ budget: { poolUsd } })
      await simulator.received('slack', requests)
      await daemon.drain()
      lookAtSlack()
    }
    for (let round = 0; round <= alerts; round++) {
      counts = round > 0
      await setPool(tightPoolUsd, counts ? 1 : 2)
      await setPool(ordinaryPoolUsd, 1)
    }
  })
})
await simulator.close()

for (const channel of ['native', 'slack'] as const) {
  const told = fromRecord[channel].length
  if (told !== alerts) throw new Error(`${told} attempts on ${channel} for ${alerts} alerts`)
  const name = channel === 'native' ? 'native delivery started' : 'Slack request arrived'
  print(`alert caused to ${name}, p50`, percentile(fromCause[channel], 0.5), 'ms', null)
  print(`alert caused to ${name}, p99 of ${alerts}`, percentile(fromCause[channel], 0.99), 'ms', 100)
  print(`alert recorded to ${name}, p50`, percentile(fromRecord[channel], 0.5), 'ms', null)
  print(`alert recorded to ${name}, p99 of ${alerts}`, percentile(fromRecord[channel], 0.99), 'ms', 100)
  print(`alert caused to ${name}, worst`, Math.max(...fromCause[channel]), 'ms', null)
}
