import type { SecretState } from '../../contract/settings.ts'
import type { Clock } from '../platform/clock.ts'
import type { SecretRef, Secrets } from '../platform/secrets.ts'
import type { Store } from '../store/Store.ts'
import type { Events } from './Events.ts'

/** Secrets the product itself asks for; probes add their own. */
const ownRefs: readonly SecretRef[] = ['vault:anthropic', 'vault:anthropic-admin', 'vault:slack-bot']

/** Sets and removes secrets, and says which are there; values never come back. */
export class SecretService {
  readonly #store: Store
  readonly #clock: Clock
  readonly #events: Events
  readonly #secrets: Secrets
  readonly #used: () => readonly SecretRef[]

  constructor(deps: {
    store: Store
    clock: Clock
    events: Events
    secrets: Secrets
    used: () => readonly SecretRef[]
  }) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#events = deps.events
    this.#secrets = deps.secrets
    this.#used = deps.used
  }

  /** Every reference in use or in the vault, sorted. */
  states(): SecretState[] {
    const refs = new Set([...ownRefs, ...this.#used(), ...this.#secrets.list().map((id) => `vault:${id}`)])
    return [...refs].sort().map((ref) => ({ ref, ...this.#secrets.describe(ref) }))
  }

  async set(id: string, value: string): Promise<SecretState> {
    const ref = await this.#secrets.set(id, value)
    this.#changed(id, 'set')
    return { ref, ...this.#secrets.describe(ref) }
  }

  async remove(id: string): Promise<void> {
    await this.#secrets.remove(id)
    this.#changed(id, 'removed')
  }

  #changed(id: string, action: string): void {
    const nowMs = this.#clock.nowMs()
    this.#store.transaction(() =>
      this.#store.audit.append({ seam: 'secret.changed', source: 'operator', details: { id, action } }, nowMs),
    )
    this.#events.publish('settings.changed', {})
  }
}
