import {
  blocksCalls,
  blocksIntake,
  bootingState,
  type ClaimPermission,
  claimPermissions,
  type DegradationReason,
  isPauseReason,
  type OperationalState,
  type PauseReason,
  pauseReasons,
  type StateActor,
  type StateTransition,
  stateActors,
  type StopLevel,
  stopLevelOf,
  type TransitionRequest,
  transition,
} from '../../domain/operationalState.ts'
import type { Severity } from '../../domain/severity.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'

const key = 'operational.state'
const historyKept = 10
const usual: ReadonlySet<OperationalState['primary']> = new Set(['booting', 'ready', 'active'])

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly logger: Logger
  readonly events: Events
}

/** How somebody wants a pause to be; by itself it has no end and lets nothing through. */
export interface PauseOptions {
  readonly actor?: StateActor
  /** When it ends by itself; null when it does not. */
  readonly untilMs?: number | null
  /** `critical_only`: criticals are told all the same. */
  readonly permission?: ClaimPermission
  readonly level?: StopLevel
}

/** Where the daemon stands, the one holder of it. What pauses outlives the process; what only degrades does not. */
export class OperationalStateService {
  readonly #deps: Deps
  #state: OperationalState
  #history: StateTransition[] = []
  /** Investigations and conversations under way. */
  #runs = 0

  constructor(deps: Deps) {
    this.#deps = deps
    this.#state = bootingState(deps.clock.nowMs())
  }

  /** Takes up a pause that an earlier process left; one whose time is over has ended. */
  start(): void {
    const { store, clock } = this.#deps
    const { reasons, ...rest } = readStored(store.settings.get(key))
    if (reasons.length === 0) return
    const nowMs = clock.nowMs()
    const over = rest.untilMs !== null && rest.untilMs <= nowMs
    // A pause that is over is recorded as such and pauses nothing: Kora starts as it does without one.
    const to = reasons.some((reason) => reason !== 'operator' || !over) ? 'paused' : 'booting'
    this.#change({ to, addReasons: reasons, ...rest })
    this.tick(nowMs)
  }

