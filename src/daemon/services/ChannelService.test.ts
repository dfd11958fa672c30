import { describe, expect, it } from 'vitest'
import { firstQuestion, pageProbe, requestsTo, setPage, simulated } from '../../../test/fakes/acceptance.ts'
import { startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../../test/fakes/testDaemon.ts'

async function daemon(options: Partial<TestDaemonOptions> = {}) {
  const simulator = await simulated()
  const kora = await startTestDaemon({ simulator, ...options })
  return { simulator, kora }
}

async function channel(kora: TestDaemon, name: 'slack' | 'native') {
  return (await kora.client.settings.get()).channels.find((one) => one.channel === name)
}

describe('a test of Slack', () => {
  it('is a real message, recorded like any other, and proves the channel', async () => {
    const { simulator, kora } = await daemon()
    expect(await channel(kora, 'slack')).toMatchObject({ state: 'ready', lastProvenAtMs: null, note: null })
    const result = await kora.client.settings.testChannel({ channel: 'slack' })
    expect(result).toMatchObject({ outcome: 'sent', reason: null })
    expect(result.latencyMs).toBeGreaterThanOrEqual(0)
    expect(kora.slackTexts()).toEqual(['✅ This is a test: Kora can reach you here.'])
    expect(requestsTo(simulator, 'slack')).toBe(2)
    expect(await channel(kora, 'slack')).toMatchObject({ state: 'ready', lastProvenAtMs: kora.clock.nowMs() })
    const [delivery] = await kora.client.system.deliveries({})
    expect(delivery).toMatchObject({ kind: 'test', channel: 'slack', outcome: 'sent', attempt: 1 })
  })

  it.each([
    [{ KORA_SLACK_BOT_TOKEN: undefined }, 'slack_client_unavailable'],
    [{ KORA_SLACK_OPERATOR_USER_ID: undefined }, 'channel_id_unset'],
  ])('names what is not configured: %j', async (env, reason) => {
    const { simulator, kora } = await daemon({ env })
    expect(await channel(kora, 'slack')).toMatchObject({
      state: 'not_configured',
      note: expect.stringContaining('token'),
    })
    expect(await kora.client.settings.testChannel({ channel: 'slack' })).toMatchObject({ outcome: 'failed', reason })
    expect(requestsTo(simulator, 'slack')).toBe(0)
  })

  it('names what Slack said, and shows the channel as failing until it works again', async () => {
    const { simulator, kora } = await daemon()
    simulator.state.slack.errors['chat.postMessage'] = 'token_revoked'
    expect(await kora.client.settings.testChannel({ channel: 'slack' })).toMatchObject({
      outcome: 'failed',
      reason: 'token_revoked',
    })
    expect(await channel(kora, 'slack')).toMatchObject({
      state: 'failing',
      lastFailure: expect.stringMatching(/^post_dm_raised:/),
    })
    // A test that fails is no outage to be told about.
    expect(kora.shown).toEqual([])
    delete simulator.state.slack.errors['chat.postMessage']
    await kora.pass(1_000)
    await kora.client.settings.testChannel({ channel: 'slack' })
    expect((await channel(kora, 'slack'))?.state).toBe('ready')
  })

  it('that does not arrive at once is over: it does not surprise anybody later', async () => {
    const { simulator, kora } = await daemon()
    simulator.setFault('slack', { kind: 'status', status: 503 })
    expect(await kora.client.settings.testChannel({ channel: 'slack' })).toMatchObject({
      outcome: 'failed',
      reason: 'http_503',
    })
    simulator.setFault('slack', null)
    await kora.pass(120_000)
    expect(Object.values(simulator.state.slack.channels).flatMap((one) => one.messages)).toEqual([])
  })

  it('waits its turn behind a message that waits, and says so after 30 s', async () => {
    const { simulator, kora } = await daemon()
    const probe = pageProbe(simulator, 'site', { severity: 'warning' })
    await kora.client.probes.create(probe)
    await kora.pass(12_000)
    simulator.setFault('slack', { kind: 'rate_limit', retryAfterSeconds: 600, on: 'chat.postMessage' })
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(1_000)
    const test = kora.client.settings.testChannel({ channel: 'slack' })
    await kora.clock.advance(30_000)
    expect(await test).toEqual({ outcome: 'failed', reason: 'no answer within 30 s', latencyMs: 0 })
  })
})

describe('a test of the notifications', () => {
  it('shows one, also in quiet hours', async () => {
    const { kora } = await daemon()
    const quietHours = { enabled: true, from: '08:00', to: '08:00' }
    await kora.client.settings.update({ notifications: { quietHours } })
    expect(await kora.client.settings.testChannel({ channel: 'native' })).toMatchObject({ outcome: 'sent' })
    expect(kora.shown).toEqual([
      expect.objectContaining({
        title: 'Kora can reach you',
        silent: false,
        tag: 'test',
        route: '/settings/notifications',
      }),
    ])
    expect((await channel(kora, 'native'))?.lastProvenAtMs).toBe(kora.clock.nowMs())
  })

  it('says why it cannot: cockpit 10', async () => {
    const { kora } = await daemon({ notifierRefuses: 'denied' })
    expect(await kora.client.settings.testChannel({ channel: 'native' })).toMatchObject({
      outcome: 'failed',
      reason: 'denied',
    })
    expect(await channel(kora, 'native')).toMatchObject({
      state: 'denied',
      note: expect.stringContaining('system settings'),
    })
  })

  it('says that they are switched off', async () => {
    const { kora } = await daemon()
    await kora.client.settings.update({ notifications: { native: false } })
    expect(await kora.client.settings.testChannel({ channel: 'native' })).toMatchObject({ reason: 'switched_off' })
    expect(await channel(kora, 'native')).toMatchObject({ state: 'not_configured', note: 'Switched off.' })
  })
})

describe('a test of the model', () => {
  it('is one tiny call, in the ledger with its cost', async () => {
    const { simulator, kora } = await daemon()
    const result = await kora.client.settings.testModel()
    expect(result).toMatchObject({ outcome: 'ok', reason: null })
    expect(result.costNanoUsd).toBeGreaterThan(0)
    expect(firstQuestion(simulator).body['max_tokens']).toBe(8)
    const rows = await kora.read((store) => store.ledger.bySubject('settings:test'))
    expect(rows).toEqual([expect.objectContaining({ costNanoUsd: result.costNanoUsd, route: 'unknown' })])
  })

  it('a model without a known price costs an unknown amount, not nothing', async () => {
    const { kora } = await daemon({ env: { KORA_MODEL: 'some-new-model' } })
    expect(await kora.client.settings.testModel()).toEqual({ outcome: 'ok', reason: null, costNanoUsd: null })
    const [row] = await kora.read((store) => store.ledger.bySubject('settings:test'))
    expect(row).toMatchObject({ costNanoUsd: null, priceBasis: 'unknown' })
    expect(row?.poolChargeNanoUsd).toBeGreaterThan(0)
  })

  it.each([
    ['without a key', { KORA_ANTHROPIC_API_KEY: undefined }, null, 'No model key is set.', 0],
    ['with a wrong key', {}, 'another', 'sdk_auth', 1],
  ])('%s', async (_name, env, apiKey, reason, requests) => {
    const { simulator, kora } = await daemon({ env })
    simulator.state.anthropic.apiKey = apiKey
    expect(await kora.client.settings.testModel()).toEqual({ outcome: 'failed', reason, costNanoUsd: null })
    expect(requestsTo(simulator, 'anthropic')).toBe(requests)
  })
})
