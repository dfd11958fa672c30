import type { Delivery, Incident, Investigation, OutboxRow, Watch } from '../../src/domain/incident.ts'
import {
  type Correction,
  type LedgerRow,
  noUsage,
  type Reconciliation,
  type Reservation,
} from '../../src/domain/ledger.ts'
import type { Observation } from '../../src/domain/observation.ts'
import type { ProbeDefinition } from '../../src/domain/probe.ts'
import type { WakeEvent } from '../../src/domain/wake.ts'

/** 2026-05-11 14:00 UTC, where the fake clock starts. */
export const startMs = Date.UTC(2026, 4, 11, 14, 0, 0)

/** Start of the billing period it lies in. */
export const periodMs = Date.UTC(2026, 4, 1)

export function aProbe(changes: Partial<ProbeDefinition> = {}): ProbeDefinition {
  return {
    id: 'fly',
    kind: 'fly',
    title: 'Fly',
    config: { app: 'shop', token: 'env:FLY_API_TOKEN' },
    intervalMs: 60_000,
    enabled: true,
    createdAtMs: startMs,
    updatedAtMs: startMs,
    ...changes,
  }
}

export function anObservation(changes: Partial<Observation> = {}): Observation {
  return {
    id: '01KRBJ0000000000000000000A',
    probeId: 'fly',
    observedAtMs: startMs,
    cycleSeq: 1,
    status: 'healthy',
    cause: 'none',
    latencyMs: 120,
    details: { machines: 2 },
    error: null,
    ...changes,
  }
}

export function anIncident(changes: Partial<Incident> = {}): Incident {
  return {
    id: 'inc_1',
    probeId: 'fly',
    category: 'service_unhealthy',
    state: 'open',
    severity: 'critical',
    maxSeverity: 'critical',
    title: 'Fly is unhealthy',
    detail: '1 of 2 machines is stopped',
    status: 'unhealthy',
    cause: 'server_error',
    error: 'HTTP 503',
    details: { machines: 2, stopped: ['a'] },
    firstSeenAtMs: startMs,
    openedAtMs: startMs,
    lastSeenAtMs: startMs,
    resolvedAtMs: null,
    seenCount: 1,
    reopenedCount: 0,
    flapping: false,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    handledAtMs: null,
    handledReason: null,
    groupLeaderId: null,
    remindersSent: 0,
    nextReminderAtMs: null,
    heldWakeId: null,
    heldUntilMs: null,
    ...changes,
  }
}

export function aWatch(changes: Partial<Watch> = {}): Watch {
  return {
    probeId: 'fly',
    category: 'service_unhealthy',
    phase: 'suspect',
    consecutiveBad: 1,
    consecutiveUnreachable: 0,
    consecutiveGood: 0,
    firstBadAtMs: startMs,
    recheckAtMs: startMs + 10_000,
    incidentId: null,
    lastDispatchedAtMs: null,
    lastDispatchedSeverity: null,
    flipsAtMs: [startMs - 1, startMs],
    ...changes,
  }
}

export function aWake(changes: Partial<WakeEvent> = {}): WakeEvent {
  return {
    eventId: 'evt_1',
    incidentId: 'inc_1',
    reason: 'opened',
    probe: 'fly',
    severity: 'critical',
    category: 'service_unhealthy',
    title: 'Fly is unhealthy',
    detail: '1 of 2 machines is stopped',
    snapshotDetails: { machines: 2 },
    envelopeEnabled: true,
    envelopeFixName: 'restart_unhealthy_machine',
    observedAtMs: startMs,
    status: 'unhealthy',
    error: 'HTTP 503',
    latencyMs: 80,
    cycleSeq: 7,
    firstSeenAtMs: startMs,
    consecutive: 2,
    groupedIncidentIds: ['inc_1'],
    ...changes,
  }
}

export function anInvestigation(changes: Partial<Investigation> = {}): Investigation {
  return {
    id: 'inv_1',
    incidentId: 'inc_1',
    wakeEventId: 'evt_1',
    requestedBy: 'wake',
    state: 'pending',
    requestedAtMs: startMs,
    startedAtMs: null,
    finishedAtMs: null,
    failure: null,
    text: null,
    model: null,
    inputTokens: null,
    outputTokens: null,
    cacheReadTokens: null,
    cacheCreationTokens: null,
    costNanoUsd: null,
    durationMs: null,
    tries: 0,
    ...changes,
  }
}

