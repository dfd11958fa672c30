/** Why nothing was watched: the machine slept, Kora was stopped, or it ended without a goodbye. */
export const gapReasons = ['asleep', 'not_running', 'crashed'] as const

/** Time in which nothing was watched, epoch ms; `toMs` exclusive. */
export interface Gap {
  readonly fromMs: number
  readonly toMs: number
  readonly reason: (typeof gapReasons)[number]
}
