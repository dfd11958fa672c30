import { setInterval } from 'node:timers/promises'
import { Agent } from 'undici'

/**
 * What HTTP alone costs: as many requests at the same pace as the daemon makes, and nothing else.
 * Arguments: address, requests a second, seconds. Prints CPU per request in ms, start-up left out.
 */
const [url = '', perSecond = '25', seconds = '60'] = process.argv.slice(2)
const agent = new Agent({ connections: 16 })
const { origin } = new URL(url)

async function ask(): Promise<void> {
  const { body } = await agent.request({ origin, path: '/bare', method: 'GET' })
  await body.text()
}

const warmUp = Number(perSecond) * 5
const total = warmUp + Number(perSecond) * Number(seconds)
const running = new Set<Promise<void>>()
let sent = 0
let before = process.cpuUsage()
for await (const _ of setInterval(1_000 / Number(perSecond))) {
  if (sent === warmUp) before = process.cpuUsage()
  const request = ask().finally(() => running.delete(request))
  running.add(request)
  if (++sent === total) break
}
await Promise.all(running)
const { user, system } = process.cpuUsage(before)
console.log((user + system) / 1_000 / (total - warmUp))
