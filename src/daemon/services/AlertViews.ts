import type { AlertDetail, AlertView } from '../../contract/alerts.ts'
import type { TimelineEntry } from '../../contract/incidents.ts'
import type { AlertOccurrence } from '../../domain/alert.ts'
import type { RuleGroup } from '../../domain/alertRules.ts'
import type { AuditRow } from '../../domain/audit.ts'
import { firstSentence, splitFinding } from '../../domain/finding.ts'
import { auditLine } from '../../domain/historyWords.ts'
import type { OutboxRow } from '../../domain/incident.ts'
import { mostSilentAttempts } from '../../domain/notifications.ts'
import { utcSeconds } from '../../domain/time.ts'
import type { Clock } from '../platform/clock.ts'
import type { AlertInvestigation } from '../store/AlertInvestigationRepository.ts'
import type { Store } from '../store/Store.ts'
import type { AlertService } from './AlertService.ts'
import type { OutboxBook } from './OutboxBook.ts'

const windows = { '24h': 86_400_000, '7d': 7 * 86_400_000, all: null } as const
const mostBefore = 10
const mostLines = 200

interface Deps {
  readonly store: Store
  readonly book: OutboxBook
  readonly clock: Clock
  readonly alerts: AlertService
  readonly title: (probeId: string) => string
}

/** Alerts as the cockpit and the published API show them. */
export class AlertViews {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Most urgent first. */
  active(): AlertView[] {
    return this.#deps.alerts.active().map((alert) => this.#view(alert))
  }

