import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test } from 'vitest'
import { createCostWorld, type CostWorld } from '../fakes/costWorld.ts'
import { createMemoryLogger } from '../fakes/memoryLogger.ts'
import { periodMs } from '../fakes/records.ts'
import { openTestStore, type TestStore } from '../fakes/testStore.ts'
import { answered, setAside, spentNanoUsd } from './ledgerCalls.ts'
import { ledgerFacts } from './ledgerChecks.ts'
import { figure, randomBelow, rounds } from './storeRounds.ts'

const cuts = rounds(40)
const calls = 60

function worldOver({ store, clock, folder }: TestStore): CostWorld {
  const overlayFile = join(folder, 'prices.json')
  return createCostWorld({ store, clock, logger: createMemoryLogger(), baseUrl: 'http://127.0.0.1:9', overlayFile })
}

/** Looks at the database from before the first call on, so that the log is not copied into the main file meanwhile. */
function lookOn(file: string): void {
  const onlooker = new Database(file)
  onTestFinished(() => void onlooker.close())
  onlooker.pragma('wal_checkpoint(TRUNCATE)')
  onlooker.exec('BEGIN')
  onlooker.prepare('SELECT count(*) FROM ledger').get()
}

/** What had been acknowledged when the log was so long. */
interface Moment {
  readonly logBytes: number
  /** Charged by rows, and set aside. */
  readonly nanoUsd: number
  readonly requestIds: readonly string[]
}

test(
  `row 2: ${cuts} power cuts while spending, what was acknowledged is charged, once`,
  async () => {
    const original = await openTestStore()
    const { file, folder } = original
    const world = worldOver(original)
    world.start()
    lookOn(file)
    const main = readFileSync(file)

    const moments: Moment[] = []
    let [charged, reserved] = [0, 0]
    const requestIds: string[] = []
    const acknowledged = (): void => {
      const logBytes = statSync(`${file}-wal`).size
      moments.push({ logBytes, nanoUsd: charged + reserved, requestIds: [...requestIds] })
    }
    for (let call = 0; call < calls; call++) {
      const reservation = setAside(world, 20_000_000 + randomBelow(1_000))
      reserved += reservation.amountNanoUsd
      acknowledged()
      if (call % 9 === 4) world.costs.release(reservation)
      else {
        const row = world.costs.settle(reservation, answered(`req_${call}`, 1 + randomBelow(2_000)))
        charged += row.poolChargeNanoUsd
        requestIds.push(row.requestId)
      }
      reserved -= reservation.amountNanoUsd
      acknowledged()
    }
    const log = readFileSync(`${file}-wal`)
    expect(readFileSync(file).equals(main)).toBe(true)

    let [lost, twice, hydratedOtherwise] = [0, 0, 0]
    for (let cut = 0; cut < cuts; cut++) {
      const at = randomBelow(moments.length)
      const [moment, next] = [moments[at], moments[at + 1]]
      if (!moment) throw new Error('no such moment')
      const end = moment.logBytes + randomBelow((next?.logBytes ?? log.length + 1) - moment.logBytes)
      // What was not yet flushed may be there in part, as nothing, or as something else.
      const tail = [Buffer.alloc(0), Buffer.alloc(8_192), Buffer.from(log.subarray(end, end + 5_000)).reverse()]
      const copy = join(folder, `cut-${cut}`)
      await mkdir(copy)
      copyFileSync(file, join(copy, 'kora.db'))
      writeFileSync(join(copy, 'kora.db-wal'), Buffer.concat([log.subarray(0, end), tail[cut % tail.length] ?? log]))

      const found = await openTestStore({ folder: copy })
      const left = ledgerFacts(found.file)
      const restarted = worldOver(found)
      restarted.start()
      const after = ledgerFacts(found.file)
      const kept = new Set(found.store.ledger.bySubject('chat').map(({ requestId }) => requestId))
      lost += moment.requestIds.filter((id) => !kept.has(id)).length
      twice += left.repeated + left.wrongHours + after.repeated + after.wrongHours
      // The sum is that of the moment; or of the next one, where all that was cut off of its commit were zeros and zeros
      // stand in its place: what nobody was told of may have survived whole.
      const expected = (left.pool.get(periodMs) ?? 0) + left.reservedNanoUsd
      const possible = next && !log.subarray(end, next.logBytes).some((byte) => byte !== 0)
      const sums = possible ? [moment.nanoUsd, next.nanoUsd] : [moment.nanoUsd]
      if (spentNanoUsd(restarted) !== expected || !sums.includes(expected)) hydratedOtherwise += 1
      expect(after).toMatchObject({ rows: left.rows + left.reservations, reservations: 0 })
      await found.store.close()
      rmSync(copy, { recursive: true })
    }
    figure(2, 'power cut while spending', { cuts, calls, lost, twice, hydratedOtherwise })
    expect({ lost, twice, hydratedOtherwise }).toEqual({ lost: 0, twice: 0, hydratedOtherwise: 0 })
  },
  60_000 + cuts * 1_000,
)
