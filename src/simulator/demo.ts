import { setTimeout as wait } from 'node:timers/promises'
import { startSimulator } from './simulator.ts'
import { runStory } from './story.ts'

type Env = Readonly<Record<string, string | undefined>>

/** What of the operator's own environment reaches a demo: where it lives, never a credential. */
const kept = ['KORA_HOME', 'KORA_WEB_HOST', 'KORA_WEB_PORT']

/** Accepted by the simulated services, and by nothing else. */
const credentials = {
  KORA_VERCEL_API_TOKEN: 'demo-vercel',
  KORA_SENTRY_API_TOKEN: 'demo-sentry',
  KORA_DOPPLER_API_TOKEN: 'demo-doppler',
  KORA_SUPABASE_ANON_KEY: 'demo-supabase',
  KORA_FLY_API_TOKEN: 'demo-fly-io',
  KORA_SLACK_BOT_TOKEN: 'demo-slack',
  KORA_ANTHROPIC_API_KEY: 'demo-anthropic',
}

export interface Demo {
  /** The environment a demo daemon runs in; `KORA_DEMO_URLS` names the simulated services. */
  readonly env: Env
  close(): Promise<void>
}

/** Starts the simulated services and their story. */
export async function startDemo(env: Env): Promise<Demo> {
  const simulator = await startSimulator()
  const ending = new AbortController()
  const { signal } = ending
  // An aborted wait rejects; the story looks at the signal itself.
  const pause = (ms: number): Promise<void> => wait(ms, undefined, { signal, ref: false }).catch(() => undefined)
  const story = runStory(simulator, { signal, wait: pause })
  const foreign = Object.entries(env).filter(([name]) => !/^(KORA|ANTHROPIC)_/.test(name) || kept.includes(name))
  return {
    env: { ...Object.fromEntries(foreign), ...credentials, KORA_DEMO_URLS: JSON.stringify(simulator.urls) },
    async close() {
      ending.abort()
      await story
      await simulator.close()
    },
  }
}
