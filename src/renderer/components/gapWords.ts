import type { Gap } from '../../domain/gaps.ts'

/** Why nothing was watched, as a word on a hatched stretch. */
export const gapWords: Readonly<Record<Gap['reason'], string>> = {
  asleep: 'asleep',
  not_running: 'not running',
  crashed: 'crashed',
}
