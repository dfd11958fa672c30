import type { AuditRow } from '../../domain/audit.ts'
import type { Channel } from '../../domain/incident.ts'
import type { PrimaryState } from '../../domain/operationalState.ts'
import type { Logger } from '../platform/logger.ts'

/** Facts, past tense, published after the commit that made them true. */
export interface EventMap {
  'observation.recorded': { readonly probeId: string }
  'probes.changed': { readonly probeId: string }
  'check.started': { readonly probeId: string }
  'incident.changed': { readonly incidentId: string }
  'outbox.added': Record<string, never>
  'outbox.settled': { readonly outboxId: string }
  'investigation.requested': Record<string, never>
  'operational.changed': { readonly from: PrimaryState; readonly to: PrimaryState }
  'connectivity.changed': { readonly watching: boolean }
  'settings.changed': Record<string, never>
  /** Money was spent, set aside, corrected or reconciled; or a rung, a period or the prices changed. */
  'spend.changed': Record<string, never>
  'problems.changed': Record<string, never>
  'schedule.settled': { readonly name: string }
  'activity.changed': Record<string, never>
  'daemon.changed': Record<string, never>
  /** The index of History took records in; audit rows among them, oldest first. */
  'history.grew': { readonly audit: readonly AuditRow[] }
  /** A record was given up: the store could not take it, or too many wait. */
  'record.lost': Record<string, never>
  /** The store takes records again after it refused them. */
  'store.recovered': Record<string, never>
  /** One attempt to tell somebody ended. */
  'delivery.recorded': { readonly channel: Channel; readonly reason: string | null }
  /** A model was asked; `code` says why there was no answer, null when there was one. */
  'model.called': { readonly code: string | null }
  'alerts.changed': Record<string, never>
  'inbox.changed': Record<string, never>
  'maintenance.changed': Record<string, never>
  'snapshot.computed': Record<string, never>
}

/** Typed events inside one process. Calls ask for things; nothing is requested by an event. */
export class Events {
  readonly #listeners = new Map<keyof EventMap, Set<(data: never) => void>>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** @returns ends the subscription */
  on<Type extends keyof EventMap>(type: Type, listener: (data: EventMap[Type]) => void): () => void {
    const set = this.#listeners.get(type) ?? new Set()
    this.#listeners.set(type, set)
    set.add(listener)
    return () => void set.delete(listener)
  }

  /** Runs every listener; one that throws is logged and disturbs nobody. */
  publish<Type extends keyof EventMap>(type: Type, data: EventMap[Type]): void {
    for (const listener of this.#listeners.get(type) ?? []) {
      try {
        ;(listener as (data: EventMap[Type]) => void)(data)
      } catch (error) {
        this.#logger.error('event listener failed', { type, error: String(error) })
      }
    }
  }
}
