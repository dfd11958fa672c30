import type { AlertViews } from '../services/AlertViews.ts'
import type { PanelService } from '../services/PanelService.ts'
import type { SnapshotService } from '../services/SnapshotService.ts'
import type { SpendService } from '../services/SpendService.ts'
import type { ViewService } from '../services/ViewService.ts'
import type { PublishedSources } from './publishedEndpoint.ts'

interface Parts {
  readonly version: string
  readonly spend: SpendService
  readonly snapshots: SnapshotService
  readonly alertViews: AlertViews
  readonly visits: ViewService
  /** Loaded when a program asks for what it makes: a daemon that nobody asks does not hold it. */
  readonly panels: () => Promise<PanelService>
}

/** Everything published, from the services that know it. */
export function publishedSources({ version, spend, snapshots, alertViews, visits, panels }: Parts): PublishedSources {
  return {
    version,
    costTelemetry: () => spend.publishedTelemetry(),
    costState: () => spend.publishedState(),
    snapshot: () => snapshots.published(),
    currentAlerts: () => alertViews.published(),
    panelView: ({ panel_name: view, session_id: windowId }) => visits.panelView(view, windowId),
    agentActivity: async (query) => (await panels()).agentActivity(query),
    webhookEvents: async (query) => (await panels()).webhookEvents(query),
    reasoningCalls: async (query) => (await panels()).reasoningCalls(query),
    probeInvestigations: async (query) => (await panels()).probeInvestigations(query),
    alertInvestigations: async (query) => (await panels()).alertInvestigations(query),
    drilldown: async (id) => (await panels()).drilldown(id),
    autofixLog: async (query) => (await panels()).autofixLog(query),
    outboundMail: async (query) => (await panels()).outboundMail(query),
    mailIntents: async (query) => (await panels()).mailIntents(query),
    koraActions: async (query) => (await panels()).koraActions(query),
    heartbeatServices: async () => (await panels()).heartbeatServices(),
  }
}