  list(query: {
    state: 'any' | 'active' | 'resolved'
    window: keyof typeof windows
    cursor?: string | undefined
    limit: number
  }): {
    items: AlertView[]
    nextCursor: string | null
    active: number
    resolved: number
    costNanoUsd: number | null
    cannotTell: RuleGroup[]
  } {
    const { store, clock, alerts } = this.#deps
    const span = windows[query.window]
    const sinceMs = span === null ? null : clock.nowMs() - span
    const { state, cursor = null, limit } = query
    const page = store.alerts.list({ state, sinceMs, cursor, limit })
    const cost = store.alertInvestigations.costSince(sinceMs ?? 0)
    return {
      items: page.items.map((alert) => this.#view(alerts.get(alert.occurrenceId))),
      nextCursor: page.nextCursor,
      ...store.alerts.counts(sinceMs),
      costNanoUsd: cost.unpriced > 0 ? null : cost.nanoUsd,
      cannotTell: [...alerts.blind],
    }
  }

  /** @throws KoraError not_found */
  detail(occurrenceId: string): AlertDetail {
    const { store, alerts, title } = this.#deps
    const alert = alerts.get(occurrenceId)
    const investigation = store.alertInvestigations.ofOccurrence(occurrenceId)
    const parts = investigation?.text ? splitFinding(investigation.text) : { finding: null, nextStep: null }
    const rows = store.audit.list({ occurrenceId, limit: mostLines })
    return {
      alert: this.#view(alert),
      ...parts,
      model: investigation?.model ?? null,
      durationMs: investigation?.durationMs ?? null,
      timeline: [...rows.map((row) => line(row, title)), ...together(alert, this.#messages(alert))].toSorted(
        (a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1),
      ),
      before: store.alerts
        .before(alert.id, alert.firstSeenAtMs, mostBefore)
        .map(({ occurrenceId: id, firstSeenAtMs, resolvedAtMs }) => ({ id, firstSeenAtMs, resolvedAtMs })),
    }
  }

  /** @throws KoraError not_found */
  one(occurrenceId: string): AlertView {
    return this.#view(this.#deps.alerts.get(occurrenceId))
  }

  /** Body of `GET /api/alerts/current` (alerts specification, 4). */
  published() {
    const { alerts, clock } = this.#deps
    const active = alerts.active()
    const bySeverity = { critical: 0, warning: 0, info: 0 }
    for (const { severity } of active) bySeverity[severity] += 1
    return {
      alerts: active.map(({ id, severity, category, title, detail, sourcePanel, sourcePanelRoute, firstSeenAtMs }) => ({
        id,
        severity,
        category,
        title,
        detail,
        source_panel: sourcePanel,
        source_panel_route: sourcePanelRoute,
        first_seen_at: utcSeconds(firstSeenAtMs),
      })),
      stub: false as const,
      generated_at: utcSeconds(clock.nowMs()),
      total_active: active.length,
      by_severity: bySeverity,
    }
  }

  #view(alert: AlertOccurrence): AlertView {
    const messages = this.#messages(alert)
    const sent = messages.filter(({ state }) => state === 'sent').map(({ channel }) => channel)
    const wasTold = alert.toldAtMs !== null
    return {
      id: alert.occurrenceId,
      alertId: alert.id,
      category: alert.category,
      severity: alert.severity,
      title: alert.title,
      detail: alert.detail,
      route: alert.route,
      voice: alert.voice,
      firstSeenAtMs: alert.firstSeenAtMs,
      lastSeenAtMs: alert.lastSeenAtMs,
      resolvedAtMs: alert.resolvedAtMs,
      staleSinceMs: alert.staleSinceMs,
      acknowledgedAtMs: alert.acknowledgedAtMs,
      snoozedUntilMs: alert.snoozedUntilMs,
      toldVia: wasTold && alert.messageIds.length === 0 ? ['inbox'] : [...new Set(sent)],
      toldAtMs: alert.toldAtMs,
      hold: alert.hold,
      notDelivered: messages.length > 0 && messages.every(failsToArrive),
      investigation: investigationView(this.#deps.store.alertInvestigations.ofOccurrence(alert.occurrenceId)),
    }
  }

  #messages(alert: AlertOccurrence): OutboxRow[] {
    return alert.messageIds.flatMap((id) => this.#deps.book.get(id) ?? [])
  }
}

function failsToArrive({ state, attempts }: OutboxRow): boolean {
  if (state !== 'pending' && state !== 'sending') return state === 'failed'
  return (state === 'sending' ? attempts - 1 : attempts) >= mostSilentAttempts
}

function investigationView(one: AlertInvestigation | null): AlertView['investigation'] {
  if (one === null) return null
  const { state, failure, costNanoUsd, text } = one
  return { state, failure, costNanoUsd, finding: text === null ? null : firstSentence(splitFinding(text).finding) }
}

const kinds: Readonly<Record<string, TimelineEntry['kind']>> = {
  'alert.raised': 'opened',
  'alert.changed': 'changed',
  'alert.held': 'held',
  'alert.resolved': 'resolved',
  'alert.operator_action': 'operator',
  'alert.investigation_completed': 'investigation',
  'notification.dispatched': 'delivery',
}

function line(row: AuditRow, title: (probeId: string) => string): TimelineEntry {
  const { tone, text, aside } = auditLine(row, title)
  const raw = { seam: row.seam, seq: row.seq, ...row.details }
  return { key: `audit:${row.seq}`, atMs: row.emittedAtMs, kind: kinds[row.seam] ?? 'other', tone, text, aside, raw }
}

/** A summary that spoke for several is no record of any one of them. */
function together(alert: AlertOccurrence, messages: readonly OutboxRow[]): TimelineEntry[] {
  const summary = messages.find((row) => row.kind === 'alert_summary' && row.state === 'sent')
  if (!summary) return []
  const others = (summary.payload.covers?.length ?? 1) - 1
  return [
    {
      key: summary.id,
      atMs: summary.settledAtMs ?? alert.toldAtMs ?? summary.createdAtMs,
      kind: 'delivery',
      tone: 'neutral',
      text: `Told together with ${others} others`,
      aside: summary.channel === 'slack' ? 'Slack' : 'notification',
      raw: { ...summary },
    },
  ]
}
