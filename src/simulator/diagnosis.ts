interface Story {
  readonly cause: string
  readonly next: string
}

const known: Readonly<Record<string, Story>> = {
  fly: {
    cause:
      'The Machines API itself answers, so the platform is reachable; what stopped are the machines of the production app, and nothing is left to serve requests there. Staging is untouched, which speaks against an outage of the region.',
    next: 'Restart the stopped production machines, then watch for two minutes whether they stay started; if not, read their exit events.',
  },
  vercel: {
    cause:
      'Recent deployments fail more often than usual while older ones still serve traffic. That pattern fits a broken build rather than a broken platform.',
    next: 'Open the newest failed deployment, read the end of its build log, and roll back if production was the target.',
  },
  sentry: {
    cause:
      'More errors stay unresolved than this organisation usually has, and they arrived close together. A release or a dependency that changed today is the likeliest source.',
    next: 'Sort the open issues by first seen and compare the oldest of the new ones with the last release.',
  },
  doppler: {
    cause:
      'The workplace could not be read with the service token. Running services keep the secrets they loaded; only rotations and new deployments are affected.',
    next: 'Check whether the service token was rotated or lost its workplace scope.',
  },
  supabase: {
    cause:
      'The REST gateway did not answer as it should, so reads and writes through it may fail for every client. A paused project or an exhausted connection pool looks exactly like this.',
    next: 'Open the project dashboard and look at its status and the number of open connections.',
  },
}

const general: Story = {
  cause:
    'Other services answer normally at the same time, so the trouble sits with this one and not with the network here. That fits an overloaded origin or a slow dependency behind it rather than a lost connection.',
  next: 'Compare the response time with the last deployment and with the load on the origin.',
}

function field(prompt: string, name: string, shape: string): string | null {
  const match = new RegExp(`(?:^|[\\s{,(])["']?${name}["']?\\s*[:=]\\s*["'\`]?(${shape})`, 'im').exec(prompt)
  return match?.[1]?.trim() ?? null
}

/**
 * A believable diagnosis: two to four sentences and one line with the next step, out of the probe's name and error
 * as the prompt gives them.
 */
export function diagnose(prompt: string): string {
  const probe = field(prompt, 'probe', '[A-Za-z0-9_-]{1,64}') ?? 'this service'
  const error = field(prompt, 'error', '[^"\'`\\n]{3,120}')
  const story = known[probe.toLowerCase()] ?? general
  const hasError = error !== null && !/^\(?(no error|none|null|unknown)\)?\.?$/i.test(error)
  const opening = hasError
    ? `The check of ${probe} ended with "${error}".`
    : `The check of ${probe} completed, but what it found is outside the expected range.`
  return `${opening} ${story.cause}\nNext step: ${story.next}`
}
