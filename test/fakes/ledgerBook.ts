import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { Connection } from '../../src/daemon/store/Connection.ts'
import { LedgerRepository } from '../../src/daemon/store/LedgerRepository.ts'
import { openDatabase } from '../../src/daemon/store/openDatabase.ts'
import type { TelemetryLedger } from '../../src/daemon/services/CostTelemetry.ts'
import type { Correction, LedgerRow } from '../../src/domain/ledger.ts'
import type { FakeClock } from './fakeClock.ts'
import { aCorrection, aLedgerRow, anUnpricedRow } from './records.ts'
import { tempFolder } from './tempFolder.ts'

/** A real ledger on a real file, with what the tests of the windows do to it. */
export interface LedgerBook {
  readonly ledger: TelemetryLedger
  /** How often the ledger was asked. */
  reads(): number
  /** Made now unless told, and in the ledger; without a price when its cost is null. */
  call(changes?: Partial<LedgerRow>): LedgerRow
  /** In the ledger beside its row. */
  laterPrice(row: LedgerRow, costNanoUsd?: number): Correction
}

/** Start of the UTC month. */
export function monthOf(atMs: number): number {
  const at = new Date(atMs)
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1)
}

export async function openLedgerBook(clock: FakeClock): Promise<LedgerBook> {
  const connection = new Connection(openDatabase(join(await tempFolder(), 'kora.db')))
  onTestFinished(() => connection.close())
  const repository = new LedgerRepository(connection)
  let reads = 0
  let made = 0
  const count = <T>(found: T): T => {
    reads += 1
    return found
  }
  return {
    ledger: {
      periodCells: (...of) => count(repository.periodCells(...of)),
      cellsSince: (...of) => count(repository.cellsSince(...of)),
      callsBetween: (...of) => count(repository.callsBetween(...of)),
    },
    reads: () => reads,
    call(changes = {}) {
      const id = `row${(made += 1)}`
      const atMs = changes.atMs ?? clock.nowMs()
      const base = changes.costNanoUsd === null ? anUnpricedRow() : aLedgerRow()
      const row = { ...base, id, requestId: id, reportId: id, atMs, periodMs: monthOf(atMs), ...changes }
      expect(repository.append(row)).toBe('inserted')
      return row
    },
    laterPrice(row, costNanoUsd = 4_000_000) {
      const correction = aCorrection({
        id: `cor_${row.id}`,
        requestId: row.requestId,
        callAtMs: row.atMs,
        periodMs: row.periodMs,
        route: row.route,
        model: row.model,
        costNanoUsd,
        poolDeltaNanoUsd: costNanoUsd - row.poolChargeNanoUsd,
      })
      expect(repository.correct(correction)).toBe('inserted')
      return correction
    },
  }
}
