import type { Simulator } from './simulator.ts'

/** One chapter of the demo: how the world is while it lasts. */
export interface StoryStep {
  readonly name: 'all_well' | 'fly_stopped' | 'fly_recovered' | 'site_slow' | 'site_recovered'
  readonly lastsMs: number
  /** State of every machine of the production app. */
  readonly productionMachines: 'started' | 'stopped'
  /** How long every page of the web site takes. */
  readonly siteDelayMs: number
}

const quickMs = 90

/** The demo's story; it begins again after the last step. */
export const storySteps: readonly StoryStep[] = [
  { name: 'all_well', lastsMs: 40_000, productionMachines: 'started', siteDelayMs: quickMs },
  { name: 'fly_stopped', lastsMs: 120_000, productionMachines: 'stopped', siteDelayMs: quickMs },
  { name: 'fly_recovered', lastsMs: 90_000, productionMachines: 'started', siteDelayMs: quickMs },
  { name: 'site_slow', lastsMs: 120_000, productionMachines: 'started', siteDelayMs: 4_500 },
  { name: 'site_recovered', lastsMs: 180_000, productionMachines: 'started', siteDelayMs: quickMs },
]

/** The app whose machines stop in the story. */
export const storyApp = 'demo-production'

/** Latencies worth looking at on a chart. */
const pace = {
  fly: { baseMs: 140, spreadMs: 60 },
  vercel: { baseMs: 210, spreadMs: 90 },
  sentry: { baseMs: 260, spreadMs: 120 },
  doppler: { baseMs: 120, spreadMs: 40 },
  supabase: { baseMs: 45, spreadMs: 25 },
  site: { baseMs: 0, spreadMs: 50 },
  anthropic: { baseMs: 1_800, spreadMs: 1_200 },
  slack: { baseMs: 160, spreadMs: 80 },
}

/** Makes the world what a step says. Doing it twice changes nothing. */
export function applyStep(simulator: Pick<Simulator, 'state'>, step: StoryStep): void {
  const { state } = simulator
  for (const machine of state.fly.apps[storyApp] ?? []) machine.state = step.productionMachines
  for (const page of Object.values(state.site)) page.delayMs = step.siteDelayMs
}

/**
 * Plays the story round and round until the signal aborts.
 * @param options.wait lets a step last its milliseconds; tests resolve at once
 * @param options.onStep told after the world was changed
 */
export async function runStory(
  simulator: Pick<Simulator, 'state'>,
  options: { wait: (ms: number) => Promise<void>; signal: AbortSignal; onStep?: (step: StoryStep) => void },
): Promise<void> {
  const { wait, signal, onStep } = options
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  Object.assign(simulator.state.pace, pace)
  while (!signal.aborted) {
    for (const step of storySteps) {
      if (signal.aborted) return
      applyStep(simulator, step)
      onStep?.(step)
      await Promise.race([wait(step.lastsMs), aborted])
    }
  }
}
