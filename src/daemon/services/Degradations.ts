import type { Events } from './Events.ts'
import type { LateWrites } from './LateWrites.ts'
import type { OperationalStateService } from './OperationalStateService.ts'

/** As the model's client spells a key that is not accepted. */
const keyRejected = 'sdk_auth'
/** Messages in a row that did not get through before delivering counts as impaired. */
const failuresInARow = 3
/** Nothing is set up that could fail. */
const notSetUp: ReadonlySet<string> = new Set(['slack_client_unavailable', 'channel_id_unset'])

interface Deps {
  readonly events: Events
  readonly late: LateWrites
  readonly operational: OperationalStateService
}

/** What impairs the daemon without pausing it, as it happens: the key, the way to the operator, the store. */
export class Degradations {
  readonly #deps: Deps
  #failures = 0

  constructor(deps: Deps) {
    this.#deps = deps
  }

  start(): void {
    const { events, operational } = this.#deps
    events.on('model.called', ({ code }) => {
      if (code === keyRejected) operational.degrade('auth', 'the model key was rejected')
      else if (code === null) operational.restore('auth', 'a model answered')
    })
    events.on('delivery.recorded', ({ channel, reason }) => {
      if (channel !== 'slack' || (reason !== null && notSetUp.has(reason))) return
      this.#failures = reason === null ? 0 : this.#failures + 1
      if (this.#failures >= failuresInARow) operational.degrade('dispatch', `Slack takes no message (${reason})`)
      else if (reason === null) operational.restore('dispatch', 'Slack took a message')
    })
    events.on('settings.changed', () => {
      // Another key, another address: what was found out about the earlier one says nothing.
      operational.restore('auth', 'the settings changed')
    })
    events.on('problems.changed', () => {
      const { refusal } = this.#deps.late
      if (refusal) operational.degrade('substrate', `the store refuses (${refusal.code})`)
    })
    events.on('store.recovered', () => operational.restore('substrate', 'the store takes records again'))
  }
}
