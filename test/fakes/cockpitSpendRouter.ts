import { ORPCError } from '@orpc/server'
import type { LedgerEntry, LedgerFilter, ReconciliationView, SpendPoint } from '../../src/contract/spend.ts'
import { tallies } from '../../src/domain/costTelemetry.ts'
import { type LedgerCell, shortCircuitModel } from '../../src/domain/ledger.ts'
import { parseUsd } from '../../src/domain/money.ts'
import { reconcile } from '../../src/domain/reconciliation.ts'
import { d } from './cockpitRows.ts'
import type { World } from './cockpitScenarios.ts'

/** The answers of the Spend procedures, all of them from the rows of the invented ledger. */
export function spendAnswers(world: World, now: () => number) {
  const { spend } = world
  const matching = (filter: LedgerFilter) =>
    spend.ledger.filter(
      (row) =>
        row.atMs >= (filter.fromMs ?? 0) &&
        row.atMs < (filter.toMs ?? Number.POSITIVE_INFINITY) &&
        (filter.route === undefined || row.route === filter.route) &&
        (filter.model === undefined || row.model === filter.model) &&
        isOnly(row, filter.only),
    )
  const known = () => {
    const { budget } = world.state.spend
    if (budget.kind === 'known') return budget
    throw new ORPCError('store_damaged', { message: budget.reason })
  }

  return {
    window: (window: 'process_lifetime' | 'rolling_24h' | 'today' | 'monthly') => {
      const nowMs = now()
      const { budget } = world.state.spend
      const from = {
        process_lifetime: world.state.daemon.startedAtMs,
        rolling_24h: nowMs - d,
        today: nowMs - (nowMs % d),
        monthly: budget.kind === 'known' ? budget.periodStartMs : nowMs - 12 * d,
      }
      const { total, byRoute, byModel } = tallies(matching({ fromMs: from[window] }).map(cellOf))
      return {
        sinceMs: window === 'process_lifetime' ? null : from[window],
        total,
        byRoute,
        byModel,
        suggestions:
          total.calls === 0
            ? []
            : [
                {
                  kind: 'tighten' as const,
                  route: 'alert_investigation' as const,
                  confidence: 0.5,
                  calls: 20,
                  count: 8,
                },
              ],
      }
    },
    ledger: (input: LedgerFilter & { beforeSeq?: number | undefined; limit: number }) => {
      const all = matching(input).filter((row) => row.seq < (input.beforeSeq ?? Number.POSITIVE_INFINITY))
      const rows = all.slice(0, input.limit)
      return { rows, nextBeforeSeq: all.length > rows.length ? (rows.at(-1)?.seq ?? null) : null }
    },
    ledgerTotals: (filter: LedgerFilter) => {
      const rows = matching(filter)
      return {
        rows: rows.length,
        costNanoUsd: rows.reduce((sum, row) => sum + (row.costNanoUsd ?? 0), 0),
        unpriced: rows.filter((row) => row.costNanoUsd === null).length,
      }
    },
    series: ({ fromMs, toMs, points }: { fromMs: number; toMs: number; points: number }) => {
      const widths = [1, 5, 15, 30, 60, 360, 1_440].map((minutes) => minutes * 60_000)
      const bucketMs = widths.find((width) => (toMs - fromMs) / width <= points) ?? 86_400_000
      const begin = Math.floor(fromMs / bucketMs) * bucketMs
      const buckets: SpendPoint[] = []
      for (let atMs = begin; atMs < toMs; atMs += bucketMs) buckets.push(empty(atMs, covered(atMs, atMs + bucketMs)))
      for (const row of matching({ fromMs: begin, toMs })) {
        const bucket = buckets[Math.floor((row.atMs - begin) / bucketMs)]
        if (!bucket) continue
        const strong = row.model === world.state.spend.models.strong
        bucket.calls += 1
        bucket.inputTokens += row.inputTokens
        bucket.outputTokens += row.outputTokens
        bucket.cacheTokens += row.cacheReadTokens + row.cacheCreationTokens
        bucket[strong ? 'strongNanoUsd' : 'cheapNanoUsd'] += row.costNanoUsd ?? 0
        bucket.unpriced += row.costNanoUsd === null ? 1 : 0
      }
      return { bucketMs, points: buckets, gaps: spend.gaps.filter((gap) => gap.toMs > fromMs && gap.fromMs < toMs) }
    },
    months: () => {
      if (spend.ledger.length === 0) return []
      const rows = matching({ fromMs: known().periodStartMs })
      const avoided = rows.filter((row) => row.model === shortCircuitModel)
      const open = {
        periodMs: known().periodStartMs,
        spentNanoUsd: known().spentNanoUsd,
        adjustmentNanoUsd: spend.reconciliations.reduce((sum, one) => sum + one.adjustmentNanoUsd, 0),
        reportedNanoUsd: spend.reconciliations[0]?.reportedNanoUsd ?? null,
        calls: rows.length,
        unpriced: rows.filter((row) => row.costNanoUsd === null).length,
        avoided: avoided.length,
        savedNanoUsd: avoided.reduce((sum, row) => sum + row.savedNanoUsd, 0),
      }
      const before = { ...open, adjustmentNanoUsd: 0, unpriced: 0 }
      return [
        open,
        { ...before, periodMs: Date.UTC(2026, 3, 1), spentNanoUsd: 164_210_000_000, reportedNanoUsd: 163_980_000_000 },
        { ...before, periodMs: Date.UTC(2026, 2, 14), spentNanoUsd: 41_870_000_000, reportedNanoUsd: null },
      ]
    },
    reconcile: (reportedUsd: string, source: ReconciliationView['source'] = 'operator') => {
      const reported = parseUsd(reportedUsd)
      if (reported === null) throw new ORPCError('bad_input', { message: `"${reportedUsd}" is no amount in USD.` })
      const budget = known()
      const { diffNanoUsd: _, ...made } = reconcile({
        localNanoUsd: budget.spentNanoUsd,
        reportedNanoUsd: reported,
        tolerance: world.settings.budget.reconcileTolerancePct / 100,
      })
      const entry: ReconciliationView = {
        ...made,
        id: `rec_${now()}`,
        atMs: now(),
        periodMs: budget.periodStartMs,
        source,
        localNanoUsd: budget.spentNanoUsd,
        reportedNanoUsd: reported,
        tolerance: 0.1,
      }
      spend.reconciliations.unshift(entry)
      const spentNanoUsd = budget.spentNanoUsd + entry.adjustmentNanoUsd
      return { entry, budget: { ...budget, spentNanoUsd, lastReconciliation: entry } }
    },
  }

  function covered(fromMs: number, toMs: number): number {
    if (spend.sinceMs === null || toMs <= spend.sinceMs) return 0
    const away = spend.gaps.reduce(
      (sum, gap) => sum + Math.max(0, Math.min(gap.toMs, toMs) - Math.max(gap.fromMs, fromMs)),
      0,
    )
    return Math.max(0, 1 - away / (toMs - fromMs))
  }
}

