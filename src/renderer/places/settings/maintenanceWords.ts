import type { Settings } from '../../../contract/settings.ts'
import type { MaintenanceState } from '../../../contract/state.ts'
import { nextLocalSpan } from '../../../domain/localTime.ts'
import { formatClock, formatMoment, formatDay } from '../../components/format.ts'

export type MaintenanceWindow = Settings['maintenance']['windows'][number]

/** Monday first, as a week is read. */
export const weekdays = [
  { value: '1', label: 'Mon' },
  { value: '2', label: 'Tue' },
  { value: '3', label: 'Wed' },
  { value: '4', label: 'Thu' },
  { value: '5', label: 'Fri' },
  { value: '6', label: 'Sat' },
  { value: '0', label: 'Sun' },
] as const

/** When a window is in force, in words: "Tue, Thu 02:00 to 04:00, Europe/Berlin". */
export function scheduleWords(schedule: MaintenanceWindow['schedule'], nowMs: number): string {
  switch (schedule.kind) {
    case 'once': {
      const { fromMs, toMs } = schedule
      const from = `${formatDay(fromMs, nowMs)} ${formatClock(fromMs)}`
      const sameDay = formatDay(fromMs, nowMs) === formatDay(toMs, nowMs)
      return `Once, ${from} to ${sameDay ? '' : `${formatDay(toMs, nowMs)} `}${formatClock(toMs)}`
    }
    case 'weekly': {
      const { days, from, to, timeZone } = schedule
      const named = weekdays.filter(({ value }) => days.includes(Number(value))).map(({ label }) => label)
      const when = named.length === weekdays.length ? 'Every day' : named.join(', ')
      return `${when} ${from} to ${to}, ${timeZone}`
    }
    case 'cron':
      return `Cron ${schedule.expression.trim()}, for ${schedule.minutes} min, ${schedule.timeZone}`
  }
}

/** What a window covers: "everything", or the titles of its services. */
export function scopeWords(scope: MaintenanceWindow['scope'], titleOf: (probeId: string) => string): string {
  return scope.kind === 'everything' ? 'everything' : scope.probeIds.map(titleOf).join(', ')
}

/** How a window stands right now. */
export type WindowState =
  | { readonly kind: 'in_force'; readonly untilMs: number }
  | { readonly kind: 'next'; readonly fromMs: number }
  /** When an expression comes round next is the daemon's to say. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'off' }
  | { readonly kind: 'over' }

export function windowState(window: MaintenanceWindow, state: MaintenanceState, nowMs: number): WindowState {
  if (!window.enabled) return { kind: 'off' }
  const active = state.active.find((one) => one.id === window.id)
  if (active) return { kind: 'in_force', untilMs: active.untilMs }
  const { schedule } = window
  if (schedule.kind === 'once') {
    if (schedule.toMs <= nowMs) return { kind: 'over' }
    return schedule.fromMs > nowMs ? { kind: 'next', fromMs: schedule.fromMs } : { kind: 'waiting' }
  }
  const fromMs =
    schedule.kind === 'weekly'
      ? nextLocalSpan(schedule, nowMs)?.fromMs
      : state.upcoming.find(({ id }) => id === window.id)?.fromMs
  return fromMs === undefined ? { kind: 'waiting' } : { kind: 'next', fromMs }
}

/** "In force until 17:00", "Next Thu 02:00". */
export function stateWords(state: WindowState, nowMs: number): string {
  switch (state.kind) {
    case 'in_force':
      return `In force until ${formatMoment(state.untilMs, nowMs)}`
    case 'next':
      return `Next ${formatMoment(state.fromMs, nowMs)}`
    case 'waiting':
      return 'Waiting for its time'
    case 'off':
      return 'Switched off'
    case 'over':
      return 'Over'
  }
}

/** The list's line in Settings: what is in force, else what comes next. */
export function maintenanceLine(
  windows: readonly MaintenanceWindow[],
  { active, upcoming }: MaintenanceState,
  nowMs: number,
): string {
  if (windows.length === 0) return 'No planned work'
  const [first] = active
  const [next] = upcoming
  if (active.length === 1 && first) return `${first.title} until ${formatMoment(first.untilMs, nowMs)}`
  if (active.length > 1) return `${active.length} windows in force`
  return next ? `${next.title}, ${formatMoment(next.fromMs, nowMs)}` : 'Nothing in force'
}
