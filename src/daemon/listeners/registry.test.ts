import { expect, it } from 'vitest'
import { listeners } from './registry.ts'

type Parts = Parameters<typeof listeners>[0]

/** Of every listener by name: what is wrong with it while these tasks do not end. */
function troubles(stuck: readonly string[]): Record<string, string | null> {
  const tasks = ['backup.nightly', 'listeners.check', 'probe:site', 'snapshot.compute', 'alerts.notify']
  const nothing = { start: () => [], stop: () => Promise.resolve() }
  const quiet: Parts = {
    on: () => () => undefined,
    scheduler: {
      start: () => undefined,
      stop: () => Promise.resolve(),
      rows: () => tasks.map((name) => ({ name, stuck: stuck.includes(name) })),
    },
    taskLabel: (name) => (name.startsWith('probe:') ? null : `<${name}>`),
    intakeGraceMs: 1_000,
    web: { name: 'web', critical: true },
    probes: { start: () => undefined, stop: () => Promise.resolve(), definitions: () => [{ enabled: true }] },
    modelConfigured: () => true,
    slackState: () => ({ state: 'ready', note: null, lastProvenAtMs: null, lastFailure: null }),
    alerts: { start: () => undefined, stop: () => undefined },
    snapshots: { start: () => undefined, stop: () => Promise.resolve() },
    notifications: nothing,
    investigations: nothing,
    alertInvestigations: { start: () => undefined, stop: () => Promise.resolve() },
    lastWakeAtMs: () => null,
    lookAgain: () => undefined,
  }
  const said = listeners(quiet).map((listener) => [listener.name, listener.trouble?.() ?? null] as const)
  return Object.fromEntries(said.filter(([, trouble]) => trouble !== null))
}

it.each([
  [[], {}],
  [['snapshot.compute'], { snapshot: 'does not end: <snapshot.compute>' }],
  [
    ['alerts.notify', 'probe:site'],
    { alert_notifier: 'does not end: <alerts.notify>', heartbeat_probes: '1 checks do not end' },
  ],
  [['backup.nightly', 'listeners.check'], { heartbeat: 'does not end: <backup.nightly>, <listeners.check>' }],
])('daemon 27: while %j do not end, the listener they belong to is in trouble, and no other', (stuck, expected) => {
  expect(troubles(stuck)).toEqual(expected)
})
