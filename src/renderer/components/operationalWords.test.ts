import { describe, expect, it } from 'vitest'
import type { OperationalView } from '../../contract/operational.ts'
import type { MaintenanceState } from '../../contract/state.ts'
import { pausedByHand } from '../../domain/operationalState.ts'
import {
  maintenanceText,
  maintenanceUntil,
  pausedText,
  pauseKind,
  pauseStrip,
  waitingWords,
} from './operationalWords.ts'

const now = new Date(2026, 4, 12, 13, 0).getTime()
const at = (day: number, hour: number, minute = 0) => new Date(2026, 4, day, hour, minute).getTime()

const paused: OperationalView = {
  primary: 'paused',
  reasons: ['operator'],
  permission: 'none',
  stopLevel: 1,
  sinceMs: at(12, 12, 46),
  trigger: pausedByHand,
  actor: 'operator',
  untilMs: at(12, 14),
  waiting: { messages: 2, investigations: 1 },
  history: [],
  validNext: ['ready', 'stopped'],
}

describe('a pause', () => {
  it('is a person’s or the budget’s', () => {
    expect(pauseKind(paused)).toBe('person')
    expect(pauseKind({ primary: 'paused', reasons: [] })).toBe('person')
    expect(pauseKind({ primary: 'paused', reasons: ['cost'] })).toBe('cost')
    expect(pauseKind({ primary: 'paused', reasons: ['cost', 'operator'] })).toBe('person')
    expect(pauseKind({ primary: 'ready', reasons: ['cost'] })).toBeNull()
  })

  it('ends at a time or when it is resumed', () => {
    expect(pausedText(at(12, 14), now)).toBe('Paused until 14:00')
    expect(pausedText(at(13, 7), now)).toBe('Paused until Wed 07:00')
    expect(pausedText(null, now)).toBe('Paused until you resume')
  })

  it('says since when, until when, by whom, and what waits', () => {
    expect(pauseStrip(paused, now)).toEqual({
      fact: 'Paused by you',
      text: 'since 12:46, until 14:00. Kora goes on watching; 2 messages and 1 investigation wait.',
    })
  })

  it('says the reason, and what is different from the mildest one', () => {
    const firm: OperationalView = {
      ...paused,
      actor: 'command_line',
      untilMs: null,
      trigger: 'moving the shop',
      permission: 'critical_only',
      stopLevel: 3,
      reasons: ['cost', 'operator'],
      waiting: { messages: 0, investigations: 0 },
    }
    expect(pauseStrip(firm, now)).toEqual({
      fact: 'Paused from the command line',
      text:
        'since 12:46, until you resume: moving the shop. Kora goes on watching; nothing waits. ' +
        'Criticals still come through. What runs is aborted. Model calls are stopped: the budget is used up.',
    })
  })

  it('counts what waits', () => {
    expect(waitingWords({ messages: 1, investigations: 0 })).toBe('1 message waits')
    expect(waitingWords({ messages: 0, investigations: 3 })).toBe('3 investigations wait')
  })
})

describe('maintenance', () => {
  const window = (untilMs: number, probeIds: string[] | null): MaintenanceState['active'][number] => ({
    id: 'mw',
    title: 'Upgrade',
    untilMs,
    probeIds,
  })
  const text = (...active: MaintenanceState['active']) =>
    maintenanceText({ active, upcoming: [] }, (id) => (id === 'api' ? 'api.example.app' : id), now)

  it('names its services by their titles', () => {
    expect(text()).toBeNull()
    expect(text(window(at(13, 3), ['fly', 'api']))).toBe('Maintenance until Wed 03:00: fly, api.example.app')
    expect(text(window(at(12, 15), ['a', 'b', 'c', 'd', 'e']))).toBe('Maintenance until 15:00: a, b, c and 2 more')
  })

  it('joins windows that end together, and tells apart those that do not', () => {
    expect(text(window(at(12, 15), ['fly']), window(at(12, 15), ['fly', 'supabase']))).toBe(
      'Maintenance until 15:00: fly, supabase',
    )
    expect(text(window(at(12, 16), null), window(at(12, 15), ['fly']))).toBe(
      'Maintenance: fly until 15:00, everything until 16:00',
    )
  })

  it('covers a service until the last of its windows ends', () => {
    const state = { active: [window(5, ['fly']), window(9, null), window(7, ['api'])], upcoming: [] }
    expect(maintenanceUntil(state, 'fly')).toBe(9)
    expect(maintenanceUntil({ active: [window(5, ['fly'])], upcoming: [] }, 'api')).toBeNull()
  })
})
