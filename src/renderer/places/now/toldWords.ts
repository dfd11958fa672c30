import type { IncidentSummary } from '../../../contract/incidents.ts'
import type { OperationalView } from '../../../contract/operational.ts'
import type { MaintenanceState } from '../../../contract/state.ts'
import { formatClockSeconds, formatMoment } from '../../components/format.ts'
import { maintenanceUntil, pauseKind } from '../../components/operationalWords.ts'

interface Holding {
  readonly maintenance: MaintenanceState
  readonly operational: Pick<OperationalView, 'primary' | 'reasons' | 'permission' | 'untilMs'>
}

/** Where the operator was told of an incident, or what holds it back: "told you 14:02:31 on Slack", "held: maintenance until 03:00". */
export function incidentToldWords(
  { probeId, severity, toldAtMs, toldVia }: Pick<IncidentSummary, 'probeId' | 'severity' | 'toldAtMs' | 'toldVia'>,
  { maintenance, operational }: Holding,
  nowMs: number,
): string {
  if (toldAtMs !== null) {
    return `told you ${formatClockSeconds(toldAtMs)} ${toldVia === 'slack' ? 'on Slack' : 'by notification'}`
  }
  const maintenanceUntilMs = maintenanceUntil(maintenance, probeId)
  if (maintenanceUntilMs !== null) return `held: maintenance until ${formatMoment(maintenanceUntilMs, nowMs)}`
  const comesThrough = operational.permission === 'critical_only' && severity === 'critical'
  if (pauseKind(operational) === 'person' && !comesThrough) {
    const { untilMs } = operational
    return `held: Kora is paused${untilMs === null ? '' : ` until ${formatMoment(untilMs, nowMs)}`}`
  }
  return 'you were not told yet'
}
