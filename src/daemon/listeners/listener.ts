/** Where a listener says that it lives; the coordinator keeps what it is told. */
export interface Pulse {
  /** It did what it is for. @param atMs when; now unless told */
  event(atMs?: number): void
  /** It failed to; counted until the next event. */
  failed(error: unknown): void
}

/** Subscribes to one kind of fact; returns the end of it. */
export type On<Facts> = <Type extends keyof Facts>(type: Type, listener: (data: Facts[Type]) => void) => () => void

/**
 * One part of the daemon that is started, watched and stopped by the coordinator: a value. Events and errors of its
 * scheduled tasks are told for it (`tasks`); what else it lives by, it tells through its pulse.
 */
export interface Listener {
  /** Published name (daemon specification, 4): letters, digits, underscores. */
  readonly name: string
  /** A start that fails ends the daemon's start. */
  readonly critical: boolean
  /**
   * When it is stopped: `intake` first, then `work`, then `clients`; those of one tier together. By default `work`.
   */
  readonly tier?: 'intake' | 'work' | 'clients'
  /** Names of scheduled tasks, or beginnings that end in `:`, whose runs are its events and errors. */
  readonly tasks?: readonly string[]
  readonly startTimeoutMs?: number
  readonly stopTimeoutMs?: number
  /** Why it is not wanted at present, such as a missing key; null when it is. What is off is not down. */
  off?(): string | null
  /** What is wrong with it now; null when nothing is. Asked often: memory only. */
  trouble?(): string | null
  /** Why it ended although nobody stopped it; null while it lives. It is then stopped and started again. */
  ended?(): string | null
  /** A few words beside its state. */
  note?(): string | null
  /** @param signal the start was called off */
  start?(pulse: Pulse, signal: AbortSignal): void | Promise<void>
  /** Ends it, also after a start that failed half-way. */
  stop?(): void | Promise<void>
}

/** Whether a scheduled task is the listener's own, by its name or the beginning of it. */
export function ownsTask({ tasks = [] }: Pick<Listener, 'tasks'>, task: string): boolean {
  return tasks.some((name) => (name.endsWith(':') ? task.startsWith(name) : task === name))
}
