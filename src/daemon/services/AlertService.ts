import { type AlertOccurrence, byUrgency, type Hold } from '../../domain/alert.ts'
import { digestBody, digestTitle, resolvedBody } from '../../domain/alertMessages.ts'
import { gaveWay, reconcileAlerts } from '../../domain/alertOccurrences.ts'
import { type AlertFacts, evaluateAlerts, nextLookMs, type RuleGroup, ruleGroups } from '../../domain/alertRules.ts'
import { nextDigestAtMs, planTelling, type Stamps, type Telling } from '../../domain/alertTelling.ts'
import { KoraError } from '../../domain/errors.ts'
import type { OutboxRow } from '../../domain/incident.ts'
import { quietUntilMs } from '../../domain/notifications.ts'
import { compareSeverity } from '../../domain/severity.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import { alertEntry, alertRoute, burstRows, inboxEntry, resolvedRows, singleRows } from './alertRecords.ts'
import type { EventMap, Events } from './Events.ts'
import type { InboxService } from './InboxService.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { MaintenanceWindows } from './MaintenanceWindows.ts'
import type { OperationalStateService } from './OperationalStateService.ts'
import type { OutboxBook } from './OutboxBook.ts'
import type { SettingsService } from './SettingsService.ts'

/** What happens together is looked at together: one trouble moves several facts. */
const gatherMs = 20
const toldKey = 'alerts.told'

/** Facts after which a rule may say something else. */
const causes = [
  'spend.changed',
  'operational.changed',
  'incident.changed',
  'connectivity.changed',
  'problems.changed',
  'daemon.changed',
  'schedule.settled',
  'delivery.recorded',
  'history.grew',
  'settings.changed',
  'maintenance.changed',
] as const satisfies (keyof EventMap)[]

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly book: OutboxBook
  readonly clock: Clock
  readonly events: Events
  readonly logger: Logger
  readonly settings: SettingsService
  readonly operational: OperationalStateService
  readonly maintenance: MaintenanceWindows
  readonly inbox: InboxService
  readonly newId: NewId
  /** Everything the rules look at, as it is now. @param active alerts that are true so far */
  readonly facts: (active: readonly AlertOccurrence[]) => AlertFacts
  readonly digestIntervalMs: number
  /** Ends a summary on Slack; null when there is none to give. */
  readonly cockpitUrl: string | null
  /** The operator's zone, an IANA name; asked only while quiet hours are on. */
  readonly timeZone: () => string
}

/** When categories, and the digest, were told last; outlives the process. */
interface ToldBefore {
  readonly stamps: Stamps
  readonly digestAtMs: number | null
}

/**
 * What is true of the daemon that the operator should know of. It looks when a fact changed, keeps every stretch in
 * which an alert was true, and tells by the rules of alerts specification, 5: what is held back is told later, not never.
 */