export function aMessage(changes: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id: 'msg_1',
    channel: 'slack',
    kind: 'alert',
    incidentId: 'inc_1',
    wakeEventId: 'evt_1',
    investigationId: null,
    alertId: null,
    state: 'pending',
    payload: {
      title: 'Fly is unhealthy',
      text: '1 of 2 machines is stopped',
      severity: 'critical',
      tag: null,
      silent: false,
      route: '/investigations/inc_1',
    },
    replyToId: null,
    createdAtMs: startMs,
    notBeforeMs: startMs,
    attempts: 0,
    settledAtMs: null,
    remoteRef: null,
    remoteChannel: null,
    failure: null,
    ...changes,
  }
}

export function aDelivery(changes: Partial<Delivery> = {}): Delivery {
  return {
    id: 'dlv_1',
    outboxId: 'msg_1',
    channel: 'slack',
    attempt: 1,
    startedAtMs: startMs,
    outcome: 'sent',
    reason: null,
    note: null,
    latencyMs: 90,
    remoteRef: '1778508000.000100',
    ...changes,
  }
}

export function aLedgerRow(changes: Partial<LedgerRow> = {}): LedgerRow {
  return {
    id: '01KRBJ0000000000000000000B',
    atMs: startMs,
    periodMs,
    processId: 'p1',
    provider: 'anthropic',
    account: 'api_key',
    model: 'claude-haiku-4-5',
    route: 'probe_investigation',
    parentRoute: null,
    iteration: 1,
    ...noUsage,
    inputTokens: 2_000,
    outputTokens: 500,
    costNanoUsd: 4_500_000,
    poolChargeNanoUsd: 4_500_000,
    priceVersion: 'prices-2026-07',
    priceBasis: 'table',
    poolBasis: 'table',
    escalated: false,
    reason: null,
    clampedSignal: null,
    rung: 'normal',
    requestId: 'req_1',
    sourceId: 'anthropic',
    reportId: 'req_1',
    subject: 'investigation:inv_1',
    savedNanoUsd: 0,
    note: null,
    ...changes,
  }
}

/** A call whose model no price list knew: five million charged in its place. */
export function anUnpricedRow(changes: Partial<LedgerRow> = {}): LedgerRow {
  return aLedgerRow({
    model: 'claude-haiku-9',
    costNanoUsd: null,
    poolChargeNanoUsd: 5_000_000,
    priceBasis: 'unknown',
    poolBasis: 'fallback',
    ...changes,
  })
}

export function aReservation(changes: Partial<Reservation> = {}): Reservation {
  return {
    id: '01KRBJ0000000000000000000C',
    atMs: startMs,
    periodMs,
    processId: 'p1',
    provider: 'anthropic',
    account: 'api_key',
    model: 'claude-haiku-4-5',
    route: 'probe_investigation',
    parentRoute: null,
    iteration: 1,
    escalated: false,
    reason: 'default_haiku',
    clampedSignal: null,
    rung: 'normal',
    subject: 'investigation:inv_1',
    amountNanoUsd: 20_000_000,
    note: null,
    ...changes,
  }
}

/** A later price for `anUnpricedRow`: one million too much was charged. */
export function aCorrection(changes: Partial<Correction> = {}): Correction {
  return {
    id: '01KRBJ0000000000000000000D',
    atMs: startMs + 3_600_000,
    kind: 'repricing',
    requestId: 'req_1',
    callAtMs: startMs,
    periodMs,
    route: 'probe_investigation',
    model: 'claude-haiku-9',
    costNanoUsd: 4_000_000,
    poolDeltaNanoUsd: -1_000_000,
    priceVersion: 'prices-2026-08',
    ...changes,
  }
}

/** The provider's figure lies above ours, within tolerance. */
export function aReconciliation(changes: Partial<Reconciliation> = {}): Reconciliation {
  return {
    id: '01KRBJ0000000000000000000E',
    atMs: startMs,
    periodMs,
    source: 'operator',
    localNanoUsd: 50_000_000_000,
    reportedNanoUsd: 52_000_000_000,
    diffPct: 2 / 52,
    tolerance: 0.1,
    withinTolerance: true,
    adjustmentNanoUsd: 0,
    breakerReTripped: false,
    ...changes,
  }
}
