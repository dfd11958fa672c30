import { hourMs, morningMs, type PauseAsked } from '../client/pausing.ts'

export const pauseLengths = [
  { value: 'half', label: '30 minutes' },
  { value: 'hour', label: '1 hour' },
  { value: 'four', label: '4 hours' },
  { value: 'morning', label: 'Until morning, 07:00' },
  { value: 'resume', label: 'Until I resume' },
  { value: 'other', label: 'Another length' },
] as const
export type PauseLength = (typeof pauseLengths)[number]['value']

/** What the pause dialog holds. */
export interface PauseForm {
  readonly length: PauseLength
  /** For `other`; null while what is typed is not a number. */
  readonly minutes: number | null
  readonly criticals: boolean
  readonly level: '1' | '2' | '3'
  readonly reason: string
}

export const blankPause: PauseForm = { length: 'hour', minutes: 90, criticals: false, level: '1', reason: '' }

/** Thirty days, as far as a pause may go. */
const mostMinutes = 43_200

/** What is wrong with the length; null when nothing is. */
export function minutesProblem({ length, minutes }: PauseForm): string | null {
  if (length !== 'other' || minutes === null) return null
  return minutes >= 1 && minutes <= mostMinutes ? null : 'From 1 minute to 43 200, which is 30 days.'
}

/** When a pause begun now would end, epoch ms: null for never, undefined while the form cannot say. */
export function pauseEndMs(form: PauseForm, nowMs: number, timeZone: string): number | null | undefined {
  switch (form.length) {
    case 'half':
      return nowMs + hourMs / 2
    case 'hour':
      return nowMs + hourMs
    case 'four':
      return nowMs + 4 * hourMs
    case 'morning':
      return morningMs(nowMs, timeZone)
    case 'resume':
      return null
    case 'other':
      return form.minutes === null || minutesProblem(form) ? undefined : nowMs + form.minutes * 60_000
  }
}

/** What the form asks for; null while it cannot say how long. */
export function pauseAsked(form: PauseForm, nowMs: number, timeZone: string): PauseAsked | null {
  const endMs = pauseEndMs(form, nowMs, timeZone)
  if (endMs === undefined) return null
  return {
    forMs: endMs === null ? null : endMs - nowMs,
    level: form.level === '1' ? 1 : form.level === '2' ? 2 : 3,
    criticals: form.criticals,
    reason: form.reason.trim(),
  }
}
