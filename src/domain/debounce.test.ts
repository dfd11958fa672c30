import { describe, expect, it } from 'vitest'
import { dispatchDecision } from './debounce.ts'
import type { Severity } from './severity.ts'

const minute = 60_000
const nowMs = 1_000_000_000_000
const rules = { debounceMs: 10 * minute, bypassCritical: false }

interface Case {
  readonly name: string
  readonly toldMinutesAgo: number | null
  readonly told: Severity | null
  readonly severity: Severity
  readonly rules?: Partial<typeof rules>
  /** Minutes from now until it is told; 0 is now. */
  readonly waits: number
}

const cases: readonly Case[] = [
  { name: 'nothing told yet', toldMinutesAgo: null, told: null, severity: 'info', waits: 0 },
  { name: 'the same a minute later', toldMinutesAgo: 1, told: 'warning', severity: 'warning', waits: 9 },
  { name: 'milder', toldMinutesAgo: 1, told: 'critical', severity: 'warning', waits: 9 },
  { name: 'worse', toldMinutesAgo: 1, told: 'warning', severity: 'critical', waits: 0 },
  { name: 'worse by one step', toldMinutesAgo: 1, told: 'info', severity: 'warning', waits: 0 },
  { name: 'critical after critical', toldMinutesAgo: 1, told: 'critical', severity: 'critical', waits: 9 },
  { name: 'the moment the window ends', toldMinutesAgo: 10, told: 'warning', severity: 'warning', waits: 0 },
  { name: 'an hour later', toldMinutesAgo: 60, told: 'warning', severity: 'warning', waits: 0 },
  {
    name: 'critical under bypass',
    toldMinutesAgo: 1,
    told: 'critical',
    severity: 'critical',
    rules: { bypassCritical: true },
    waits: 0,
  },
  {
    name: 'warning under bypass',
    toldMinutesAgo: 1,
    told: 'warning',
    severity: 'warning',
    rules: { bypassCritical: true },
    waits: 9,
  },
  {
    name: 'window 0',
    toldMinutesAgo: 0,
    told: 'critical',
    severity: 'info',
    rules: { debounceMs: 0 },
    waits: 0,
  },
  { name: 'told, but not known how bad', toldMinutesAgo: 1, told: null, severity: 'critical', waits: 9 },
  { name: 'a clock set back eight hours', toldMinutesAgo: -480, told: 'warning', severity: 'warning', waits: 10 },
]

describe('dispatchDecision', () => {
  it.each(cases)('$name waits $waits min', ({ toldMinutesAgo, told, severity, rules: change, waits }) => {
    const watch = {
      lastDispatchedAtMs: toldMinutesAgo === null ? null : nowMs - toldMinutesAgo * minute,
      lastDispatchedSeverity: told,
    }
    expect(dispatchDecision(watch, severity, { ...rules, ...change }, nowMs)).toEqual(
      waits === 0 ? { kind: 'now' } : { kind: 'held', untilMs: nowMs + waits * minute, why: 'debounce_skipped' },
    )
  })
})
