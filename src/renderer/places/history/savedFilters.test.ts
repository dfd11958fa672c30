import { describe, expect, it } from 'vitest'
import type { SavedFilter } from '../../../contract/history.ts'
import { savingAs, savingVerb } from './savedFilters.ts'

const filter = (id: string, name: string): SavedFilter => ({ id, name, filter: {}, lastMs: null })
const fly = filter('a', 'Fly trouble')
const money = filter('b', 'Money')

describe('saving a filter', () => {
  it.each([
    ['Wakes', null, 'Save filter', undefined],
    ['fly TROUBLE ', null, 'Replace “Fly trouble”', 'a'],
    ['Fly', fly, 'Rename “Fly trouble”', 'a'],
    ['Fly trouble', fly, 'Replace “Fly trouble”', 'a'],
    // The name of another one wins: two of one name are refused.
    ['money', fly, 'Replace “Money”', 'b'],
  ] as const)('as %s', (name, inUse, verb, id) => {
    const saving = savingAs(name, [fly, money], inUse)
    expect([savingVerb(saving), saving.kind === 'new' ? undefined : saving.saved.id]).toEqual([verb, id])
  })
})
