import { audit } from './0004_audit.ts'
import { alerts } from './0009_alerts.ts'
import { budget } from './0007_budget.ts'
import { history } from './0008_history.ts'
import { housekeeping } from './0006_housekeeping.ts'
import { incidents } from './0002_incidents.ts'
import { ledger } from './0005_ledger.ts'
import { outbox } from './0003_outbox.ts'
import { probes } from './0001_probes.ts'

/** Marks a file as ours, so that another program's database is never written to ("Kora"). */
export const applicationId = 0x4b6f7261

/**
 * Append-only: what was released is never edited. Migration n (counted from 1) takes `user_version` from n-1 to n.
 */
export const migrations: readonly (readonly string[])[] = [
  probes,
  incidents,
  outbox,
  audit,
  ledger,
  housekeeping,
  budget,
  history,
  alerts,
]

export const schemaVersion = migrations.length
