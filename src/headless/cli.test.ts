import { describe, expect, test } from 'vitest'
import { bindFailure } from './bindFailure.ts'
import { parse } from './cli.ts'
import { addressOf, allowedHosts } from '../daemon/hosting/requestGuard.ts'

describe('the command line', () => {
  const nothing = {
    probe: '',
    port: undefined,
    host: undefined,
    demo: false,
    open: false,
    json: false,
    forMs: null,
    criticals: false,
    reason: '',
    verifyAudit: false,
  }

  test.each([
    [['serve'], { ...nothing, command: 'serve' }],
    [
      ['serve', '--port', '0', '--host', '::1', '--demo'],
      { ...nothing, command: 'serve', port: '0', host: '::1', demo: true },
    ],
    [['--demo', 'status', '--json'], { ...nothing, command: 'status', demo: true, json: true }],
    [['check', 'fly-main'], { ...nothing, command: 'check', probe: 'fly-main' }],
    [['cost'], { ...nothing, command: 'cost' }],
    [['cost', '--json', '--demo'], { ...nothing, command: 'cost', json: true, demo: true }],
    [['doctor'], { ...nothing, command: 'doctor' }],
    [['doctor', '--verify-audit'], { ...nothing, command: 'doctor', verifyAudit: true }],
    [['snapshot'], { ...nothing, command: 'snapshot' }],
    [['pause'], { ...nothing, command: 'pause' }],
    [['pause', '30m', '--criticals'], { ...nothing, command: 'pause', forMs: 1_800_000, criticals: true }],
    [['pause', '2h', '--reason', 'deploy'], { ...nothing, command: 'pause', forMs: 7_200_000, reason: 'deploy' }],
    [['pause', '1d'], { ...nothing, command: 'pause', forMs: 86_400_000 }],
    [['resume'], { ...nothing, command: 'resume' }],
    [['stop', '--reason', 'update'], { ...nothing, command: 'stop', reason: 'update' }],
  ])('understands %j', (args, meant) => {
    expect(parse(args)).toEqual(meant)
  })

  test.each([
    [['--json'], 'A command is missing.'],
    [['watch'], 'There is no command watch.'],
    [['check'], 'check takes the id of one probe.'],
    [['check', 'fly', 'sentry'], 'check takes the id of one probe.'],
    [['status', 'fly'], 'status takes no fly.'],
    [['cost', 'slack_dm'], 'cost takes no slack_dm.'],
    [['pause', '0m'], 'pause takes one duration from 1m to 30d, such as 30m, 2h or 1d.'],
    [['pause', '31d'], 'pause takes one duration from 1m to 30d, such as 30m, 2h or 1d.'],
    [['pause', 'long'], 'pause takes one duration from 1m to 30d, such as 30m, 2h or 1d.'],
    [['pause', '1h', '2h'], 'pause takes one duration from 1m to 30d, such as 30m, 2h or 1d.'],
    [['stop', 'now'], 'stop takes no now.'],
    [['costs'], 'There is no command costs.'],
    [['serve', '--port', '65536'], '--port must be a whole number from 0 to 65535.'],
    [['serve', '--port', '-1'], expect.stringContaining('--port') as string],
    [['serve', '--port', '91.9'], '--port must be a whole number from 0 to 65535.'],
    [['serve', '--colour'], "Unknown option '--colour'."],
  ])('says in one sentence what is wrong with %j', (args, words) => {
    expect(parse(args)).toEqual(words)
  })
})

describe('the address', () => {
  test('is loopback by three names, and the one it was told', () => {
    expect([...allowedHosts('127.0.0.1', 9119)]).toEqual(['127.0.0.1:9119', 'localhost:9119', '[::1]:9119'])
    expect([...allowedHosts('kora.lan', 9119)].at(-1)).toBe('kora.lan:9119')
    expect([...allowedHosts('fd00::1', 9119)].at(-1)).toBe('[fd00::1]:9119')
    expect(allowedHosts('127.0.0.1', 80).has('localhost')).toBe(true)
    expect([addressOf('::1', 9119), addressOf('127.0.0.1', 80)]).toEqual(['http://[::1]:9119', 'http://127.0.0.1'])
  })
})

describe('a port that cannot be had', () => {
  const failed = (code: string, platform: NodeJS.Platform) =>
    bindFailure(Object.assign(new Error(code), { code }), '127.0.0.1', 9119, platform)

  test.each([
    ['linux', "ss -ltnp 'sport = :9119'"],
    ['darwin', 'lsof -nP -iTCP:9119 -sTCP:LISTEN'],
    ['win32', 'netstat -ano | findstr :9119'],
  ] as const)('on %s says how to see who has it', (platform, command) => {
    const { code, message } = failed('EADDRINUSE', platform)
    expect(code).toBe('port_taken')
    expect(message).toBe(
      `Port 9119 on 127.0.0.1 is taken. See who has it with: ${command}, or choose another with --port or KORA_WEB_PORT.`,
    )
  })

  test.each([
    ['EACCES', 'config_invalid', /^Port 9119 needs rights .*--port or KORA_WEB_PORT\.$/],
    ['EADDRNOTAVAIL', 'config_invalid', /^KORA_WEB_HOST: 127\.0\.0\.1 is no address of this machine/],
    ['EMFILE', 'internal', /could not listen on 127\.0\.0\.1:9119/],
  ])('%s is one line too', (systemCode, code, words) => {
    const error = failed(systemCode, 'linux')
    expect(error.code).toBe(code)
    expect(error.message).toMatch(words)
  })
})
