import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { tempFolder } from '../fakes/tempFolder.ts'
import { openTestStore } from '../fakes/testStore.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const count = rounds(5)
/** Steps a round may reach before it is killed. */
const longest = 300

const writer = fileURLToPath(new URL('./storeWriter.ts', import.meta.url))

/** Runs the writer, kills it at some moment around its nth step; returns the steps it told to be durable. */
async function writeAndKill(file: string, round: number): Promise<number> {
  const child = spawn(process.execPath, [writer, file, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const killAfter = 1 + randomBelow(longest)
  let output = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    output += text
    if (output.split('\n').length > killAfter) child.kill('SIGKILL')
  })
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)))
  expect(signal).toBe('SIGKILL')
  return output.split('\n').length - 1
}

test(
  `row 1: killed ${count} times while writing, every acknowledged step is there`,
  async () => {
    const folder = await tempFolder()
    let acknowledged = 0
    let lost = 0
    for (let round = 0; round < count; round++) {
      const steps = await writeAndKill(join(folder, 'kora.db'), round)
      const { store } = await openTestStore({ folder })
      for (let step = 0; step < steps; step++) {
        const key = `${round}-${step}`
        const whole =
          store.incidents.get(`inc_${key}`) !== null &&
          store.outbox.get(`msg_${key}`) !== null &&
          store.audit.list({ incidentId: `inc_${key}`, limit: 0 }).length === 1 &&
          store.settings.get(key) === step
        if (!whole) lost += 1
      }
      acknowledged += steps
      // Of the step that was cut off, all or nothing is there.
      const messages = store.outbox.unsettled()
      expect(store.incidents.listOpen()).toHaveLength(messages.length)
      expect(messages.length - acknowledged).toBeLessThanOrEqual(round + 1)
      expect(store.lostLog).toBe(false)
      expect(await store.verifyAudit()).toEqual({ rows: messages.length, ok: true, firstBrokenSeq: null })
      expect(await store.reader.quickCheck()).toEqual([])
      await store.close()
    }
    figure(1, 'SIGKILL while writing', { rounds: count, acknowledged, lost })
    expect(acknowledged).toBeGreaterThan(0)
    expect(lost).toBe(0)
  },
  60_000 + count * 10_000,
)
