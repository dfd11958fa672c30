import { z } from 'zod'
import { PanelView } from '../../contract/published/state.ts'
import { windowNames } from '../../domain/panels/windows.ts'
import { type Endpoint, endpoint } from './publishedEndpoint.ts'

/** A whole number is brought within its bounds; anything else is as good as absent (audit specification, 8). */
function limitOf(fallback: number, most: number) {
  return z
    .preprocess((value) => clamped(value, most), z.int().min(1).max(most))
    .catch(fallback)
    .describe(`Most rows; more than ${most} counts as ${most}, what is no whole number as ${fallback}.`)
}

function clamped(value: unknown, most: number): number | undefined {
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(value.trim())) return undefined
  return Math.min(most, Math.max(1, Number(value)))
}

const page = z.object({ limit: limitOf(50, 200) })
const longPage = z.object({ limit: limitOf(100, 500) })
const windowPage = z.object({
  window: z.enum(windowNames).catch('24h').describe('How far back; what is none of these counts as 24h.'),
  limit: limitOf(50, 200),
})

/**
 * Everything published, a path an entry. Path styles are as published. Other parameters change nothing: there is one
 * operator, so `tenant_id` names the only one there is (ruling 3).
 */
export const publishedTable: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    path: '/api/snapshot',
    name: 'SnapshotAnswer',
    summary: 'The state of Kora in one object, or that there is none that is fresh: look for error.',
    response: async () => (await import('../../contract/published/state.ts')).SnapshotAnswer,
    answer: (sources) => sources.snapshot(),
  }),
  endpoint({
    method: 'GET',
    path: '/api/alerts/current',
    name: 'CurrentAlerts',
    summary: 'What is true right now that the operator should know of, most urgent first.',
    response: async () => (await import('../../contract/published/state.ts')).CurrentAlerts,
    answer: (sources) => sources.currentAlerts(),
  }),
  endpoint({
    method: 'GET',
    path: '/api/cost_telemetry',
    name: 'CostTelemetry',
    summary: 'Counters of model calls by route, since the start of the process, over 24 hours and this billing period.',
    response: async () => (await import('../../contract/published/cost.ts')).CostTelemetry,
    answer: (sources) => sources.costTelemetry(),
  }),
  endpoint({
    method: 'GET',
    path: '/api/cost-state',
    name: 'CostState',
    summary: 'The pool of this billing period, what is spent, where that leads, and comparisons with the provider.',
    response: async () => (await import('../../contract/published/cost.ts')).CostState,
    answer: (sources) => sources.costState(),
  }),
  endpoint({
    method: 'GET',
    path: '/api/heartbeat/services',
    name: 'HeartbeatServices',
    summary: 'What the last check of each watched service found.',
    response: async () => (await import('../../contract/published/heartbeat.ts')).HeartbeatServices,
    answer: (sources) => sources.heartbeatServices(),
  }),
  endpoint({
    method: 'GET',
    path: '/api/probe-investigations',
    name: 'ProbeInvestigations',
    summary: 'Wakes of probes, newest first, each with its investigation and how the operator was told.',
    query: windowPage,
    response: async () => (await import('../../contract/published/investigations.ts')).ProbeInvestigations,
    answer: (sources, { query }) => sources.probeInvestigations(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/alert-investigations',
    name: 'AlertInvestigations',
    summary: 'Finished investigations of alerts, newest first.',
    query: windowPage,
    response: async () => (await import('../../contract/published/investigations.ts')).AlertInvestigations,
    answer: (sources, { query }) => sources.alertInvestigations(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/investigations/{id}',
    name: 'Drilldown',
    summary: 'Everything published about one session, oldest first; an unknown id has an empty timeline.',
    response: async () => (await import('../../contract/published/actions.ts')).Drilldown,
    answer: (sources, { params }) => sources.drilldown(params.id),
  }),
  endpoint({
    method: 'GET',
    path: '/api/kora-actions/recent',
    name: 'KoraActions',
    summary: 'What was done, newest first, with counts by category and a series of 14 days.',
    query: longPage,
    response: async () => (await import('../../contract/published/actions.ts')).KoraActions,
    answer: (sources, { query }) => sources.koraActions(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/probe-autofix/recent',
    name: 'AutofixLog',
    summary: 'Fixes tried and refused, newest first.',
    query: longPage,
    response: async () => (await import('../../contract/published/actions.ts')).AutofixLog,
    answer: (sources, { query }) => sources.autofixLog(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/reasoning/recent',
    name: 'ReasoningCalls',
    summary: 'Tool calls of the model by session, newest first, with the reply they led to.',
    query: page,
    response: async () => (await import('../../contract/published/activity.ts')).ReasoningCalls,
    answer: (sources, { query }) => sources.reasoningCalls(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/agent-activity/recent',
    name: 'AgentActivity',
    summary: 'Calls of tools offered to agents, newest first.',
    query: page,
    response: async () => (await import('../../contract/published/activity.ts')).AgentActivity,
    answer: (sources, { query }) => sources.agentActivity(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/webhooks/events/recent',
    name: 'WebhookEvents',
    summary: 'Webhook requests that were turned away, newest first.',
    query: page,
    response: async () => (await import('../../contract/published/activity.ts')).WebhookEvents,
    answer: (sources, { query }) => sources.webhookEvents(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/outbound-email/recent',
    name: 'OutboundMail',
    summary: 'Mail sent to the operator, newest first: sizes and outcomes, never words.',
    query: longPage,
    response: async () => (await import('../../contract/published/actions.ts')).OutboundMail,
    answer: (sources, { query }) => sources.outboundMail(query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/email-intent/recent',
    name: 'MailIntents',
    summary: 'Mail from the operator that was looked at for a task-board item, newest first.',
    query: longPage,
    response: async () => (await import('../../contract/published/actions.ts')).MailIntents,
    answer: (sources, { query }) => sources.mailIntents(query),
  }),
  endpoint({
    method: 'POST',
    path: '/api/panel_view',
    name: 'PanelViewAnswer',
    summary: 'Keeps one visit of a place on this machine; a visit that could not be kept is answered with a warning.',
    body: PanelView,
    response: async () => (await import('../../contract/published/state.ts')).PanelViewAnswer,
    answer: (sources, { body }) => sources.panelView(body),
  }),
  endpoint({
    method: 'GET',
    path: '/api/openapi.json',
    name: 'OpenApi',
    summary: 'This description.',
    response: async () => (await import('../../contract/published/openApi.ts')).OpenApi,
    answer: (sources) => sources.openApi(),
  }),
]
