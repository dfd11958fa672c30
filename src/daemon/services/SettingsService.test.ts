import { describe, expect, it } from 'vitest'
import { openTestStore, type TestStore } from '../../../test/fakes/testStore.ts'
import { createMemoryLogger } from '../../../test/fakes/memoryLogger.ts'
import { Events } from './Events.ts'
import { defaultSettings, type FixedSetting, SettingsService } from './SettingsService.ts'

async function service(options: { fixed?: readonly FixedSetting[]; stored?: unknown } = {}) {
  const test = await openTestStore()
  if (options.stored !== undefined) test.store.settings.set('settings', options.stored)
  return { ...test, ...make(test, options.fixed ?? []) }
}

function make({ store, clock }: TestStore, fixed: readonly FixedSetting[]) {
  const events = new Events(createMemoryLogger())
  return { events, settings: new SettingsService({ store, clock, events, fixed }) }
}

const seconds = { path: 'watching.debounceSeconds', variable: 'KORA_PROBE_DEBOUNCE_SECONDS', value: 5 }

describe('SettingsService', () => {
  it('begins with the defaults', async () => {
    const { settings } = await service()
    expect(settings.get()).toEqual(defaultSettings)
    expect(settings.fixedByEnv()).toEqual({})
  })

  it('merges a patch, keeps it over a restart, and records which paths changed, never values', async () => {
    const { settings, store, clock, events } = await service()
    const changes: unknown[] = []
    events.on('settings.changed', (data) => changes.push(data))
    settings.update({ slack: { operatorUserId: 'U1' }, watching: { debounceSeconds: 60 } })
    settings.update({ watching: { concurrency: 3 } })
    expect(settings.get()).toEqual({
      ...defaultSettings,
      slack: { ...defaultSettings.slack, operatorUserId: 'U1' },
      watching: { ...defaultSettings.watching, debounceSeconds: 60, concurrency: 3 },
    })
    expect(changes).toHaveLength(2)
    const rows = store.audit.list({ seam: 'settings.changed', limit: 0 })
    expect(rows.map((row) => [row.source, row.details])).toEqual([
      ['operator', { paths: ['watching.concurrency'] }],
      ['operator', { paths: ['slack.operatorUserId', 'watching.debounceSeconds'] }],
    ])
    const again = new SettingsService({ store, clock, events, fixed: [] })
    expect(again.get()).toEqual(settings.get())
  })

  it('lets the environment win over the default, the stored value and later changes', async () => {
    const { settings } = await service({ fixed: [seconds], stored: { watching: { debounceSeconds: 900 } } })
    expect(settings.get().watching.debounceSeconds).toBe(5)
    expect(settings.update({ watching: { debounceSeconds: 1, concurrency: 7 } }).watching).toMatchObject({
      debounceSeconds: 5,
      concurrency: 7,
    })
    expect(settings.fixedByEnv()).toEqual({ 'watching.debounceSeconds': 'KORA_PROBE_DEBOUNCE_SECONDS' })
  })

  it('does not store what the environment fixed: without the variable the operator’s own value is back', async () => {
    const test = await openTestStore()
    make(test, [seconds]).settings.update({ watching: { debounceSeconds: 300 } })
    expect(make(test, []).settings.get().watching.debounceSeconds).toBe(300)
  })

  it.each(['text', 7, [], null, { watching: 'x' }, { watching: { concurrency: 'many' } }])(
    'falls back to the defaults for %j',
    async (stored) => {
      expect((await service({ stored })).settings.get()).toEqual(defaultSettings)
    },
  )

  it('loses one unreadable section only', async () => {
    const stored = { watching: { concurrency: -1 }, slack: { operatorUserId: 'U1' }, unknown: { a: 1 } }
    const { settings } = await service({ stored })
    expect(settings.get().watching).toEqual(defaultSettings.watching)
    expect(settings.get().slack.operatorUserId).toBe('U1')
    expect(settings.get()).not.toHaveProperty('unknown')
  })

  it('gives the state machine its figures', async () => {
    const { settings } = await service()
    settings.update({
      watching: { debounceSeconds: 2, debounceBypassCritical: true, consecutiveRequired: 4, goodChecksToClose: 5 },
      notifications: { reminderMinutes: 6 },
    })
    expect(settings.incidentRules()).toMatchObject({
      debounceMs: 2_000,
      bypassCritical: true,
      consecutiveRequired: 4,
      goodChecksToClose: 5,
      reminderMs: 360_000,
      confirmAfterMs: 10_000,
    })
  })
})
