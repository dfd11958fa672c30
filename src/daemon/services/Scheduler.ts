import { KoraError } from '../../domain/errors.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { Due } from './DueHeap.ts'
import { Timeline } from './Timeline.ts'

/** A pause longer than this counts as sleep: what fell due meanwhile is spread out. */
const sleepMs = 30_000
/** A shorter one is a busy moment and worth no record. */
const stallMs = 5_000
/** A pause is seen within 1 s, so everything missed has been started within 5 s (reliability matrix, row 33). */
const catchUpSpreadMs = 3_500
const firstSpreadMs = 10_000
/**
 * Phases lie on whole seconds, so that tasks of one second share a wake-up: 25 checks begun together cost 0.11 ms of
 * CPU each, one every 40 ms costs 0.79. Tasks quicker than five slots keep their own phase.
 */
const slotMs = 1_000
/** A run that ignores its signal blocks its task for this many intervals after its time-out. */
const stuckIntervals = 2

export interface ScheduledTask {
  /** Unique; adding the same name again replaces the task. */
  readonly name: string
  /** From one start to the next, on the monotonic clock. */
  readonly intervalMs: number
  /** After this long the signal is aborted and the run counts as failed. */
  readonly timeoutMs: number
  run(signal: AbortSignal): Promise<void>
  /** Until the first run. By default a share of min(interval, 10 s) that depends on `spreadKey` alone. */
  readonly firstDelayMs?: number
  /** Default: the name. */
  readonly spreadKey?: string
}

export interface TaskResult {
  readonly startedAtMs: number
  readonly durationMs: number
  readonly outcome: 'ok' | 'failed'
  /** What the run threw, or `timed out after N s`; null when it went well. */
  readonly error: string | null
}

export interface TaskRow {
  readonly name: string
  readonly intervalMs: number
  readonly running: boolean
  /** The run timed out, was told so, and still has not ended; or it stands in for one that never did. */
  readonly stuck: boolean
  readonly lastStartedAtMs: number | null
  readonly lastDurationMs: number | null
  readonly lastOutcome: 'ok' | 'failed' | 'never'
  readonly lastError: string | null
  readonly failuresInARow: number
  /** Epoch ms as the wall clock stands now; null before the start and after the stop. */
  readonly nextDueAtMs: number | null
}

interface SchedulerOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Told of every finished run, except those that were ended by `stop` or `remove`. */
  readonly onSettled?: (name: string, result: TaskResult) => void
  /** The process stood still for this long although the machine was awake. */
  readonly onStall?: (forMs: number) => void
  /** The machine slept; told before anything that fell due meanwhile runs. */
  readonly onWake?: () => void
}

interface Run {
  readonly task: Task
  readonly abort: AbortController
  readonly startedAtMs: number
  readonly startedMonotonicMs: number
  /** Settles with the result; a time-out settles it although the work may go on. */
  readonly result: PromiseWithResolvers<void>
  /** Resolves when the work has really ended. */
  readonly ended: PromiseWithResolvers<void>
  deadline: Due | null
  settled: boolean
  timedOutMs: number | null
  /** The run before it was given up. */
  readonly standsIn: boolean
}

interface Task {
  readonly spec: ScheduledTask
  intervalMs: number
  /** The next start if nothing unusual happens, on the timeline; keeps the phase. */
  regularMs: number
  due: Due | null
  caughtUp: boolean
  run: Run | null
  lastStartedAtMs: number | null
  last: TaskResult | null
  failuresInARow: number
}

/**
 * Owns everything that repeats, with one timer for all tasks.
 *
 * - Fixed rate without drift; a tick that comes while the task still runs is skipped, never made up.
 * - A task never overlaps itself. One exception keeps a task alive: when a run has timed out and ignores its signal,
 *   the task is `stuck`; it is started again at the first tick after that run ended, or at least two intervals after the
 *   time-out, when the old run is given up and its result ignored.
 * - A failure is recorded and the next run happens.
 * - After a sleep or a long stall each task that fell due meanwhile runs once, spread over 3.5 s. Setting the wall clock
 *   changes nothing. Time in which the process stood still does not count against a run's time limit.
 */
