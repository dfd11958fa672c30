export interface LimitJudgement {
  /** Of the limit, what is left: 0 to 1. */
  readonly share: number
  readonly tone: 'well' | 'attention' | 'trouble'
  readonly word: string
}

/** What is left of a provider's rate limit: trouble under a tenth, attention under a quarter (cost specification, 7). */
export function limitJudgement({ limit, remaining }: { limit: number; remaining: number }): LimitJudgement {
  const share = limit <= 0 ? 0 : remaining / limit
  if (share < 0.1) return { share, tone: 'trouble', word: 'nearly used up' }
  if (share < 0.25) return { share, tone: 'attention', word: 'running low' }
  return { share, tone: 'well', word: 'plenty' }
}