export class AlertService {
  readonly #deps: Deps
  #active: readonly AlertOccurrence[] = []
  #blind: readonly RuleGroup[] = ruleGroups
  /** Over, but the store has yet to take it. */
  readonly #unsaved = new Map<string, AlertOccurrence>()
  #lookedAtMs: number | null = null
  #told: ToldBefore = { stamps: {}, digestAtMs: null }
  #gathering: (() => void) | null = null
  #cancelNext: () => void = () => undefined
  #stops: (() => void)[] = []

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Takes up what an earlier process knew; it is neither news nor over until it was looked at. */
  start(): void {
    const { store, clock, events } = this.#deps
    this.#active = store.alerts.active().toSorted(byUrgency)
    this.#told = readTold(store.settings.get(toldKey))
    // The first digest is due an interval after the first start.
    this.#told = { ...this.#told, digestAtMs: this.#told.digestAtMs ?? clock.nowMs() }
    this.#stops = [
      ...causes.map((cause) => events.on(cause, () => this.soon())),
      // What waited for the store in memory is in it now.
      events.on('store.recovered', () => {
        this.#unsaved.clear()
        this.soon()
      }),
    ]
    this.soon()
  }

  stop(): void {
    for (const stop of this.#stops) stop()
    this.#stops = []
    this.#gathering?.()
    this.#gathering = null
    this.#cancelNext()
  }

  /** What is true, most urgent first; before the first look what an earlier process knew. */
  active(): readonly AlertOccurrence[] {
    return this.#active
  }

  /** Groups of rules that could not tell at the last look; all of them before the first. */
  get blind(): readonly RuleGroup[] {
    return this.#blind
  }

  /** The last look: what is true, and which groups of rules cannot tell. @throws KoraError conflict before the first */
  known(): { active: readonly AlertOccurrence[]; blind: readonly RuleGroup[]; lookedAtMs: number } {
    if (this.#lookedAtMs === null) throw new KoraError('conflict', 'The alerts have not been looked at yet.')
    return { active: this.#active, blind: this.#blind, lookedAtMs: this.#lookedAtMs }
  }

  /** @throws KoraError not_found */
  get(occurrenceId: string): AlertOccurrence {
    const found =
      this.#active.find((alert) => alert.occurrenceId === occurrenceId) ??
      this.#unsaved.get(occurrenceId) ??
      this.#deps.store.alerts.get(occurrenceId)
    if (!found) throw new KoraError('not_found', 'There is no such alert.', { id: occurrenceId })
    return found
  }

  /** A fact changed: a look follows within a blink. */
  soon(): void {
    if (this.#gathering !== null || this.#stops.length === 0) return
    this.#gathering = this.#deps.clock.setTimer(gatherMs, () => {
      this.#gathering = null
      try {
        this.look()
      } catch (error) {
        // The next fact, or the sweep, looks again; nothing was changed.
        this.#deps.logger.error('the alerts could not be looked at', { error: String(error) })
      }
    })
  }

  /** Looks at everything, records what changed and tells what is to be told. */
  look(): void {
    // Without what an earlier process knew, everything would be news.
    if (this.#stops.length === 0) return
    const { clock, newId, settings } = this.#deps
    const nowMs = clock.nowMs()
    const facts = this.#deps.facts(this.#active)
    const results = evaluateAlerts(facts)
    const before = new Map(this.#active.map((alert) => [alert.occurrenceId, alert]))
    const found = reconcileAlerts(this.#active, results, nowMs, () => newId('alt_'))
    const { mode, categoryCooldownSeconds, burstThreshold } = settings.get().alerts
    const plan = planTelling({
      active: found.active,
      stamps: this.#told.stamps,
      rules: { mode, cooldownMs: categoryCooldownSeconds * 1_000, burstThreshold },
      nowMs,
      heldBy: (alert) => this.#heldBy(alert, nowMs),
      digestAtMs: nextDigestAtMs(this.#told.digestAtMs, this.#deps.digestIntervalMs, nowMs),
    })
    this.#blind = results.flatMap((result) => (result.kind === 'unknown' ? [result.group] : []))
    this.#lookedAtMs = nowMs
    this.#carryOut(found, plan, before, nowMs)
    this.#lookAgainAt([nextLookMs(facts), plan.nextMs], nowMs)
  }

  /**
   * One item for everything that waited for the digest; what is over since is not in it.
   * @returns how many alerts it speaks for
   */
  flushDigest(): number {
    const { store, clock, inbox, events, late, settings } = this.#deps
    if (this.#stops.length === 0 || settings.get().alerts.mode !== 'digest') return 0
    this.look()
    const nowMs = clock.nowMs()
    this.#told = { ...this.#told, digestAtMs: nowMs }
    const waiting = this.#active.filter(({ hold }) => hold?.by === 'digest')
    if (waiting.length === 0) {
      late.write(() => store.settings.set(toldKey, this.#told))
      return 0
    }
    const told = waiting.map((alert): AlertOccurrence => ({ ...withTold(alert, nowMs), messageIds: [], hold: null }))
    const ids = told.map(({ id }) => id).toSorted()
    const details = {
      channel: 'inbox',
      alert_id: `digest:${told.length}`,
      severity: 'digest',
      category: 'digest_email',
      digest_count: told.length,
      digest_alert_ids: ids,
      status: 'ok',
    }
    const item = inbox.item('digest', {
      severity: null,
      title: digestTitle(told),
      text: digestBody(told, nowMs),
      route: null,
      subject: 'digest',
    })
    late.write(() => {
      store.inbox.add(item)
      for (const alert of told) store.alerts.save(alert)
      store.settings.set(toldKey, this.#told)
      store.audit.append({ seam: 'notification.dispatched', source: 'cron', details }, nowMs)
    })
    this.#replace(told)
    events.publish('inbox.changed', {})
    events.publish('alerts.changed', {})
    return told.length
  }

  /** Theirs now: nothing more is said unless it gets worse. @throws KoraError not_found, conflict when it is over */
  acknowledge(id: string): AlertOccurrence {
    return this.#act(id, 'acknowledged', { acknowledgedAtMs: this.#deps.clock.nowMs() })
  }

  snooze(id: string, forMs: number): AlertOccurrence {
    const untilMs = this.#deps.clock.nowMs() + forMs
    return this.#act(id, 'snoozed', { snoozedUntilMs: untilMs }, { until_ms: untilMs })
  }

  /** Takes back a snooze or an acknowledgement; what they held back may be told. */
  resume(id: string): AlertOccurrence {
    return this.#act(id, 'resumed', { acknowledgedAtMs: null, snoozedUntilMs: null })
  }

  #act(
    id: string,
    action: string,
    change: Partial<AlertOccurrence>,
    facts: Readonly<Record<string, unknown>> = {},
  ): AlertOccurrence {
    const { store, late, clock, events } = this.#deps
    const before = this.get(id)
    if (before.resolvedAtMs !== null) throw new KoraError('conflict', 'This alert is over already.', { id })
    const next = { ...before, ...change }
    late.require(() => {
      store.alerts.save(next)
      store.audit.append(alertEntry('alert.operator_action', next, { action, ...facts }), clock.nowMs())
    })
    this.#replace([next])
    events.publish('alerts.changed', {})
    this.soon()
    return next
  }

  /** Why nothing may be said now, whatever the cooldowns say. */
  #heldBy(alert: AlertOccurrence, nowMs: number): Hold | null {
    const { operational, maintenance, settings, timeZone } = this.#deps
    const { severity, category, snoozedUntilMs } = alert
    // That Kora is paused is told while it is.
    if (category !== 'operational_state' && operational.holdsMessage(severity)) {
      return { by: 'paused', untilMs: operational.state.untilMs }
    }
    if (snoozedUntilMs !== null && snoozedUntilMs > nowMs) return { by: 'snoozed', untilMs: snoozedUntilMs }
    const work = maintenance.ofEverything(nowMs)
    if (work) return { by: 'maintenance', untilMs: work.untilMs }
    const { notifications, alerts } = settings.get()
    const { quietHours } = notifications
    // The inbox disturbs nobody, nor does a digest, which goes there.
    if (!quietHours.enabled || severity === 'info' || alerts.mode === 'digest') return null
    const untilMs = quietUntilMs(quietHours, severity, nowMs, timeZone())
    return untilMs === null ? null : { by: 'quiet_hours', untilMs }
  }

  /** Composes every message and record of one look, and writes them as one step. */
  #carryOut(
    found: ReturnType<typeof reconcileAlerts>,
    plan: Telling,
    before: ReadonlyMap<string, AlertOccurrence>,
    nowMs: number,
  ): void {
    const { store, late, book, events, inbox, newId } = this.#deps
    const telling = this.#compose(found.active, plan, nowMs)
    const over = found.resolved.filter((alert) => this.#isSaidToBeOver(alert, found.active))
    const closing = [
      ...found.resolved.flatMap((alert) => this.#superseded(alert, nowMs)),
      ...over.flatMap((alert) => resolvedRows(newId, nowMs, alert, this.#received(alert))),
    ]
    const overInInbox = over.filter(({ messageIds }) => messageIds.length === 0)
    const items = [
      ...telling.items,
      ...overInInbox.map((alert) => this.#inboxItem(alert, `Over: ${alert.title}`, resolvedBody(alert))),
    ]
    const touched = new Set([...found.changed, ...telling.changed.values()].map(({ occurrenceId }) => occurrenceId))
    this.#active = found.active.map((alert) => telling.changed.get(alert.occurrenceId) ?? alert)
    const save = [...this.#active, ...found.resolved].filter(({ occurrenceId }) => touched.has(occurrenceId))
    // One of a category that has cleared is gone: what comes back there is not throttled by it.
    const { length } = Object.keys(this.#told.stamps)
    const stampsChanged = telling.told > 0 || Object.keys(plan.stamps).length !== length
    this.#told = { ...this.#told, stamps: plan.stamps }
    if (save.length === 0 && closing.length === 0) return
    const rows = [...telling.rows, ...closing]
    const write = (): void => {
      for (const alert of save) store.alerts.save(alert)
      for (const item of items) store.inbox.add(item)
      if (stampsChanged) store.settings.set(toldKey, this.#told)
      for (const alert of found.raised) {
        store.audit.append(alertEntry('alert.raised', alert, { detail: alert.detail }), nowMs)
      }
      for (const alert of found.active) this.#recordChange(before.get(alert.occurrenceId), alert, nowMs)
      for (const { occurrence, hold } of plan.held) {
        this.#recordHold(before.get(occurrence.occurrenceId), occurrence, hold, nowMs)
      }
      for (const alert of plan.inbox) store.audit.append(inboxEntry('system_alert', alert), nowMs)
      for (const alert of found.resolved) {
        const facts = { lasted_ms: Math.max(0, nowMs - alert.firstSeenAtMs) }
        store.audit.append(alertEntry('alert.resolved', alert, facts), nowMs)
      }
      for (const alert of overInInbox) store.audit.append(inboxEntry('alert_resolved', alert), nowMs)
    }
    const taken = rows.length > 0 ? book.save(rows, write) : late.write(write)
    if (!taken) for (const alert of found.resolved) this.#unsaved.set(alert.occurrenceId, alert)
    events.publish('alerts.changed', {})
    if (items.length > 0) inbox.changed()
    if (rows.length > 0) events.publish('outbox.added', {})
  }

  /** What the plan makes of the occurrences, and its messages. */
  #compose(active: readonly AlertOccurrence[], plan: Telling, nowMs: number) {
    const { newId, cockpitUrl } = this.#deps
    const rows: OutboxRow[] = []
    const told: AlertOccurrence[] = []
    for (const alert of plan.single) {
      const own = singleRows(newId, nowMs, alert)
      rows.push(...this.#superseded(alert, nowMs), ...own)
      told.push({ ...withTold(alert, nowMs), messageIds: own.map(({ id }) => id) })
    }
    if (plan.burst.length > 0) {
      const own = burstRows(newId, nowMs, plan.burst, cockpitUrl)
      rows.push(...own)
      told.push(...plan.burst.map((alert) => ({ ...withTold(alert, nowMs), messageIds: own.map(({ id }) => id) })))
    }
    const items = plan.inbox.map((alert) => this.#inboxItem(alert, alert.title, alert.detail))
    told.push(...plan.inbox.map((alert) => ({ ...withTold(alert, nowMs), messageIds: [] })))
    const held = new Map(plan.held.map(({ occurrence, hold }) => [occurrence.occurrenceId, hold]))
    const changed = new Map(told.map((alert) => [alert.occurrenceId, alert]))
    for (const alert of active) {
      const hold = held.get(alert.occurrenceId) ?? null
      if (changed.has(alert.occurrenceId) || sameHold(alert.hold, hold)) continue
      changed.set(alert.occurrenceId, { ...alert, hold })
    }
    return { rows, items, told: told.length, changed }
  }

  /** What was to be said about it alone and nobody has seen yet is not said any more. */
  #superseded(alert: AlertOccurrence, nowMs: number): OutboxRow[] {
    return this.#rowsOf(alert)
      .filter(({ state, kind }) => state === 'pending' && kind === 'system_alert')
      .map((row): OutboxRow => ({ ...row, state: 'superseded', settledAtMs: nowMs }))
  }

  #inboxItem(alert: AlertOccurrence, title: string, text: string) {
    const route = alertRoute(alert)
    return this.#deps.inbox.item('info', { severity: 'info', title, text, route, subject: `alert:${alert.id}` })
  }

  /** Where it was told, one word says that it is over; where the telling still waited, none. */
  #isSaidToBeOver(alert: AlertOccurrence, active: readonly AlertOccurrence[]): boolean {
    if (alert.toldAtMs === null || alert.voice !== 'alert' || gaveWay(alert, active)) return false
    return this.#deps.settings.get().alerts.tellResolved
  }

  /** The messages about it that arrived, or may have. */
  #received(alert: AlertOccurrence): OutboxRow[] {
    return this.#rowsOf(alert).filter(({ state }) => state === 'sent' || state === 'sending')
  }

  /** The messages that told it last. */
  #rowsOf(alert: AlertOccurrence): OutboxRow[] {
    return alert.messageIds.flatMap((id) => this.#deps.book.get(id) ?? [])
  }

  #recordChange(before: AlertOccurrence | undefined, after: AlertOccurrence, nowMs: number): void {
    if (!before) return
    const { audit } = this.#deps.store
    const change = changeOf(before, after)
    if (change) audit.append(alertEntry('alert.changed', after, change), nowMs)
  }

  #recordHold(before: AlertOccurrence | undefined, alert: AlertOccurrence, hold: Hold, nowMs: number): void {
    if (before?.hold?.by === hold.by) return
    this.#deps.store.audit.append(alertEntry('alert.held', alert, { by: hold.by, until_ms: hold.untilMs }), nowMs)
  }

  #replace(changed: readonly AlertOccurrence[]): void {
    const next = new Map(changed.map((alert) => [alert.occurrenceId, alert]))
    this.#active = this.#active.map((alert) => next.get(alert.occurrenceId) ?? alert)
  }

  #lookAgainAt(moments: readonly (number | null)[], nowMs: number): void {
    this.#cancelNext()
    const atMs = Math.min(...moments.map((moment) => moment ?? Number.POSITIVE_INFINITY))
    if (atMs === Number.POSITIVE_INFINITY || this.#stops.length === 0) return
    this.#cancelNext = this.#deps.clock.setTimer(Math.max(gatherMs, atMs - nowMs), () => this.soon())
  }
}

function withTold(alert: AlertOccurrence, nowMs: number): AlertOccurrence {
  const { severity, level } = alert
  return { ...alert, toldAtMs: nowMs, toldSeverity: severity, toldLevel: level, hold: null }
}

function sameHold(a: Hold | null, b: Hold | null): boolean {
  return a?.by === b?.by && a?.untilMs === b?.untilMs
}

/** What is worth a record: how bad it is, and whether its source can be read. */
function changeOf(before: AlertOccurrence, after: AlertOccurrence): { change: string; why: string } | null {
  const worse = compareSeverity(after.severity, before.severity)
  if (worse !== 0) return { change: worse > 0 ? 'got worse' : 'got better', why: `${before.severity} before` }
  if (before.staleSinceMs === null && after.staleSinceMs !== null) {
    return { change: 'cannot be looked at', why: 'its source could not be read; it is kept as it was' }
  }
  if (before.staleSinceMs !== null && after.staleSinceMs === null) {
    return { change: 'can be looked at again', why: 'its source can be read again' }
  }
  return null
}

function readTold(stored: unknown): ToldBefore {
  const { stamps, digestAtMs } = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<
    string,
    unknown
  >
  return {
    stamps: typeof stamps === 'object' && stamps !== null ? (stamps as Stamps) : {},
    digestAtMs: typeof digestAtMs === 'number' ? digestAtMs : null,
  }
}
