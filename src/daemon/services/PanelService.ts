import type { AuditRow, Seam } from '../../domain/audit.ts'
import { publishedStatus } from '../../domain/observation.ts'
import { actionSeams, isAction, koraActions } from '../../domain/panels/actions.ts'
import { agentActivity } from '../../domain/panels/agentActivity.ts'
import { alertInvestigations, messageOf } from '../../domain/panels/alertInvestigations.ts'
import { autofixLog } from '../../domain/panels/autofix.ts'
import { drilldown } from '../../domain/panels/drilldown.ts'
import { heartbeatServices } from '../../domain/panels/heartbeat.ts'
import { mailIntents, outboundMail } from '../../domain/panels/mail.ts'
import {
  probeInvestigations,
  probeOfSession,
  type SessionRecords,
  wakeSession,
} from '../../domain/panels/probeInvestigations.ts'
import { groupsOf, reasoningCalls } from '../../domain/panels/reasoning.ts'
import type { CallGroup, ReasoningSources } from '../../domain/panels/reasoningJoin.ts'
import type { SlackLogEntry } from '../../domain/panels/slackLog.ts'
import { dayMs, seriesStartMs, type WindowName, windowStartMs } from '../../domain/panels/windows.ts'
import { webhookEvents } from '../../domain/panels/webhookEvents.ts'
import type { Clock } from '../platform/clock.ts'
import type { Store } from '../store/Store.ts'
import type { ProbeService } from './ProbeService.ts'

/** Records in which the reply to a session is looked for (audit specification, 9). */
const joined = 500
/** Newest records of one session that are looked through; a probe's session goes on for years. */
const ofSession = 1_000
/** Of them, calls of one group and attempts to tell the operator. */
const ofGroup = 200
/** Rows of the window without a beginning that are counted. */
const countedOfAll = 2_000
/** Rows of a seam that are looked through for a page of what is not a row each. */
const lookedThrough = 5_000
/** Tool calls read for each group that is listed, before groups are completed one by one. */
const callsPerGroup = 10

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly probes: ProbeService
}

interface WindowPage {
  readonly window: WindowName
  readonly limit: number
}

/**
 * The published read endpoints (audit specification, 8; probe specification, 9): reads the records each one needs and
 * no more than a day, a fortnight or a page of them, and leaves the rest to `domain/panels`.
 */
export class PanelService {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  agentActivity({ limit }: { limit: number }) {
    const nowMs = this.#nowMs()
    const { page, recent } = this.#read('mcp.tool_called', nowMs - dayMs, limit)
    return agentActivity(page, recent, nowMs)
  }

  webhookEvents({ limit }: { limit: number }) {
    const nowMs = this.#nowMs()
    const { page, recent } = this.#read('webhook.dead_letter', nowMs - dayMs, limit)
    return webhookEvents(page, recent, nowMs)
  }

  autofixLog({ limit }: { limit: number }) {
    const nowMs = this.#nowMs()
    const { page, recent } = this.#read('tool.probe_autofix_attempted', seriesStartMs(nowMs), limit)
    return autofixLog(page, recent, nowMs)
  }

  outboundMail({ limit }: { limit: number }) {
    const nowMs = this.#nowMs()
    const { page, recent } = this.#read('tool.email_to_operator_sent', seriesStartMs(nowMs), limit)
    return outboundMail(page, recent, nowMs)
  }

  mailIntents({ limit }: { limit: number }) {
    const nowMs = this.#nowMs()
    const { page, recent } = this.#read('intent.email_to_sea_ticket', seriesStartMs(nowMs), limit)
    return mailIntents(page, recent, nowMs)
  }

