import { expect, test } from 'vitest'
import { ProbeDraft } from '../../contract/probes.ts'
import { providerFor } from './registry.ts'
import { seedProbes } from './seeds.ts'

test('nothing set, nothing seeded', () => {
  expect(seedProbes({})).toEqual([])
  expect(seedProbes({ KORA_FLY_API_TOKEN: '  ', KORA_SENTRY_ORG: '' })).toEqual([])
})

const full = {
  KORA_VERCEL_API_TOKEN: 'v',
  KORA_SENTRY_API_TOKEN: 's',
  KORA_SENTRY_ORG: 'acme',
  KORA_DOPPLER_API_TOKEN: 'd',
  KORA_SUPABASE_ANON_KEY: 'k',
  KORA_SUPABASE_URL: 'https://abc.supabase.co',
  KORA_FLY_API_TOKEN: 'f',
  KORA_FLY_APP_NAME: 'shop',
  KORA_FLY_STAGING_APP_NAME: 'shop-staging',
}

test('the five providers, in order, as valid drafts that hold references only', () => {
  const drafts = seedProbes(full)
  expect(drafts.map(({ id, kind, title }) => [id, kind, title])).toEqual(
    ['vercel', 'sentry', 'doppler', 'supabase', 'fly'].map((kind) => [kind, kind, kind]),
  )
  for (const draft of drafts) {
    expect(ProbeDraft.parse(draft)).toEqual(draft)
    expect(providerFor(draft.kind).schema.parse(draft.config)).toEqual(draft.config)
    expect(draft).toMatchObject({ intervalMs: 300_000, enabled: true })
  }
  const configs = Object.fromEntries(drafts.map(({ id, config }) => [id, config]))
  expect(configs).toEqual({
    vercel: { tokenRef: 'vault:vercel', baseUrl: 'https://api.vercel.com' },
    sentry: { org: 'acme', tokenRef: 'vault:sentry', baseUrl: 'https://sentry.io' },
    doppler: { tokenRef: 'vault:doppler', baseUrl: 'https://api.doppler.com' },
    supabase: { url: 'https://abc.supabase.co', anonKeyRef: 'vault:supabase' },
    fly: { apps: ['shop', 'shop-staging'], tokenRef: 'vault:fly', baseUrl: 'https://api.machines.dev' },
  })
})

test('one variable is enough; what is missing stays open', () => {
  expect(seedProbes({ KORA_SENTRY_API_TOKEN: 's' })).toMatchObject([{ id: 'sentry', config: { org: '' } }])
  expect(seedProbes({ KORA_FLY_STAGING_APP_NAME: 'stage' })).toMatchObject([{ id: 'fly', config: { apps: ['stage'] } }])
  expect(seedProbes({ KORA_SUPABASE_ANON_KEY: 'k' })).toMatchObject([{ id: 'supabase', config: { url: '' } }])
})

test('a value that cannot be used counts as unset', () => {
  for (const url of ['not an address', 'https://user:pw@abc.supabase.co']) {
    expect(seedProbes({ KORA_SUPABASE_URL: url })).toMatchObject([{ id: 'supabase', config: { url: '' } }])
  }
  expect(seedProbes({ KORA_SENTRY_ORG: 'x'.repeat(500) })).toMatchObject([{ id: 'sentry', config: { org: '' } }])
})

test.each([
  ['60', 60_000],
  [' 7.5 ', 7_500],
  ['1', 5_000],
  ['1e9', 300_000],
  ['abc', 300_000],
  ['0', 300_000],
  ['-5', 300_000],
  ['999999', 86_400_000],
])('an interval of %s s becomes %i ms', (text, intervalMs) => {
  const env = { KORA_VERCEL_API_TOKEN: 'v', KORA_HEARTBEAT_PROBE_INTERVAL_SEC: text }
  expect(seedProbes(env)).toMatchObject([{ intervalMs }])
})