export class Scheduler {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #onSettled: (name: string, result: TaskResult) => void
  readonly #onStall: (forMs: number) => void
  readonly #onWake: () => void
  readonly #timeline: Timeline
  readonly #tasks = new Map<string, Task>()
  readonly #runs = new Set<Run>()
  #phase: 'new' | 'started' | 'stopping' | 'stopped' = 'new'
  #pauses = 0
  #stopped: Promise<void> | null = null

  constructor({ clock, logger, onSettled, onStall, onWake }: SchedulerOptions) {
    this.#clock = clock
    this.#logger = logger
    this.#onSettled = onSettled ?? (() => undefined)
    this.#onStall = onStall ?? (() => undefined)
    this.#onWake = onWake ?? (() => undefined)
    this.#timeline = new Timeline(clock, (stoodMs) => this.#onPause(stoodMs))
  }

  /** @throws KoraError bad_input for an empty name or a time that is not positive */
  add(spec: ScheduledTask): void {
    if (spec.name.trim() === '') throw new KoraError('bad_input', 'A task needs a name.')
    requirePositive(spec.name, 'intervalMs', spec.intervalMs)
    requirePositive(spec.name, 'timeoutMs', spec.timeoutMs)
    this.remove(spec.name)
    const task: Task = {
      spec,
      intervalMs: spec.intervalMs,
      regularMs: 0,
      due: null,
      caughtUp: false,
      run: null,
      lastStartedAtMs: null,
      last: null,
      failuresInARow: 0,
    }
    this.#tasks.set(spec.name, task)
    if (this.#phase === 'started') this.#scheduleFirst(task)
  }

  /** Forgets the task; a run in progress is told to end and its result ignored. */
  remove(name: string): void {
    const task = this.#tasks.get(name)
    if (!task) return
    this.#tasks.delete(name)
    this.#timeline.cancel(task.due)
    task.run?.abort.abort(new KoraError('conflict', `Task ${name} was removed.`))
  }

  /** A shorter interval takes effect at once, a longer one after the next run. @throws KoraError task_unknown, bad_input */
  setInterval(name: string, intervalMs: number): void {
    requirePositive(name, 'intervalMs', intervalMs)
    const task = this.#require(name)
    task.intervalMs = intervalMs
    if (!task.due) return
    const latestMs = this.#timeline.now() + intervalMs
    task.regularMs = Math.min(task.regularMs, latestMs)
    if (task.due.dueMs > latestMs) this.#schedule(task, latestMs)
  }

  /**
   * Runs the task now, or joins the run in progress; its schedule stays as it is. Resolves when the run went well.
   * @throws what the run throws; KoraError timed_out, task_unknown, daemon_stopping, or task_running when the last run
   * timed out and has not ended yet
   */
  async runNow(name: string): Promise<void> {
    const task = this.#require(name)
    if (this.#phase === 'stopping' || this.#phase === 'stopped') {
      throw new KoraError('daemon_stopping', 'Kora is stopping; nothing new is started.')
    }
    if (task.run?.settled) {
      throw new KoraError('task_running', `The last run of ${name} timed out and has not ended yet.`, { task: name })
    }
    await (task.run ?? this.#begin(task)).result.promise
  }

  /** In the order in which the tasks were added. */
  rows(): TaskRow[] {
    const wallMs = this.#clock.nowMs() - this.#timeline.now()
    return [...this.#tasks.values()].map((task) => ({
      name: task.spec.name,
      intervalMs: task.intervalMs,
      running: task.run !== null,
      stuck: task.run !== null && (task.run.settled || task.run.standsIn),
      lastStartedAtMs: task.lastStartedAtMs,
      lastDurationMs: task.last?.durationMs ?? null,
      lastOutcome: task.last?.outcome ?? 'never',
      lastError: task.last?.error ?? null,
      failuresInARow: task.failuresInARow,
      nextDueAtMs: task.due ? Math.round(wallMs + task.due.dueMs) : null,
    }))
  }

