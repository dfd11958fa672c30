import { describe, expect, it } from 'vitest'
import { HttpFailure } from '../../../src/daemon/platform/http.ts'
import {
  bodiesTo,
  checkAndConfirm,
  firstQuestion,
  onlyIncident,
  pageProbe,
  requestsTo,
  setPage,
  simulated,
  stopMachine,
  tokens,
} from '../../fakes/acceptance.ts'
import { flyProbe, startTestDaemon, type TestDaemon, type TestDaemonOptions } from '../../fakes/testDaemon.ts'

// The scripted answers are short, and a second look at them is not what is tried here.
const fly = { KORA_FLY_API_TOKEN: tokens.KORA_FLY_API_TOKEN, KORA_DISABLE_POST_CALL_ESCALATION: 'true' }

/** A daemon that watches Fly, up to its first good check. */
async function watchingFly(env: Record<string, string | undefined> = {}, more: Partial<TestDaemonOptions> = {}) {
  const simulator = await simulated()
  const probe = flyProbe(simulator, { config: { apps: ['demo-production'], baseUrl: simulator.urls.fly } })
  const kora = await startTestDaemon({ simulator, env: { ...fly, ...env }, probes: [probe], ...more })
  await kora.pass(12_000)
  simulator.clearRequests()
  return { simulator, kora }
}

async function warn(kora: TestDaemon): Promise<void> {
  stopMachine(kora.simulator)
  await kora.client.probes.check({ id: 'fly' })
  await kora.pass(3_000)
}

async function completed(kora: TestDaemon) {
  return (await kora.client.system.audit({ seam: 'probe.investigation_completed' })).map((row) => row.details)
}

async function slackDeliveries(kora: TestDaemon) {
  return (await kora.client.system.deliveries({})).filter((row) => row.channel === 'slack').toReversed()
}

