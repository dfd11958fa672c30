import { expect, it } from 'vitest'
import type { DaemonInfo, ListenerRow } from '../../../contract/system.ts'
import { errorKinds, healthLine, listenerNotes } from './healthWords.ts'

function listener(name: string, change: Partial<ListenerRow> = {}): ListenerRow {
  const up = {
    state: 'up',
    sinceMs: 1,
    lastEventAtMs: 1,
    consecutiveErrors: 0,
    lastError: null,
    restarts: 0,
    note: null,
  }
  return { name, ...up, ...change } as ListenerRow
}
const health = (overall: DaemonInfo['health']['overall'], recentErrors = 0) => ({
  overall,
  recentErrors,
  breakdown: {},
})

it('says what makes the daemon as it is', () => {
  const listeners = [listener('a'), listener('b', { state: 'down' }), listener('c', { state: 'off' })]
  expect(healthLine({ health: health('degraded', 7), listeners })).toEqual({
    tone: 'attention',
    word: 'Degraded',
    text: '1 of 2 listeners not up, 7 errors in 5 min that count',
  })
  expect(healthLine({ health: health('healthy'), listeners: [listener('a')] }).text).toBe('')
  expect(healthLine({ health: health('unknown'), listeners: [] })).toMatchObject({
    tone: 'unknown',
    text: 'no listener has reported yet',
  })
})

it('puts the most frequent error first and leaves out what did not happen', () => {
  expect(errorKinds({ b: 1, a: 1, c: 4, d: 0 }).map((one) => one.kind)).toEqual(['c', 'a', 'b'])
})

it('tells the last error while errors go on, and every note', () => {
  const listeners = [
    listener('a', { consecutiveErrors: 4, lastError: 'ECONNRESET', note: 'refused' }),
    listener('b', { lastError: 'long ago' }),
    listener('c', { consecutiveErrors: 1, lastError: 'timeout' }),
  ]
  expect(listenerNotes(listeners).map((note) => `${note.name}: ${note.text}`)).toEqual([
    'a: 4 errors in a row, the last: ECONNRESET',
    'a: refused',
    'c: last error: timeout',
  ])
})
