import type { PublishedSources } from '../../src/daemon/hosting/publishedEndpoint.ts'
import { costState } from '../../src/domain/costState.ts'
import { publishedWindow } from '../../src/domain/costTelemetry.ts'
import { noUsage } from '../../src/domain/ledger.ts'
import { koraActions } from '../../src/domain/panels/actions.ts'
import { agentActivity } from '../../src/domain/panels/agentActivity.ts'
import { alertInvestigations } from '../../src/domain/panels/alertInvestigations.ts'
import { autofixLog } from '../../src/domain/panels/autofix.ts'
import { drilldown } from '../../src/domain/panels/drilldown.ts'
import { heartbeatServices } from '../../src/domain/panels/heartbeat.ts'
import { mailIntents, outboundMail } from '../../src/domain/panels/mail.ts'
import { probeInvestigations } from '../../src/domain/panels/probeInvestigations.ts'
import { reasoningCalls } from '../../src/domain/panels/reasoning.ts'
import { webhookEvents } from '../../src/domain/panels/webhookEvents.ts'
import { aSnapshot } from './snapshotSources.ts'
import { aBudget } from './spendViews.ts'

const nowMs = Date.UTC(2026, 4, 11, 12)
const axis = (limit: number) => ({ limit, remaining: limit - 1, resetAtMs: nowMs + 60_000 })
const window = publishedWindow([
  {
    ...noUsage,
    route: 'slack_dm',
    model: 'claude-haiku-4-5',
    escalated: false,
    reason: '',
    clampedSignal: '',
    calls: 2,
    inputTokens: 2_000,
    outputTokens: 500,
    costNanoUsd: 4_500_000,
    poolNanoUsd: 4_500_000,
    unpriced: 0,
    savedNanoUsd: 0,
  },
])

export const stubTelemetry = { process_lifetime: window, rolling_24h: window, monthly: window }

export const stubCostState = costState({
  budget: aBudget(),
  nowMs,
  thresholds: { warnPct: 75, downshiftPct: 90, stopPct: 100 },
  strongModel: 'claude-opus-4-7',
  reconciliations: [],
  pulse: { capturedAtMs: nowMs, requests: axis(50), tokens: axis(50_000) },
})

/** A little spent, and nothing else recorded. */
export function publishedSources(changes: Partial<PublishedSources> = {}): PublishedSources {
  const lists = { window: '24h', sinceMs: nowMs - 86_400_000, page: [], nowMs } as const
  return {
    version: '0.0.0-test',
    costTelemetry: () => stubTelemetry,
    costState: () => stubCostState,
    agentActivity: () => agentActivity([], [], nowMs),
    webhookEvents: () => webhookEvents([], [], nowMs),
    reasoningCalls: () =>
      reasoningCalls({ page: [], recent: [], sources: { slack: [], mails: [], completed: [] }, nowMs }),
    probeInvestigations: () =>
      probeInvestigations({ ...lists, wakes: [], completedLately: [], sessions: new Map(), health: new Map() }),
    alertInvestigations: () => alertInvestigations({ ...lists, all: [], recent: [], slack: [] }),
    drilldown: (id) => drilldown(id, [], [], nowMs),
    autofixLog: () => autofixLog([], [], nowMs),
    outboundMail: () => outboundMail([], [], nowMs),
    mailIntents: () => mailIntents([], [], nowMs),
    koraActions: () => koraActions([], [], nowMs),
    heartbeatServices: () => heartbeatServices([], nowMs),
    snapshot: () => aSnapshot(),
    currentAlerts: () => ({
      alerts: [],
      stub: false,
      generated_at: '2026-05-11T12:00:00Z',
      total_active: 0,
      by_severity: { critical: 0, warning: 0, info: 0 },
    }),
    panelView: () => ({ ok: true }),
    ...changes,
  }
}