  koraActions({ limit }: { limit: number }) {
    const nowMs = this.#nowMs()
    const recent = actionSeams.map((seam) => this.#since(seam, seriesStartMs(nowMs)))
    const page = actionSeams.flatMap((seam, index) => this.#actions(seam, recent[index] ?? [], limit))
    const newestFirst = page.sort((a, b) => b.emittedAtMs - a.emittedAtMs || b.seq - a.seq).slice(0, limit)
    return koraActions(newestFirst, recent.flat(), nowMs)
  }

  reasoningCalls({ limit }: { limit: number }) {
    const { audit } = this.#deps.store
    const nowMs = this.#nowMs()
    const seam = 'reasoning.tool_called'
    const newest: AuditRow[] = []
    let all = false
    for (const rows of this.#pages(seam, limit * callsPerGroup)) {
      newest.push(...rows)
      all = rows.length < limit * callsPerGroup
      if (groupsOf(newest).length >= limit) break
    }
    const groups = groupsOf(newest).slice(0, limit)
    return reasoningCalls({
      page: all ? groups : groups.map((group) => this.#wholeGroup(group)),
      recent: audit.list({ seam, sinceMs: nowMs - dayMs, limit: 0 }),
      sources: this.#replies(),
      nowMs,
    })
  }

  probeInvestigations({ window, limit }: WindowPage) {
    const nowMs = this.#nowMs()
    const { sinceMs, page, all } = this.#readWindow('probe.wake_requested', { window, limit }, nowMs)
    return probeInvestigations({
      window,
      sinceMs,
      page,
      wakes: all,
      completedLately: this.#since('probe.investigation_completed', nowMs - dayMs),
      sessions: this.#sessions(page),
      health: this.#health(),
      nowMs,
    })
  }

  alertInvestigations({ window, limit }: WindowPage) {
    const nowMs = this.#nowMs()
    const seam = 'alert.investigation_completed'
    const { sinceMs, page, all } = this.#readWindow(seam, { window, limit }, nowMs)
    const recent = this.#since(seam, nowMs - dayMs)
    const slack = page.length === 0 ? [] : this.#deps.store.outbox.slackLog(joined)
    return alertInvestigations({ window, sinceMs, page, all, recent, slack, nowMs })
  }

  /** @param id looked up exactly; an unknown one has an empty timeline */
  drilldown(id: string) {
    const rows = this.#deps.store.audit.list({ callerSessionId: id, limit: ofSession })
    return drilldown(id, rows, this.#messagesOf(id, rows), this.#nowMs())
  }

  heartbeatServices() {
    return heartbeatServices(this.#beats(), this.#nowMs())
  }

  #nowMs(): number {
    return this.#deps.clock.nowMs()
  }

  #since(seam: Seam, sinceMs: number): AuditRow[] {
    return this.#deps.store.audit.list({ seam, sinceMs, limit: 0 })
  }

  /** Every row since a time, and the newest `limit` of any time. */
  #read(seam: Seam, sinceMs: number, limit: number): { page: AuditRow[]; recent: AuditRow[] } {
    const recent = this.#since(seam, sinceMs)
    const enough = recent.length >= limit
    return { recent, page: enough ? recent.slice(0, limit) : this.#deps.store.audit.list({ seam, limit }) }
  }

  /**
   * The newest `limit` rows of a seam that are actions.
   * @param recent its newest rows, among which there are enough as a rule
   */
  #actions(seam: Seam, recent: readonly AuditRow[], limit: number): AuditRow[] {
    const found = recent.filter(isAction)
    if (found.length >= limit) return found.slice(0, limit)
    const older: AuditRow[] = []
    for (const rows of this.#pages(seam, Math.max(limit, 100))) {
      older.push(...rows.filter(isAction))
      if (older.length >= limit) break
    }
    return older.slice(0, limit)
  }

  /** The newest rows of a seam, a page at a time, as far back as a list is looked for. */
  *#pages(seam: Seam, pageRows: number): Generator<AuditRow[]> {
    let beforeSeq = Number.MAX_SAFE_INTEGER
    for (let read = 0; read < lookedThrough; read += pageRows) {
      const rows = this.#deps.store.audit.list({ seam, beforeSeq, limit: pageRows })
      yield rows
      if (rows.length < pageRows) return
      beforeSeq = rows.at(-1)?.seq ?? 0
    }
  }

  /** Every row of a window, and the newest `limit` of them. */
  #readWindow(seam: Seam, { window, limit }: WindowPage, nowMs: number) {
    const sinceMs = windowStartMs(window, nowMs)
    const { audit } = this.#deps.store
    const all = sinceMs === null ? audit.list({ seam, limit: countedOfAll }) : this.#since(seam, sinceMs)
    return { sinceMs, all, page: all.slice(0, limit) }
  }

  /** The rest of a group of which older calls may not have been read. */
  #wholeGroup(group: CallGroup): CallGroup {
    const { callerSessionId } = group[0]
    if (callerSessionId === null) return group
    const seam = 'reasoning.tool_called'
    const [first, ...rest] = this.#deps.store.audit.list({ seam, callerSessionId, limit: ofGroup })
    return first && rest.length >= group.length ? [first, ...rest] : group
  }

  #replies(): ReasoningSources {
    const { audit, outbox } = this.#deps.store
    const newest = (seam: Seam): AuditRow[] => audit.list({ seam, limit: joined })
    return {
      slack: outbox.slackLog(joined),
      mails: newest('tool.email_to_operator_sent'),
      completed: [...newest('probe.investigation_completed'), ...newest('alert.investigation_completed')],
    }
  }

  /** What is recorded of the sessions of these wakes, since the oldest of them. */
  #sessions(wakes: readonly AuditRow[]): Map<string, SessionRecords> {
    const { audit, outbox } = this.#deps.store
    const sessions = new Map<string, SessionRecords>()
    const sinceMs = wakes.reduce((oldest, wake) => Math.min(oldest, wake.emittedAtMs), Number.MAX_SAFE_INTEGER)
    for (const wake of wakes) {
      const session = wakeSession(wake)
      if (!session || sessions.has(session.id)) continue
      const { id: callerSessionId, probeId, category } = session
      const rows = (seam: Seam): AuditRow[] => audit.list({ seam, callerSessionId, sinceMs, limit: joined })
      sessions.set(callerSessionId, {
        calls: rows('reasoning.tool_called'),
        completed: rows('probe.investigation_completed'),
        messages: outbox.slackLogOf({ probeId, category, sinceMs, limit: joined }),
      })
    }
    return sessions
  }

  /** Attempts to tell the operator within a session: of a probe's trouble, of an alert, or of a conversation. */
  #messagesOf(id: string, rows: readonly AuditRow[]): SlackLogEntry[] {
    const { outbox } = this.#deps.store
    const about = probeOfSession(id)
    if (about) return outbox.slackLogOf({ ...about, limit: ofGroup })
    const slack = outbox.slackLog(joined)
    const alerts = rows.filter(({ seam }) => seam === 'alert.investigation_completed')
    const carriers = new Set(alerts.map(({ details }) => messageOf(details, slack)?.messageId))
    return slack.filter((entry) => carriers.has(entry.messageId) || `${entry.channelId}:${entry.threadTs}` === id)
  }

  #health() {
    return new Map(this.#beats().map(({ name, latest }) => [name, publishedStatus(latest?.status ?? 'unknown')]))
  }

  /** What is switched off is not watched, whatever its last check found. */
  #beats() {
    const { probes } = this.#deps
    const watched = probes.definitions().filter((definition) => definition.enabled)
    return watched.map(({ id }) => ({ name: id, latest: probes.latest(id) }))
  }
}
