import { expect, it } from 'vitest'
import { defaultSettings } from '../../../../test/fakes/settingsView.ts'
import { changedParts, drafted, patchOf, trimmed, whyBroken } from './settingsForm.ts'

it('sends only what differs, nested values compared by content', () => {
  const saved = { native: true, sound: true, quietHours: { enabled: false, from: '22:00', to: '07:00' } }
  expect(changedParts(saved, { ...saved, quietHours: { ...saved.quietHours } })).toEqual({})
  expect(changedParts(saved, { ...saved, sound: false, quietHours: { ...saved.quietHours, enabled: true } })).toEqual({
    sound: false,
    quietHours: { enabled: true, from: '22:00', to: '07:00' },
  })
})

it('trims what was pasted, however deep', () => {
  expect(trimmed({ id: ' a ', list: ['b '], deep: { c: ' d' }, n: 1, none: null })).toEqual({
    id: 'a',
    list: ['b'],
    deep: { c: 'd' },
    n: 1,
    none: null,
  })
})

it('one press sends every section that was changed, and no other', () => {
  const saved = defaultSettings
  expect(patchOf(saved, drafted(saved, {}))).toEqual({})
  const draft = drafted(saved, {
    model: { id: 'claude-haiku-4-5' },
    routing: { prefix: '/deep', decisionPatterns: [...saved.routing.decisionPatterns] },
    budget: { poolUsd: saved.budget.poolUsd, dailyCapUsd: null },
  })
  expect(draft.routing).toEqual({ ...saved.routing, prefix: '/deep' })
  expect(patchOf(saved, draft)).toEqual({ model: { id: 'claude-haiku-4-5' }, routing: { prefix: '/deep' } })
})

it('does not send what is no number, or what its own check refuses', () => {
  expect(whyBroken({}, {})).toBeNull()
  expect(whyBroken({ budget: { dailyCapUsd: null } }, {})).toBeNull()
  expect(whyBroken({ model: { id: 'x' }, budget: { warnPct: Number.NaN } }, {})).toBe('A number is missing')
  expect(whyBroken({ budget: { warnPct: 95 } }, { 'budget.downshiftPct': 'It has to begin after.' })).toBe(
    'Some fields need another look',
  )
})
