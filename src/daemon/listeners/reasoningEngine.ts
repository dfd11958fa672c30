import type { Listener, On } from './listener.ts'

/** As the model's client spells a key that is not accepted. */
const keyRejected = 'sdk_auth'

interface Parts {
  readonly on: On<{ 'model.called': { readonly code: string | null }; 'settings.changed': Record<string, never> }>
  readonly modelConfigured: () => boolean
}

/** The way to a model. Without a key it is off, and everything else works all the same. */
export function reasoningEngine({ on, modelConfigured }: Parts): Listener {
  let rejected = false
  let stops: (() => void)[] = []
  return {
    name: 'reasoning_engine',
    critical: false,
    tier: 'clients',
    start(pulse) {
      stops = [
        on('model.called', ({ code }) => {
          if (code === null) pulse.event()
          else pulse.failed(code)
          rejected = code === keyRejected
        }),
        on('settings.changed', () => {
          rejected = false
        }),
      ]
    },
    stop() {
      for (const stop of stops) stop()
    },
    off: () => (modelConfigured() ? null : 'no model key'),
    trouble: () => (rejected ? 'the model key was rejected' : null),
  }
}
