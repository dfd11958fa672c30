import type { Listener, On } from './listener.ts'

interface Parts {
  readonly on: On<{ 'delivery.recorded': { readonly channel: string; readonly reason: string | null } }>
  readonly slackState: () => {
    readonly state: 'ready' | 'not_configured' | 'denied' | 'failing'
    readonly note: string | null
    readonly lastProvenAtMs: number | null
    readonly lastFailure: string | null
  }
}

/** The way to the operator's direct messages. */
export function slackClient({ on, slackState }: Parts): Listener {
  let unsubscribe = (): void => undefined
  return {
    name: 'slack_client',
    critical: false,
    tier: 'clients',
    start(pulse) {
      const { lastProvenAtMs } = slackState()
      if (lastProvenAtMs !== null) pulse.event(lastProvenAtMs)
      unsubscribe = on('delivery.recorded', ({ channel, reason }) => {
        if (channel !== 'slack') return
        if (reason === null) pulse.event()
        else pulse.failed(reason)
      })
    },
    stop: () => unsubscribe(),
    off() {
      const now = slackState()
      return now.state === 'not_configured' ? (now.note ?? 'not configured') : null
    },
    trouble() {
      const now = slackState()
      return now.state === 'failing' ? (now.lastFailure ?? 'the last message was not sent') : null
    },
  }
}
