import { record } from '../http.ts'

export interface Served {
  calls: number
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheCreationTokens: number
}

/** What was served and would be billed, whether or not it arrived. */
export interface Meter extends Served {
  byModel: Record<string, Served>
}

export const nothingServed = (): Served => ({
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
})

/** Only what can be billed: whole tokens, never fewer than none, whatever a script states. */
function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.trunc(value) : 0
}

/**
 * Counts one call by what it states. A later statement replaces the earlier one, since usage is cumulative; what it
 * leaves out or states as null stands.
 */
export function meterCall(meter: Meter, model: string): (usage: unknown) => void {
  const stated: Record<string, unknown> = {}
  let counted = nothingServed()
  return (usage) => {
    for (const [name, value] of Object.entries(record(usage))) if (value !== null) stated[name] = value
    const now = {
      calls: 1,
      inputTokens: count(stated['input_tokens']),
      outputTokens: count(stated['output_tokens']),
      cacheReadTokens: count(stated['cache_read_input_tokens']),
      cacheCreationTokens: count(stated['cache_creation_input_tokens']),
    }
    const ofModel = (meter.byModel[model] ??= nothingServed())
    for (const name of Object.keys(now) as (keyof Served)[]) {
      const more = now[name] - counted[name]
      meter[name] += more
      ofModel[name] += more
    }
    counted = now
  }
}
