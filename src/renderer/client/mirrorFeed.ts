import type { StateMessage } from '../../contract/state.ts'
import { applyMessage, mirrorStore } from './mirror.ts'
import type { CockpitClient } from './types.ts'

/** Bursts of patches are drawn together: ten screens a second are enough for an instrument. */
const batchMs = 100
/** A subscription that ends while the line is open is asked for again after this. */
const resubscribeMs = 1_000

/**
 * Fills the mirror from `state.subscribe` until the signal ends. The first message of each subscription is drawn at
 * once, what follows in batches.
 */
export async function feedMirror(client: CockpitClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const batch = createBatch()
    try {
      for await (const message of await client.state.subscribe(undefined, { signal })) batch.add(message)
    } catch {
      // The line's own owner reports a lost connection; here it only means asking again.
    } finally {
      batch.flush()
    }
    if (!signal.aborted) await pause(resubscribeMs, signal)
  }
}

function createBatch(): { add(message: StateMessage): void; flush(): void } {
  let waiting: { message: StateMessage; atMs: number }[] = []
  let timer: ReturnType<typeof setTimeout> | null = null

  const flush = () => {
    if (timer) clearTimeout(timer)
    timer = null
    const messages = waiting
    waiting = []
    if (messages.length === 0) return
    mirrorStore.setState(({ mirror }) => ({
      mirror: messages.reduce((before, { message, atMs }) => applyMessage(before, message, atMs), mirror),
    }))
  }

  return {
    add(message) {
      waiting.push({ message, atMs: Date.now() })
      if (message.kind === 'snapshot') flush()
      else timer ??= setTimeout(flush, batchMs)
    },
    flush,
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
