import type { OperationalView } from '../../contract/operational.ts'
import { KoraError } from '../../domain/errors.ts'
import { pausedByHand, type StateActor, type StopLevel, validNextStates } from '../../domain/operationalState.ts'
import type { Clock } from '../platform/clock.ts'
import type { OperationalStateService } from './OperationalStateService.ts'

/** Whoever asked gets an answer before the lines are cut. */
const answerMs = 100

interface Deps {
  readonly clock: Clock
  readonly operational: OperationalStateService
  readonly sessionId: string
  /** How much waits for the end of the pause. */
  readonly waiting: () => OperationalView['waiting']
  /** Ends the process in order. */
  readonly requestStop: (reason: string) => void
}

interface Pause {
  readonly forMs: number | null
  readonly level: Exclude<StopLevel, 0>
  readonly criticals: boolean
  readonly reason: string
  readonly actor: StateActor
}

/** What the operator asks of the daemon as a whole: pause, resume, stop. */
export class OperationalActions {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  view(): OperationalView {
    const { operational, waiting } = this.#deps
    const { primary, reasons, permission, stopLevel, sinceMs, trigger, actor, untilMs } = operational.state
    const paused = primary === 'paused'
    return {
      primary,
      reasons: [...reasons],
      permission,
      stopLevel,
      sinceMs,
      trigger,
      actor,
      untilMs,
      waiting: paused ? waiting() : { messages: 0, investigations: 0 },
      history: operational.history().map((step) => ({ ...step })),
      validNext: [...validNextStates(primary)],
    }
  }

  /** @throws KoraError daemon_stopping */
  pause({ forMs, level, criticals, reason, actor }: Pause): OperationalView {
    const { operational, clock } = this.#deps
    const untilMs = forMs === null ? null : clock.nowMs() + forMs
    const permission = criticals ? 'critical_only' : 'none'
    const trigger = reason === '' ? pausedByHand : reason
    if (!operational.pause('operator', trigger, { actor, untilMs, permission, level })) {
      throw new KoraError('daemon_stopping', 'Kora is stopping; there is nothing to pause.')
    }
    return this.view()
  }

  /** Without a pause by the operator nothing changes. */
  resume(actor: StateActor): OperationalView {
    this.#deps.operational.resume('operator', 'resumed by hand', actor)
    return this.view()
  }

  /**
   * @param sessionId of the process that is meant: a request made for an earlier one must not hit this
   * @throws KoraError conflict
   */
  shutDown(sessionId: string, reason: string): void {
    if (sessionId !== this.#deps.sessionId) {
      throw new KoraError('conflict', 'This is another process than the one that was to stop.', { sessionId })
    }
    const { clock, requestStop } = this.#deps
    clock.setTimer(answerMs, () => requestStop(reason === '' ? 'asked to stop' : reason))
  }
}
