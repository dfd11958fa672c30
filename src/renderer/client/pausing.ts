import type { OperationalView } from '../../contract/operational.ts'
import { pausedByHand } from '../../domain/operationalState.ts'
import { nextLocalSpan } from '../../domain/localTime.ts'
import { pausedText, pauseKind } from '../components/operationalWords.ts'
import { notify } from '../components/toasts.ts'
import { explain } from './errors.ts'
import { mirrorStore } from './mirror.ts'
import { daemonNowMs } from './ticker.ts'
import type { CockpitClient } from './types.ts'

const minuteMs = 60_000
export const hourMs = 60 * minuteMs

/** What a pause is asked to be; everything left out is as mild as it gets. */
export type PauseAsked = Parameters<CockpitClient['operational']['pause']>[0]

/** The next 07:00 on the operator's clock that is at least a minute away, epoch ms. */
export function morningMs(nowMs: number, timeZone: string): number {
  const mornings = { days: [0, 1, 2, 3, 4, 5, 6], from: '07:00', to: '07:01', timeZone }
  return nextLocalSpan(mornings, nowMs + minuteMs - 1)?.fromMs ?? nowMs + 24 * hourMs
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Pauses for this long, until the morning, or until it is resumed. */
export function pauseFor(client: CockpitClient, length: 'hour' | 'morning' | 'resume'): Promise<boolean> {
  const nowMs = daemonNowMs()
  const forMs = length === 'hour' ? hourMs : length === 'morning' ? morningMs(nowMs, ownTimeZone()) - nowMs : null
  return pause(client, { forMs })
}

/** Pauses, and offers to take it back. Resolves to whether it worked. */
export async function pause(client: CockpitClient, asked: PauseAsked): Promise<boolean> {
  const before = mirrorStore.getState().mirror?.operational ?? null
  try {
    const after = await client.operational.pause(asked)
    notify({
      title: pausedText(after.untilMs, daemonNowMs()),
      text: 'Kora goes on watching.',
      action: { label: 'Undo', run: () => void takeBack(client, before) },
    })
    return true
  } catch (error) {
    notify({ title: 'Kora was not paused', text: explain(error).message, failed: true })
    return false
  }
}

/** Ends a person's pause. What waited is told and looked into now. */
export async function resumeWork(client: CockpitClient): Promise<void> {
  try {
    await client.operational.resume({})
    notify({ title: 'Kora goes on', text: 'What waited is told and looked into now.' })
  } catch (error) {
    notify({ title: 'Kora was not resumed', text: explain(error).message, failed: true })
  }
}

/** A pause that replaced another one gives way to it again. */
async function takeBack(client: CockpitClient, before: OperationalView | null): Promise<void> {
  const earlier = before && pauseKind(before) === 'person' ? pauseAgain(before, daemonNowMs()) : null
  if (earlier === null) return resumeWork(client)
  try {
    await client.operational.pause(earlier)
  } catch (error) {
    notify({ title: 'The earlier pause was not brought back', text: explain(error).message, failed: true })
  }
}

/** What to ask for to have a pause again as it was; null when it is over, or so good as over. */
export function pauseAgain(before: OperationalView, nowMs: number): PauseAsked | null {
  const forMs = before.untilMs === null ? null : before.untilMs - nowMs
  if (forMs !== null && forMs < minuteMs) return null
  return {
    forMs,
    level: before.stopLevel === 0 ? 1 : before.stopLevel,
    criticals: before.permission === 'critical_only',
    reason: before.trigger === pausedByHand ? '' : before.trigger.slice(0, 200),
  }
}
