import type { Delivery, Incident, Investigation, OutboxRow, Watch } from '../../src/domain/incident.ts'
import type { LedgerRow } from '../../src/domain/ledger.ts'
import type { Observation } from '../../src/domain/observation.ts'
import type { ProbeDefinition } from '../../src/domain/probe.ts'
import type { WakeEvent } from '../../src/domain/wake.ts'

/** 2026-05-11 14:00 UTC, where the fake clock starts. */
export const startMs = Date.UTC(2026, 4, 11, 14, 0, 0)

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
    processId: 'p1',
    provider: 'anthropic',
    account: 'api_key',
    model: 'claude-haiku-4-5',
    route: 'probe_investigation',
    parentRoute: null,
    iteration: 1,
    inputTokens: 2_000,
    outputTokens: 500,
    cacheReadTokens: 0,
    cacheCreationTokens: 0,
    costNanoUsd: 4_500_000,
    poolChargeNanoUsd: 4_500_000,
    priceVersion: 'prices-2026-07',
    priceBasis: 'table',
    poolBasis: 'table',
    escalated: false,
    reason: null,
    rung: 'normal',
    requestId: 'req_1',
    sourceId: 'anthropic',
    reportId: 'req_1',
    subject: 'investigation:inv_1',
    ...changes,
  }
}
