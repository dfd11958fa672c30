import type { IncidentDetail, IncidentSummary, InvestigationView } from '../../contract/incidents.ts'
import { envelopePosture } from '../../domain/envelopes.ts'
import { firstSentence, splitFinding } from '../../domain/finding.ts'
import type { Incident, Investigation } from '../../domain/incident.ts'
import { needsOperator } from '../../domain/incidents.ts'
import { compareSeverity } from '../../domain/severity.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { IncidentService } from './IncidentService.ts'
import { incidentTimeline } from './incidentTimeline.ts'
import type { ProbeService } from './ProbeService.ts'

const windows = { '24h': 86_400_000, '7d': 7 * 86_400_000, all: null } as const

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly incidents: IncidentService
  readonly probes: ProbeService
  readonly env: Readonly<Record<string, string | undefined>>
  readonly title: (probeId: string) => string
  /** Price of one more investigation, nanodollars. */
  readonly estimate: () => number | null
}

/** Incidents as the cockpit shows them. */
export class IncidentViews {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Open incidents: those that need the operator first, then worst, then newest. */
  open(): IncidentSummary[] {
    const { incidents, clock } = this.#deps
    const nowMs = clock.nowMs()
    return incidents
      .open()
      .toSorted(
        (a, b) =>
          Number(needsOperator(b, nowMs)) - Number(needsOperator(a, nowMs)) ||
          compareSeverity(b.severity, a.severity) ||
          b.openedAtMs - a.openedAtMs,
      )
      .map((incident) => this.summary(incident))
  }

  summary(incident: Incident): IncidentSummary {
    const { store, title } = this.#deps
    const investigations = store.investigations.byIncident(incident.id)
    const newest = investigations.find((one) => one.text !== null)
    const told = [incident.id, incident.groupLeaderId]
      .flatMap((id) => (id === null ? [] : store.outbox.byIncident(id)))
      .filter((row) => row.state === 'sent' && (row.kind === 'alert' || row.kind === 'diagnosis'))
    const first = told.find((row) => row.channel === 'slack') ?? told[0]
    return {
      id: incident.id,
      probeId: incident.probeId,
      probeTitle: title(incident.probeId),
      category: incident.category,
      state: incident.state,
      severity: incident.severity,
      title: incident.title,
      status: incident.status,
      cause: incident.cause,
      error: incident.error,
      openedAtMs: incident.openedAtMs,
      firstSeenAtMs: incident.firstSeenAtMs,
      lastSeenAtMs: incident.lastSeenAtMs,
      resolvedAtMs: incident.resolvedAtMs,
      seenCount: incident.seenCount,
      reopenedCount: incident.reopenedCount,
      flapping: incident.flapping,
      acknowledgedAtMs: incident.acknowledgedAtMs,
      snoozedUntilMs: incident.snoozedUntilMs,
      handledAtMs: incident.handledAtMs,
      finding: newest?.text ? firstSentence(splitFinding(newest.text).finding) : null,
      investigating: investigations.some((one) => one.state === 'pending' || one.state === 'running'),
      toldAtMs: first?.settledAtMs ?? null,
      toldVia: first?.channel ?? null,
      costNanoUsd: totalCost(investigations),
    }
  }

  list(query: {
    window: keyof typeof windows
    state: 'any' | 'active' | 'resolved'
    cursor?: string | undefined
    limit: number
  }): {
    items: IncidentSummary[]
    nextCursor: string | null
    active: number
    resolved: number
    costNanoUsd: number | null
  } {
    const { store, clock } = this.#deps
    const span = windows[query.window]
    const sinceMs = span === null ? null : clock.nowMs() - span
    const page = store.incidents.list({
      sinceMs,
      state: query.state,
      limit: query.limit,
      ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    })
    const cost = store.investigations.costSince(sinceMs)
    return {
      items: page.items.map((incident) => this.summary(incident)),
      nextCursor: page.nextCursor,
      ...store.incidents.counts(sinceMs),
      costNanoUsd: cost.unpriced > 0 ? null : cost.nanoUsd,
    }
  }

  /** @throws KoraError not_found */
  detail(id: string): IncidentDetail {
    const { store, incidents, probes, env, title, estimate } = this.#deps
    const incident = incidents.get(id)
    const definition = probes.definitions().find((one) => one.id === incident.probeId)
    const investigations = store.investigations.byIncident(id)
    const leaderId = incident.groupLeaderId ?? incident.id
    const grouped = store.wakes.byIncident(leaderId).at(-1)?.wake.groupedIncidentIds ?? []
    return {
      incident: this.summary(incident),
      detail: incident.detail,
      details: incident.details,
      handledReason: incident.handledReason,
      envelope: definition ? envelopePosture(definition.kind, env) : { fixName: '(none)', enabled: false },
      investigations: investigations.map(investigationView),
      timeline: incidentTimeline({
        incident,
        audit: store.audit.list({ incidentId: id, limit: 200 }),
        investigations,
        deliveries: store.outbox.deliveriesByIncident(id),
        checks: store.observations
          .recent(incident.probeId, incident.firstSeenAtMs, 200)
          .filter((check) => check.atMs <= (incident.resolvedAtMs ?? Number.MAX_SAFE_INTEGER)),
      }),
      before: store.incidents
        .before(incident.probeId, incident.category, incident.openedAtMs, 10)
        .map((one) => ({ id: one.id, openedAtMs: one.openedAtMs, resolvedAtMs: one.resolvedAtMs, title: one.title })),
      grouped: grouped
        .filter((other) => other !== id)
        .map((other) => incidents.get(other))
        .map((other) => ({ id: other.id, probeId: other.probeId, title: `${title(other.probeId)}: ${other.title}` })),
      reinvestigateNanoUsd: estimate(),
    }
  }
}

function investigationView(one: Investigation): InvestigationView {
  const parts = one.text === null ? { finding: null, nextStep: null } : splitFinding(one.text)
  const { id, state, requestedBy, requestedAtMs, startedAtMs, finishedAtMs, failure, model } = one
  const { inputTokens, outputTokens, costNanoUsd, durationMs } = one
  return {
    id,
    state,
    requestedBy,
    requestedAtMs,
    startedAtMs,
    finishedAtMs,
    failure,
    ...parts,
    model,
    inputTokens,
    outputTokens,
    costNanoUsd,
    durationMs,
  }
}

/** Null as soon as one call has no known price: a sum that leaves it out would be invented. */
function totalCost(investigations: readonly Investigation[]): number | null {
  const called = investigations.filter((one) => one.model !== null)
  if (called.some((one) => one.costNanoUsd === null)) return null
  return called.reduce((sum, one) => sum + (one.costNanoUsd ?? 0), 0)
}
