import { computeSnapshot, type SnapshotSources } from '../../src/daemon/services/computeSnapshot.ts'
import { bootingState, type OperationalState } from '../../src/domain/operationalState.ts'

export const snapshotNowMs = Date.UTC(2026, 4, 11, 14)

export const readyState: OperationalState = {
  ...bootingState(snapshotNowMs - 3_600_000),
  primary: 'ready',
  permission: 'normal',
  trigger: 'everything was started',
}

/** Everything is known and well. */
export function snapshotSources(changes: Partial<SnapshotSources> = {}): SnapshotSources {
  const up = { state: 'up', lastEventAtMs: snapshotNowMs - 1_000, consecutiveErrors: 0 } as const
  return {
    operational: () => readyState,
    alerts: () => ({ active: [], blind: [], lookedAtMs: snapshotNowMs }),
    rung: () => 'normal',
    pctUsed: () => 12.5,
    spend: () => ({ spentNanoUsd: 25_000_000_000, poolNanoUsd: 200_000_000_000 }),
    poolUsdSet: () => 200,
    defaultModel: () => 'claude-haiku-4-5-20251001',
    services: () => [
      { id: 'fly', kind: 'fly', status: 'healthy', observedAtMs: snapshotNowMs - 30_000, intervalMs: 60_000 },
    ],
    telemetry: () => ({ rolling_24h: {}, monthly: {} }),
    daemon: () => ({ bootAtMs: snapshotNowMs - 3_600_000, uptimeSeconds: 3_600 }),
    listeners: () => ['heartbeat', 'heartbeat_probes'].map((name) => ({ name, ...up })),
    errors: () => ({ count: 0, byKind: {} }),
    ...changes,
  }
}

export function aSnapshot(changes: Partial<SnapshotSources> = {}, nowMs = snapshotNowMs) {
  const meta = { nowMs, sessionId: 'a'.repeat(32), intervalMs: 300_000, redact: (text: string) => text }
  return computeSnapshot(snapshotSources(changes), meta)
}