  /** Everything was started. */
  ready(trigger: string): void {
    if (this.#state.primary !== 'booting') return
    this.#change({ to: 'ready', trigger, actor: 'daemon', permission: 'none' })
    this.#change({ to: 'ready', trigger, actor: 'daemon', permission: 'normal' })
  }

  /** The process ends, or could not begin. */
  stopped(trigger: string): void {
    if (this.#state.primary !== 'stopped') {
      this.#change({ to: 'stopped', trigger, actor: 'daemon', permission: 'none' })
    }
  }

  get state(): OperationalState {
    return this.#state
  }

  get primary(): OperationalState['primary'] {
    return this.#state.primary
  }

  get reasons(): readonly DegradationReason[] {
    return this.#state.reasons
  }

  /** The last ten changes, oldest first; of this process alone. */
  history(): readonly StateTransition[] {
    return this.#history
  }

  /** Whether a new investigation or conversation may be begun. A pause for cost is the budget's to refuse. */
  mayBegin(severity: Severity): boolean {
    if (!this.#state.reasons.includes('operator') || !blocksIntake(this.#state.stopLevel)) return true
    return this.#state.permission === 'critical_only' && severity === 'critical'
  }

  /**
   * Why a model may not be called now; null when it may. What runs already goes on through a pause of the first level.
   * @param underWay the call belongs to something begun before
   */
  refusal(underWay: boolean): DegradationReason | null {
    const { primary, reasons, stopLevel } = this.#state
    if (primary === 'stopped') return reasons[0] ?? 'operator'
    const pausing = reasons.filter(isPauseReason)
    if (pausing.length === 0) return null
    if (underWay && !pausing.includes('cost') && !blocksCalls(stopLevel)) return null
    return pausing[0] ?? null
  }

  /** Whether a message waits for the end of a pause that somebody asked for. A budget that is used up silences nobody. */
  holdsMessage(severity: Severity | null): boolean {
    if (!this.#state.reasons.includes('operator')) return false
    return !(this.#state.permission === 'critical_only' && severity === 'critical')
  }

  /**
   * Pauses for a reason, or replaces a pause for the same one.
   * @param trigger what led to it, for the record
   * @returns false when the process is stopping
   */
  pause(reason: PauseReason, trigger: string, options: PauseOptions = {}): boolean {
    const { actor = 'daemon', untilMs = null, permission = 'none', level = 1 } = options
    const held = this.#state.reasons.includes(reason)
    // The budget says again and again that it is used up.
    if (held && reason === 'cost') return true
    const own = reason === 'operator' ? { permission, stopLevel: level, untilMs } : this.#permissionBeside()
    return this.#change({ to: 'paused', trigger, actor, addReasons: [reason], ...own })
  }

  /** Takes one reason away and leaves the others. @returns whether it was there */
  resume(reason: PauseReason, trigger: string, actor: StateActor = 'daemon'): boolean {
    if (!this.#state.reasons.includes(reason)) return false
    const left = this.#state.reasons.some((other) => other !== reason && isPauseReason(other))
    const own = reason === 'operator' ? { stopLevel: 0 as const, untilMs: null } : {}
    const to = left || this.#state.primary !== 'paused' ? this.#state.primary : 'ready'
    // What the operator's pause lets through is as it was when only another reason goes.
    const kept = left && reason !== 'operator'
    const permission = kept ? this.#state.permission : to === 'ready' ? 'normal' : 'none'
    const changed = this.#change({ to, trigger, actor, removeReasons: [reason], permission, ...own })
    if (changed && to === 'ready' && this.#runs > 0)
      this.#change({ to: 'active', trigger: 'still running', actor: 'daemon' })
    return changed
  }

  /** Something is wrong that does not pause. */
  degrade(reason: Exclude<DegradationReason, PauseReason>, trigger: string): void {
    if (this.#state.reasons.includes(reason)) return
    this.#change({ to: this.#state.primary, trigger, actor: 'daemon', addReasons: [reason] })
  }

  restore(reason: Exclude<DegradationReason, PauseReason>, trigger: string): void {
    if (!this.#state.reasons.includes(reason)) return
    this.#change({ to: this.#state.primary, trigger, actor: 'daemon', removeReasons: [reason] })
  }

  /** An investigation or a conversation began. @returns to be called when it ended */
  begun(trigger: string): () => void {
    this.#runs += 1
    if (this.#runs === 1 && this.#state.primary === 'ready') {
      this.#change({ to: 'active', trigger, actor: 'daemon' })
    }
    let open = true
    return () => {
      if (!open) return
      open = false
      this.#runs -= 1
      if (this.#runs === 0 && this.#state.primary === 'active') {
        this.#change({ to: 'ready', trigger: 'nothing runs any more', actor: 'daemon' })
      }
    }
  }

  /** A pause whose time is over ends; called at the start, every few seconds and after a sleep. */
  tick(nowMs: number): void {
    const { untilMs } = this.#state
    if (untilMs !== null && untilMs <= nowMs) this.resume('operator', 'its time was over')
  }

  #permissionBeside(): Partial<TransitionRequest> {
    return this.#state.reasons.includes('operator') ? {} : { permission: 'none' }
  }

  #change(request: TransitionRequest): boolean {
    const { store, late, clock, logger, events } = this.#deps
    const before = this.#state
    const nowMs = clock.nowMs()
    const after = transition(before, request, nowMs)
    if (after === null) {
      logger.warn('an operational state that may not follow', { from: before.primary, to: request.to })
      return false
    }
    this.#state = after
    const { trigger, actor } = after
    this.#history = [...this.#history, { atMs: nowMs, from: before.primary, to: after.primary, trigger }].slice(
      -historyKept,
    )
    const details = {
      from: before.primary,
      to: after.primary,
      reasons: [...after.reasons],
      claim_permission: after.permission,
      stop_level: after.stopLevel,
      trigger,
      actor,
      until_ms: after.untilMs,
    }
    logger.info('operational state', details)
    // Runs begin and end all day, and a start is ready as a rule; both have records of their own.
    const routine = [before, after].every(({ primary, reasons }) => reasons.length === 0 && usual.has(primary))
    if (!routine) {
      late.write(() => {
        // How a process ended is no word about the pause that the next one takes up.
        if (after.primary !== 'stopped') store.settings.set(key, toStored(after))
        store.audit.append({ seam: 'operational_state.changed', details }, nowMs)
      })
    }
    events.publish('operational.changed', { from: before.primary, to: after.primary })
    return true
  }
}

interface Stored {
  readonly reasons: readonly PauseReason[]
  readonly permission: ClaimPermission
  readonly stopLevel: StopLevel
  readonly untilMs: number | null
  readonly trigger: string
  readonly actor: StateActor
}

function toStored(state: OperationalState): Stored {
  const { permission, stopLevel, untilMs, trigger, actor } = state
  return { reasons: state.reasons.filter(isPauseReason), permission, stopLevel, untilMs, trigger, actor }
}

/** What cannot be read pauses nothing, but a reason that can be read does. */
function readStored(stored: unknown): Stored {
  const held = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
  const { reasons, permission, stopLevel, untilMs, trigger, actor } = held
  return {
    reasons: Array.isArray(reasons) ? pauseReasons.filter((reason) => reasons.includes(reason)) : [],
    permission: claimPermissions.find((known) => known === permission) ?? 'none',
    stopLevel: stopLevel === undefined ? 1 : stopLevelOf(stopLevel),
    untilMs: typeof untilMs === 'number' ? untilMs : null,
    trigger: typeof trigger === 'string' ? trigger : 'paused before the restart',
    actor: stateActors.find((known) => known === actor) ?? 'daemon',
  }
}
