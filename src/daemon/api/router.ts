import { alertsApi } from './alerts.ts'
import { historyApi } from './history.ts'
import { incidentsApi } from './incidents.ts'
import { operationalApi } from './operational.ts'
import { probesApi } from './probes.ts'
import { settingsApi } from './settings.ts'
import { spendApi } from './spend.ts'
import { stateApi } from './state.ts'
import { systemApi } from './system.ts'
import { viewsApi } from './views.ts'

/** What each area of the contract is answered from. */
interface RouterParts {
  readonly alerts: Parameters<typeof alertsApi>[0]
  readonly history: Parameters<typeof historyApi>[0]
  readonly incidents: Parameters<typeof incidentsApi>[0]
  readonly operational: Parameters<typeof operationalApi>[0]
  readonly probes: Parameters<typeof probesApi>[0]
  readonly settings: Parameters<typeof settingsApi>[0]
  readonly spend: Parameters<typeof spendApi>[0]
  readonly state: Parameters<typeof stateApi>[0]
  readonly system: Parameters<typeof systemApi>[0]
  readonly views: Parameters<typeof viewsApi>[0]
}

/** The whole contract's implementation. */
export function createRouter(parts: RouterParts) {
  return {
    alerts: alertsApi(parts.alerts),
    history: historyApi(parts.history),
    incidents: incidentsApi(parts.incidents),
    operational: operationalApi(parts.operational),
    probes: probesApi(parts.probes),
    settings: settingsApi(parts.settings),
    spend: spendApi(parts.spend),
    state: stateApi(parts.state),
    system: systemApi(parts.system),
    views: viewsApi(parts.views),
  }
}