  start(): void {
    if (this.#phase !== 'new') return
    this.#phase = 'started'
    this.#timeline.start()
    for (const task of this.#tasks.values()) this.#scheduleFirst(task)
  }

  /**
   * Starts nothing more, asks running tasks to end through their signal, and waits for them at most `graceMs`.
   * What a run reports within that time is recorded, unless it is only the interruption. Idempotent.
   */
  stop(graceMs: number): Promise<void> {
    this.#stopped ??= this.#windDown(graceMs)
    return this.#stopped
  }

  /** Resolves when no run is waiting for its result. */
  async drain(): Promise<void> {
    for (;;) {
      const open = [...this.#runs].filter((run) => !run.settled)
      if (open.length === 0) return
      await Promise.allSettled(open.map((run) => run.result.promise))
    }
  }

  /** The host says the machine woke up: whatever is overdue runs once, spread out. Harmless when nothing is. */
  catchUp(): void {
    if (this.#phase !== 'started') return
    this.#timeline.look()
    this.#spreadOverdue()
  }

  /**
   * How often time passed in which nothing ran, up to this moment. Between two different answers whatever was under way
   * has measured the pause, and its limits of time mean nothing.
   */
  pauses(): number {
    this.#timeline.look()
    return this.#pauses
  }

  #require(name: string): Task {
    const task = this.#tasks.get(name)
    if (!task) throw new KoraError('task_unknown', `There is no task named ${name}.`, { task: name })
    return task
  }

  #scheduleFirst(task: Task): void {
    const { firstDelayMs, spreadKey, name } = task.spec
    const delayMs = firstDelayMs ?? spreadShare(spreadKey ?? name) * Math.min(task.intervalMs, firstSpreadMs)
    const nowMs = this.#timeline.now()
    const slotted = firstDelayMs === undefined && task.intervalMs >= 5 * slotMs
    task.regularMs = slotted
      ? (Math.ceil(nowMs / slotMs) + Math.floor(delayMs / slotMs)) * slotMs
      : nowMs + Math.max(0, delayMs)
    this.#schedule(task, task.regularMs)
  }

  #schedule(task: Task, dueMs: number): void {
    this.#timeline.cancel(task.due)
    task.due = this.#timeline.at(dueMs, () => this.#onDue(task))
  }

  #onPause(stoodMs: number): void {
    const asleep = stoodMs > sleepMs
    this.#pauses += 1
    this.#logger.warn('time passed in which nothing ran', { forMs: Math.round(stoodMs), asleep })
    for (const run of this.#runs) if (run.deadline) this.#setDeadline(run, run.deadline.dueMs + stoodMs)
    if (!asleep) {
      if (stoodMs >= stallMs) this.#onStall(stoodMs)
      return
    }
    this.#spreadOverdue()
    this.#onWake()
  }

  #spreadOverdue(): void {
    const nowMs = this.#timeline.now()
    const overdue = [...this.#tasks.values()]
      .flatMap((task) => (task.due && task.due.dueMs <= nowMs ? [{ task, dueMs: task.due.dueMs }] : []))
      .toSorted((a, b) => a.dueMs - b.dueMs)
    overdue.forEach(({ task }, index) => {
      task.caughtUp = true
      this.#schedule(task, nowMs + (index / overdue.length) * Math.min(catchUpSpreadMs, task.intervalMs))
    })
  }

  #onDue(task: Task): void {
    const nowMs = this.#timeline.now()
    const missed = Math.floor((nowMs - task.regularMs) / task.intervalMs)
    if (task.regularMs <= nowMs) task.regularMs += (missed + 1) * task.intervalMs
    // A late run stands for the regular one that would follow close behind it.
    if (task.caughtUp && task.regularMs - nowMs < task.intervalMs / 2) task.regularMs += task.intervalMs
    task.caughtUp = false
    this.#schedule(task, task.regularMs)
    if (!task.run || this.#mayGiveUp(task.run, nowMs)) this.#begin(task)
  }

  #mayGiveUp(run: Run, nowMs: number): boolean {
    return run.timedOutMs !== null && nowMs - run.timedOutMs >= stuckIntervals * run.task.intervalMs
  }

