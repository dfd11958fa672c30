import { expect, it } from 'vitest'
import { changedParts, trimmed } from './settingsForm.ts'

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