describe('Reasoning and DM', () => {
  it('probes 31 (ruling 16: a warning): the text of the engine, verbatim, once; one delivery and one completed row', async () => {
    const { simulator, kora } = await watchingFly()
    simulator.state.anthropic.reply = 'T'
    await warn(kora)
    expect(kora.slackTexts()).toEqual(['⚠️ Probe alert · fly\nT'])
    expect((await slackDeliveries(kora)).map((row) => row.outcome)).toEqual(['sent'])
    const rows = await completed(kora)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      probe: 'fly',
      issue_category: 'service_unhealthy',
      severity: 'warning',
      dm_status: 'sent',
      investigation_summary_text: 'T',
      autofix_attempted: false,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    })
    expect(rows[0]).not.toHaveProperty('reasoning_error')
    expect(rows[0]?.['total_cost_usd']).toBeGreaterThan(0)
    expect(rows[0]?.['model_used']).toBe('claude-haiku-4-5-20251001')
  })

  it('probes 31 (ruling 16: a critical): a root message at once, the text in its thread, the same notification updated', async () => {
    const { simulator, kora } = await watchingFly()
    simulator.state.anthropic.reply = 'T'
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await checkAndConfirm(kora, 'fly')
    const [root, reply] = bodiesTo(simulator, 'slack', '/chat.postMessage')
    const rootText = String(root?.['text'])
    expect(rootText.split('\n').slice(0, 3)).toEqual([
      '🚨 Probe alert · fly',
      'fly (critical): Fly app(s) unreachable: HTTP 401',
      '',
    ])
    expect(rootText).not.toContain('unable to investigate')
    const posted = Object.values(simulator.state.slack.channels)[0]?.messages ?? []
    expect(reply).toMatchObject({ text: 'T', thread_ts: posted[0]?.ts })
    expect(kora.shown.map((message) => [message.title, message.tag, message.silent])).toEqual([
      ['fly: critical', expect.stringMatching(/^incident:/), false],
      ['fly: Fly app(s) unreachable: HTTP 401', kora.shown[0]?.tag, true],
    ])
    expect(kora.shown[1]?.text).toBe('T')
  })

  it('probes 32: without an engine, a warning is one message of five parts', async () => {
    const { kora } = await watchingFly({ KORA_ANTHROPIC_API_KEY: undefined })
    await warn(kora)
    const [text = ''] = kora.slackTexts()
    const lines = text.split('\n')
    expect(lines.slice(0, 3)).toEqual(['⚠️ Probe alert · fly', 'fly (warning): Fly degraded (1 app(s) running)', ''])
    expect(lines[3]).toContain('status=degraded')
    expect(lines[3]).toContain("error='(no error)'")
    expect(lines.slice(4)).toEqual(['', 'I was unable to investigate — engine returned: engine_unavailable'])
    expect(await completed(kora)).toEqual([
      expect.objectContaining({
        dm_status: 'engine_unavailable_fallback',
        reasoning_error: 'engine_unavailable',
        model_used: null,
        total_cost_usd: null,
      }),
    ])
  })

  it('probes 32 (ruling 16): without an engine, the parts of a critical are a root message and its reply', async () => {
    const { simulator, kora } = await watchingFly({ KORA_ANTHROPIC_API_KEY: undefined })
    simulator.setFault('fly', { kind: 'status', status: 401 })
    await checkAndConfirm(kora, 'fly')
    const [root = '', reply] = kora.slackTexts()
    const lines = root.split('\n')
    expect(lines.slice(0, 3)).toEqual(['🚨 Probe alert · fly', 'fly (critical): Fly app(s) unreachable: HTTP 401', ''])
    expect(lines[3]).toContain('status=unhealthy')
    expect(lines[3]).toContain("error='HTTP 401'")
    expect(lines).toHaveLength(4)
    expect(reply).toBe('I was unable to investigate — engine returned: engine_unavailable')
    expect(requestsTo(simulator, 'anthropic')).toBe(0)
  })

  it.each([
    ['sk-ant-test-000000000000', 'failed_send'],
    [undefined, 'engine_unavailable_failed_send'],
  ])('probes 35: no Slack client, model key %s: nothing sent, completed as %s', async (key, status) => {
    const env = { KORA_SLACK_BOT_TOKEN: undefined, KORA_ANTHROPIC_API_KEY: key }
    const { simulator, kora } = await watchingFly(env)
    await warn(kora)
    expect(requestsTo(simulator, 'slack')).toBe(0)
    const rows = await slackDeliveries(kora)
    expect(rows.map((row) => [row.outcome, row.reason])).toEqual([['failed', 'slack_client_unavailable']])
    expect(await completed(kora)).toEqual([
      expect.objectContaining({ dm_status: status, failure_reason: 'slack_client_unavailable' }),
    ])
    // The machine in front of the operator still says it.
    expect(kora.shown.map((message) => message.title)).toContain('fly: Fly degraded (1 app(s) running)')
  })

  it('probes 36: without the operator’s id nothing is sent', async () => {
    const { simulator, kora } = await watchingFly({ KORA_SLACK_OPERATOR_USER_ID: undefined })
    await warn(kora)
    expect(requestsTo(simulator, 'slack')).toBe(0)
    expect((await slackDeliveries(kora)).map((row) => row.reason)).toEqual(['channel_id_unset'])
    expect((await completed(kora))[0]).toMatchObject({ dm_status: 'failed_send', failure_reason: 'channel_id_unset' })
  })

  it('probes 36: a send that throws is named, and the trouble still counts as told within the window', async () => {
    const { simulator, kora } = await watchingFly()
    simulator.state.slack.errors['chat.postMessage'] = 'channel_not_found'
    await warn(kora)
    expect((await slackDeliveries(kora)).map((row) => row.reason)).toEqual(['post_dm_raised:WebAPIPlatformError'])
    expect((await completed(kora))[0]).toMatchObject({
      dm_status: 'failed_send',
      failure_reason: 'post_dm_raised:WebAPIPlatformError',
    })
    stopMachine(simulator, 'started')
    await kora.client.probes.check({ id: 'fly' })
    await warn(kora)
    expect(requestsTo(simulator, 'anthropic')).toBe(1)
    const steps = await kora.client.system.audit({ seam: 'incident.transitioned' })
    expect(steps.map((row) => row.details['why'])).toContain('debounce_skipped: held back')
  })

  it('probes 16, 40: no way to the service: once is a doubt, twice a warning, and a missing credential is never a wake', async () => {
    let broken = false
    const { simulator, kora } = await watchingFly(
      {},
      {
        http: (real) => ({
          request: (asked) =>
            broken && asked.url.includes('/fly/')
              ? Promise.reject(new HttpFailure('dns', 'Error: getaddrinfo ENOTFOUND api.machines.dev'))
              : real.request(asked),
          close: () => real.close(),
        }),
      },
    )
    broken = true
    await kora.client.probes.check({ id: 'fly' })
    const [row] = await kora.client.probes.list()
    expect(row).toMatchObject({ status: 'unreachable', cause: 'dns', latencyMs: null })
    expect(row?.suspectSinceMs).toBe(kora.clock.nowMs())
    expect((await kora.client.incidents.list({})).items).toEqual([])
    await kora.client.probes.check({ id: 'fly' })
    await kora.pass(1_000)
    expect(await onlyIncident(kora)).toMatchObject({
      severity: 'warning',
      title: 'Fly unreachable (transport): Error: getaddrinfo ENOTFOUND api.machines.dev',
    })
    // Its row is critical, so a re-check 10 s after the first doubt settles how bad it is.
    await kora.pass(11_000)
    expect(await onlyIncident(kora)).toMatchObject({ severity: 'critical' })
    expect(requestsTo(simulator, 'fly')).toBe(0)
  })

  it('probes 34: other severities have their own mark', async () => {
    const { simulator, kora } = await watchingFly()
    simulator.state.anthropic.reply = 'T'
    await warn(kora)
    simulator.setFault('fly', { kind: 'status', status: 500 })
    await checkAndConfirm(kora, 'fly')
    expect(kora.slackTexts().map((text) => text.split(' ')[0])).toEqual(['⚠️', '🚨', 'T'])
  })

  it('probes 38: without a fix the question says diagnose-only', async () => {
    const simulator = await simulated()
    const probe = pageProbe(simulator, 'site', { severity: 'warning' })
    const kora = await startTestDaemon({ simulator, probes: [probe] })
    await kora.pass(12_000)
    setPage(simulator, 'site', 500)
    await kora.client.probes.check({ id: 'site' })
    await kora.pass(1_000)
    const { prompt } = firstQuestion(simulator)
    expect(prompt).toContain('none, diagnose-only')
    expect(prompt).not.toContain('(ENABLED)')
  })
})
