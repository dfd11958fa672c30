/** Where the daemon stands (daemon specification, 6). Stopped is terminal for the process. */
export const primaryStates = ['booting', 'ready', 'active', 'paused', 'stopped'] as const
export type PrimaryState = (typeof primaryStates)[number]

/** What is wrong with it, or keeps it from working, in alphabetical order; several may hold at once. */
export const degradationReasons = [
  'auth',
  'cost',
  'dispatch',
  'migration',
  'operator',
  'retry_ceiling',
  'substrate',
  'token_expiring',
] as const
export type DegradationReason = (typeof degradationReasons)[number]

/** Reasons that pause; the others only degrade. */
export const pauseReasons = ['cost', 'operator'] as const satisfies readonly DegradationReason[]
export type PauseReason = (typeof pauseReasons)[number]

/** What may be begun: nothing, what is critical, everything. */
export const claimPermissions = ['none', 'critical_only', 'normal'] as const
export type ClaimPermission = (typeof claimPermissions)[number]

/** Who asked for a change. */
export const stateActors = ['daemon', 'operator', 'command_line', 'agent'] as const
export type StateActor = (typeof stateActors)[number]

/** What stands where a person gave no reason. */
export const pausedByHand = 'paused by hand'

/**
 * How firmly work is stopped: not at all; nothing new is begun; what runs makes no further call; what runs is aborted.
 * Killing the process from outside is not built (ruling 4).
 */
export const stopLevels = [0, 1, 2, 3] as const
export type StopLevel = (typeof stopLevels)[number]

export interface OperationalState {
  readonly primary: PrimaryState
  /** Alphabetical, each once. */
  readonly reasons: readonly DegradationReason[]
  readonly permission: ClaimPermission
  readonly stopLevel: StopLevel
  /** When `primary` became what it is. */
  readonly sinceMs: number
  /** What led to the last change, in words, and who asked for it. */
  readonly trigger: string
  readonly actor: StateActor
  /** When a pause by the operator ends by itself; null when it does not. */
  readonly untilMs: number | null
}

/** One change, same-state updates included. */
export interface StateTransition {
  readonly atMs: number
  readonly from: PrimaryState
  readonly to: PrimaryState
  readonly trigger: string
}

export interface TransitionRequest {
  readonly to: PrimaryState
  readonly trigger: string
  readonly actor: StateActor
  readonly permission?: ClaimPermission
  readonly stopLevel?: StopLevel
  readonly addReasons?: readonly DegradationReason[]
  /** Applied after the additions: a reason in both ends up absent. */
  readonly removeReasons?: readonly DegradationReason[]
  readonly untilMs?: number | null
}

const next: Readonly<Record<PrimaryState, readonly PrimaryState[]>> = {
  booting: ['ready', 'paused', 'stopped'],
  ready: ['active', 'paused', 'stopped'],
  active: ['ready', 'paused', 'stopped'],
  paused: ['ready', 'stopped'],
  stopped: [],
}

/** States that may follow, the present one apart. */
export function validNextStates(from: PrimaryState): readonly PrimaryState[] {
  return next[from]
}

export function bootingState(nowMs: number): OperationalState {
  return {
    primary: 'booting',
    reasons: [],
    permission: 'none',
    stopLevel: 0,
    sinceMs: nowMs,
    trigger: 'start',
    actor: 'daemon',
    untilMs: null,
  }
}

/**
 * The state after a change; null when it is not allowed: then nothing changes. The same state may always be asked for,
 * to change reasons and permission.
 */
export function transition(state: OperationalState, asked: TransitionRequest, nowMs: number): OperationalState | null {
  const { to, trigger, actor, permission, stopLevel, addReasons = [], removeReasons = [], untilMs } = asked
  if (to !== state.primary && !next[state.primary].includes(to)) return null
  const reasons = new Set([...state.reasons, ...addReasons])
  for (const reason of removeReasons) reasons.delete(reason)
  return {
    primary: to,
    reasons: degradationReasons.filter((reason) => reasons.has(reason)),
    permission: permission ?? state.permission,
    stopLevel: stopLevel ?? state.stopLevel,
    sinceMs: to === state.primary ? state.sinceMs : nowMs,
    trigger,
    actor,
    untilMs: untilMs === undefined ? state.untilMs : untilMs,
  }
}

export function isPauseReason(reason: DegradationReason): reason is PauseReason {
  return (pauseReasons as readonly string[]).includes(reason)
}

/** The level a request means; one nobody knows is taken as the strictest. */
export function stopLevelOf(level: unknown): StopLevel {
  return stopLevels.find((known) => known === level) ?? 3
}

/** Whether nothing new may be begun. */
export function blocksIntake(level: StopLevel): boolean {
  return level >= 1
}

/** Whether what runs may make no further call. */
export function blocksCalls(level: StopLevel): boolean {
  return level >= 2
}
