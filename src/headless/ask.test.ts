import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { kora } from '../../test/fakes/koraCommand.ts'
import { createMemoryLogger } from '../../test/fakes/memoryLogger.ts'
import { aSpendState, routeTallies } from '../../test/fakes/spendViews.ts'
import { createStubDaemon } from '../../test/fakes/stubDaemon.ts'
import { tempFolder } from '../../test/fakes/tempFolder.ts'
import { SocketHost } from '../daemon/hosting/SocketHost.ts'
import { dataPaths } from '../daemon/platform/paths.ts'

const cost = (home: string, ...args: string[]) => kora(home, { KORA_HOME: home }, 'cost', ...args)

/** A folder in which a daemon answers the command line. */
async function served(): Promise<string> {
  const home = await tempFolder()
  const { socket } = dataPaths({ KORA_HOME: home }, process.platform, { demo: false })
  await mkdir(dirname(socket), { recursive: true, mode: 0o700 })
  const { router } = createStubDaemon()
  const { platform } = process
  const host = new SocketHost({ socket, platform, router, logger: createMemoryLogger(), signInAddress: null })
  await host.listen()
  onTestFinished(() => host.close())
  return home
}

describe('kora cost', () => {
  test('says what was spent, what is left and what spent it', async () => {
    expect(await cost(await served())).toEqual({
      code: 0,
      stderr: '',
      stdout:
        'Spent $60.00 of $200.00 (30 %) since 1 May, by estimate.\n' +
        'Well within the budget: the strong model may be used; only the cheap one from $150.00.\n' +
        'Not enough data for a forecast yet.\n' +
        'The last 24 hours by route:\n' +
        '  slack_dm  2 calls  <$0.01\n',
    })
  })

  test('--json prints the state and every window', async () => {
    const { code, stdout, stderr } = await cost(await served(), '--json')
    const printed = JSON.parse(stdout) as { state: unknown; windows: Record<string, { byRoute: unknown }> }
    expect([code, stderr, Object.keys(printed)]).toEqual([0, '', ['state', 'windows']])
    expect(printed.state).toEqual(aSpendState())
    expect(Object.keys(printed.windows)).toEqual(['process_lifetime', 'rolling_24h', 'today', 'monthly'])
    expect(printed.windows['today']?.byRoute).toEqual(routeTallies({ slack_dm: { calls: 2, costNanoUsd: 4_500_000 } }))
  })

  test('leaves with 4 when no Kora runs', async () => {
    const home = await tempFolder()
    const words = 'Kora is not running for this data folder.'
    expect(await cost(home)).toEqual({ code: 4, stdout: '', stderr: `${words}\n` })
    const asJson = await cost(home, '--json')
    expect([asJson.code, JSON.parse(asJson.stdout)]).toEqual([
      4,
      { error: { code: 'daemon_not_running', message: words } },
    ])
  })
})