function isOnly(row: LedgerEntry, only: LedgerFilter['only']): boolean {
  switch (only) {
    case undefined:
      return true
    case 'unpriced':
      return row.costNanoUsd === null
    case 'escalated':
      return row.escalated
    case 'avoided':
      return row.model === shortCircuitModel
    case 'corrected':
      return row.correctedAtMs !== null
  }
}

function cellOf(row: LedgerEntry): LedgerCell {
  return {
    route: row.route,
    model: row.model,
    escalated: row.escalated,
    reason: row.reason ?? '',
    clampedSignal: row.clampedSignal ?? '',
    calls: 1,
    inputTokens: row.inputTokens,
    outputTokens: row.outputTokens,
    cacheReadTokens: row.cacheReadTokens,
    cacheCreationTokens: row.cacheCreationTokens,
    costNanoUsd: row.costNanoUsd ?? 0,
    poolNanoUsd: row.poolChargeNanoUsd,
    unpriced: row.costNanoUsd === null ? 1 : 0,
    savedNanoUsd: row.savedNanoUsd,
  }
}

function empty(atMs: number, covered: number): SpendPoint {
  return {
    atMs,
    inputTokens: 0,
    outputTokens: 0,
    cacheTokens: 0,
    cheapNanoUsd: 0,
    strongNanoUsd: 0,
    calls: 0,
    unpriced: 0,
    covered,
  }
}