  #begin(task: Task): Run {
    const run: Run = {
      task,
      standsIn: task.run !== null,
      abort: new AbortController(),
      startedAtMs: this.#clock.nowMs(),
      startedMonotonicMs: this.#clock.monotonicMs(),
      result: Promise.withResolvers(),
      ended: Promise.withResolvers(),
      deadline: null,
      settled: false,
      timedOutMs: null,
    }
    // Only `runNow` looks at the rejection; for everybody else the failure is already recorded.
    run.result.promise.catch(() => undefined)
    this.#runs.add(run)
    task.run = run
    task.lastStartedAtMs = run.startedAtMs
    this.#setDeadline(run, this.#timeline.now() + task.spec.timeoutMs)
    void Promise.try(() => task.spec.run(run.abort.signal)).then(
      () => this.#onEnded(run, null),
      (error: unknown) => this.#onEnded(run, { error }),
    )
    return run
  }

  #setDeadline(run: Run, dueMs: number): void {
    this.#timeline.cancel(run.deadline)
    run.deadline = this.#timeline.at(dueMs, () => this.#onDeadline(run))
  }

  #onDeadline(run: Run): void {
    const { name, timeoutMs } = run.task.spec
    const error = new KoraError('timed_out', `timed out after ${timeoutMs / 1_000} s`, { task: name })
    run.timedOutMs = this.#timeline.now()
    this.#settle(run, { error })
    run.abort.abort(error)
  }

  #onEnded(run: Run, failure: { error: unknown } | null): void {
    this.#runs.delete(run)
    if (run.task.run === run) run.task.run = null
    this.#settle(run, failure)
    run.ended.resolve()
  }

  #settle(run: Run, failure: { error: unknown } | null): void {
    if (run.settled) return
    run.settled = true
    this.#timeline.cancel(run.deadline)
    run.deadline = null
    this.#record(run, failure)
    if (failure) run.result.reject(failure.error)
    else run.result.resolve()
  }

  #record(run: Run, failure: { error: unknown } | null): void {
    const { task } = run
    const { name } = task.spec
    const interrupted = failure !== null && run.abort.signal.aborted
    if (interrupted || this.#phase === 'stopped' || this.#tasks.get(name) !== task) return
    const result: TaskResult = {
      startedAtMs: run.startedAtMs,
      durationMs: Math.round(this.#clock.monotonicMs() - run.startedMonotonicMs),
      outcome: failure ? 'failed' : 'ok',
      error: failure ? messageOf(failure.error) : null,
    }
    task.last = result
    task.failuresInARow = failure ? task.failuresInARow + 1 : 0
    if (failure) {
      this.#logger.warn('task failed', { task: name, error: result.error, failuresInARow: task.failuresInARow })
    }
    try {
      this.#onSettled(name, result)
    } catch (error) {
      // Losing a record of a run must not cost the next run.
      this.#logger.error('task result was not recorded', { task: name, error: messageOf(error) })
    }
  }

  async #windDown(graceMs: number): Promise<void> {
    this.#phase = 'stopping'
    this.#timeline.stop()
    for (const task of this.#tasks.values()) task.due = null
    const open = [...this.#runs]
    const stopping = new KoraError('daemon_stopping', 'Kora is stopping.')
    for (const run of open) run.abort.abort(stopping)
    const grace = Promise.withResolvers<void>()
    const cancel = this.#clock.setTimer(graceMs, grace.resolve)
    if (open.length > 0) await Promise.race([Promise.all(open.map((run) => run.ended.promise)), grace.promise])
    cancel()
    this.#phase = 'stopped'
    for (const run of this.#runs) this.#logger.warn('task did not end in time', { task: run.task.spec.name, graceMs })
  }
}

/** A share in [0, 1) that depends on the key alone: FNV-1a with a final mix, since similar keys must land far apart. */
export function spreadShare(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

function requirePositive(task: string, field: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return
  throw new KoraError('bad_input', `Task ${task}: ${field} must be a positive number.`, { task, field })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error)
}
