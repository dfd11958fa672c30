import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { tempFolder } from '../fakes/tempFolder.ts'

const contenders = 12
/** `KORA_ROUNDS=50` is the long form. */
const rounds = Number(process.env['KORA_ROUNDS'] ?? 6)

interface Answer {
  readonly outcome: string
  readonly takenOver?: number | null
  readonly ownerPid?: number | null
}

async function answer(child: ChildProcess): Promise<Answer> {
  const [message] = (await once(child, 'message')) as [Answer]
  return message
}

it(
  'reliability row 13: of many processes on one folder exactly one becomes owner',
  async () => {
    const home = await tempFolder()
    const spawn = async (): Promise<ChildProcess> => {
      const child = fork(new URL('folderLockContender.ts', import.meta.url), {
        env: { ...process.env, KORA_HOME: home },
        execArgv: [],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      expect(await answer(child)).toEqual({ outcome: 'ready' })
      return child
    }
    const children = await Promise.all(Array.from({ length: contenders }, spawn))
    let killed: number | null = null
    const owners: number[] = []
    const releases: string[] = []
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all(
        children.map((child) => {
          const reply = answer(child)
          child.send('go')
          return reply
        }),
      )
      const winners = answers.flatMap((reply, index) => (reply.outcome === 'owner' ? [index] : []))
      owners.push(winners.length)
      expect(winners).toHaveLength(1)
      const index = winners[0] ?? -1
      const winner = children[index]
      if (!winner) break
      expect(answers[index]?.takenOver).toBe(killed)
      const losers = answers.filter((_, other) => other !== index)
      expect(losers).toEqual(losers.map(() => ({ outcome: 'folder_locked', ownerPid: winner.pid })))

      // Every other round the owner dies without a word, so that the next race is for a folder it has left locked.
      if (round % 2 === 0) {
        killed = winner.pid ?? null
        winner.kill('SIGKILL')
        await once(winner, 'exit')
        children[index] = await spawn()
      } else {
        killed = null
        const released = answer(winner)
        winner.send('release')
        releases.push((await released).outcome)
      }
    }
    expect(owners).toEqual(Array.from({ length: rounds }, () => 1))
    expect(releases).toEqual(Array.from({ length: Math.floor(rounds / 2) }, () => 'released'))
    console.info(`row 13: ${rounds} races of ${contenders} processes on one folder, one owner in each`)
  },
  20_000 + rounds * 5_000,
)
