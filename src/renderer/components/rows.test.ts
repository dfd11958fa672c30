import { describe, expect, it } from 'vitest'
import { nextSort, rowText, sortRows } from './rows.ts'

describe('sortRows', () => {
  const rows = [
    { id: 'b', ms: 20 },
    { id: 'a', ms: null },
    { id: 'c', ms: 5 },
    { id: 'd', ms: 20 },
  ]

  it('keeps null last in both directions and equal rows in order', () => {
    expect(sortRows(rows, (row) => row.ms, 'ascending').map((row) => row.id)).toEqual(['c', 'b', 'd', 'a'])
    expect(sortRows(rows, (row) => row.ms, 'descending').map((row) => row.id)).toEqual(['b', 'd', 'c', 'a'])
  })

  it('reads numbers in names', () => {
    const names = ['api-10', 'api-9', 'Api-1']
    expect(sortRows(names, (name) => name, 'ascending')).toEqual(['Api-1', 'api-9', 'api-10'])
  })
})

it('cycles a header through three states', () => {
  const once = nextSort(null, 'ms')
  const twice = nextSort(once, 'ms')
  expect([once, twice, nextSort(twice, 'ms'), nextSort(once, 'id')]).toEqual([
    { key: 'ms', direction: 'ascending' },
    { key: 'ms', direction: 'descending' },
    null,
    { key: 'id', direction: 'ascending' },
  ])
})

it('puts a row on one line', () => {
  expect(rowText(['fly', 'HTTP\n401 ', '142 ms'])).toBe('fly\tHTTP 401\t142 ms')
})
