import { KoraError } from '../../domain/errors.ts'
import { clip } from '../../domain/text.ts'
import type { DegradationReason, PauseReason } from '../../domain/operationalState.ts'
import type { Clock } from '../platform/clock.ts'
import type { OperationalStateService } from './OperationalStateService.ts'

/** Five tries, 2, 4, 8 and 16 s apart, never more than 30 (daemon specification, 6). */
const tries = 5
const firstWaitMs = 2_000
const longestWaitMs = 30_000
/** Of one try: with five of them and the waits between, a gate takes 80 s at most. */
const tryLimitMs = 10_000
const detailLength = 200

/** Something that has to hold before Kora calls itself ready; what does not hold yet may in a moment. */
export interface BootGate {
  readonly id: string
  /** Stands as a reason while it is tried again. */
  readonly reason: Exclude<DegradationReason, PauseReason>
  /** @throws when it does not hold */
  check(): void | Promise<void>
}

/** How one gate went; part of the record of the start. */
export interface GateReport {
  readonly gate_id: string
  readonly class: 'transient'
  readonly outcome: 'passed' | 'failed' | 'called_off'
  readonly attempts: number
  readonly elapsed_ms: number
  /** What the last try met; null when it passed. */
  readonly detail: string | null
}

interface Deps {
  readonly clock: Clock
  readonly operational: OperationalStateService
  readonly gates: readonly BootGate[]
  readonly redact: (text: string) => string
}

/**
 * Tries each gate until it holds. One that never does stops nothing, since an app on somebody's desk starts all the same
 * (ruling 1): its reason then stays.
 */
export class BootGates {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /**
   * One after the other.
   * @param signal nothing is tried again after it
   * @returns `waits` resolves when one has to wait for its next try; `done` when no try is left
   */
  run(signal: AbortSignal): { waits: Promise<void>; done: Promise<GateReport[]> } {
    const waits = Promise.withResolvers<void>()
    const pass = async (): Promise<GateReport[]> => {
      const reports: GateReport[] = []
      for (const gate of this.#deps.gates) reports.push(await this.#pass(gate, signal, waits.resolve))
      return reports
    }
    return { waits: waits.promise, done: pass() }
  }

  async #pass(gate: BootGate, signal: AbortSignal, onWait: () => void): Promise<GateReport> {
    const { clock, operational, redact } = this.#deps
    const began = clock.monotonicMs()
    const report = (outcome: GateReport['outcome'], attempts: number, detail: string | null): GateReport => ({
      gate_id: gate.id,
      class: 'transient',
      outcome,
      attempts,
      elapsed_ms: Math.trunc(clock.monotonicMs() - began),
      detail,
    })
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#try(gate)
        if (attempt > 1) operational.restore(gate.reason, `${gate.id} holds`)
        return report('passed', attempt, null)
      } catch (error) {
        const detail = clip(redact(error instanceof Error ? error.message : String(error)), detailLength)
        operational.degrade(gate.reason, `${gate.id}: ${detail}`)
        if (attempt === tries) return report('failed', attempt, detail)
        onWait()
        await this.#wait(Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1)), signal)
        if (signal.aborted) return report('called_off', attempt, detail)
      }
    }
  }

  async #try(gate: BootGate): Promise<void> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#deps.clock.setTimer(tryLimitMs, () => {
      late.reject(new KoraError('timed_out', `no answer within ${tryLimitMs / 1_000} s`, { gate: gate.id }))
    })
    try {
      await Promise.race([Promise.try(() => gate.check()), late.promise])
    } finally {
      cancel()
    }
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = this.#deps.clock.setTimer(ms, done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}
