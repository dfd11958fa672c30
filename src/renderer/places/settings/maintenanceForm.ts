import type { FieldIssue } from '../../client/errors.ts'
import { isTimeZone } from '../../../domain/localTime.ts'
import { type MaintenanceWindow, weekdays } from './maintenanceWords.ts'

type ScheduleKind = MaintenanceWindow['schedule']['kind']
export type Weekday = (typeof weekdays)[number]['value']

/** A window as it is typed. What another kind of schedule was given is kept while one is tried. */
export interface WindowForm {
  readonly title: string
  readonly enabled: boolean
  readonly scope: 'everything' | 'services'
  readonly probeIds: readonly string[]
  readonly kind: ScheduleKind
  /** "2026-05-12T14:00", on the operator's clock. */
  readonly fromDate: string
  readonly toDate: string
  readonly days: readonly Weekday[]
  readonly from: string
  readonly to: string
  readonly expression: string
  /** Null while what is typed is not a number. */
  readonly minutes: number | null
  readonly timeZone: string
}

const hourMs = 3_600_000

/** Where a new one begins: the next full hour, two hours long, over everything. */
export function blankWindow(nowMs: number, timeZone: string): WindowForm {
  const fromMs = Math.ceil(nowMs / hourMs) * hourMs
  return {
    title: '',
    enabled: true,
    scope: 'services',
    probeIds: [],
    kind: 'once',
    fromDate: dateText(fromMs),
    toDate: dateText(fromMs + 2 * hourMs),
    days: [],
    from: '02:00',
    to: '04:00',
    expression: '',
    minutes: 120,
    timeZone,
  }
}

export function formOf(window: MaintenanceWindow, nowMs: number, timeZone: string): WindowForm {
  const { title, enabled, scope, schedule } = window
  const form: WindowForm = {
    ...blankWindow(nowMs, timeZone),
    title,
    enabled,
    scope: scope.kind,
    probeIds: scope.kind === 'services' ? scope.probeIds : [],
    kind: schedule.kind,
  }
  switch (schedule.kind) {
    case 'once':
      return { ...form, fromDate: dateText(schedule.fromMs), toDate: dateText(schedule.toMs) }
    case 'weekly': {
      const days = weekdays.map(({ value }) => value).filter((value) => schedule.days.includes(Number(value)))
      return { ...form, days, from: schedule.from, to: schedule.to, timeZone: schedule.timeZone }
    }
    case 'cron': {
      const { expression, minutes } = schedule
      return { ...form, expression, minutes, timeZone: schedule.timeZone }
    }
  }
}

/** What is sent; the daemon judges it. */
export function windowOf(form: WindowForm, id: string): MaintenanceWindow {
  return {
    id,
    title: form.title.trim(),
    enabled: form.enabled,
    scope: form.scope === 'everything' ? { kind: 'everything' } : { kind: 'services', probeIds: [...form.probeIds] },
    schedule: scheduleOf(form),
  }
}

function scheduleOf(form: WindowForm): MaintenanceWindow['schedule'] {
  const timeZone = form.timeZone.trim()
  switch (form.kind) {
    case 'once':
      return { kind: 'once', fromMs: dateMs(form.fromDate) ?? 0, toMs: dateMs(form.toDate) ?? 0 }
    case 'weekly':
      return { kind: 'weekly', days: form.days.map(Number), from: form.from, to: form.to, timeZone }
    case 'cron':
      return { kind: 'cron', expression: form.expression.trim(), minutes: form.minutes ?? 0, timeZone }
  }
}

/** Fields that hold nothing that could be sent, each with what it needs. */
export function missingParts(form: WindowForm): ReadonlyMap<keyof WindowForm, string> {
  const missing = new Map<keyof WindowForm, string>()
  if (form.title.trim() === '') missing.set('title', 'A title is needed.')
  if (form.scope === 'services' && form.probeIds.length === 0) missing.set('probeIds', 'Choose at least one service.')
  if (form.kind === 'once') {
    if (dateMs(form.fromDate) === null) missing.set('fromDate', 'A day and a time are needed.')
    if (dateMs(form.toDate) === null) missing.set('toDate', 'A day and a time are needed.')
  }
  if (form.kind === 'cron' && form.expression.trim() === '') missing.set('expression', 'An expression is needed.')
  return missing
}

/**
 * What the daemon refused, by the field it is about. It judges a schedule as a whole: then the fields themselves say
 * which of them its sentence means.
 * @param index place of the window in the list that was sent
 */
export function refusedParts(
  form: WindowForm,
  issues: readonly FieldIssue[],
  index: number,
): ReadonlyMap<keyof WindowForm, string> {
  const refused = new Map<keyof WindowForm, string>()
  const prefix = `maintenance.windows.${index}.`
  for (const { path, message } of issues) {
    if (!path.startsWith(prefix)) continue
    const field = fieldAt(form, path.slice(prefix.length))
    if (!refused.has(field)) refused.set(field, message)
  }
  return refused
}

function fieldAt(form: WindowForm, path: string): keyof WindowForm {
  const [head = '', part = ''] = path.split('.')
  if (head === 'title') return 'title'
  if (head === 'scope') return 'probeIds'
  const named: Readonly<Record<string, keyof WindowForm>> = {
    fromMs: 'fromDate',
    toMs: 'toDate',
    days: 'days',
    from: 'from',
    to: 'to',
    expression: 'expression',
    minutes: 'minutes',
    timeZone: 'timeZone',
  }
  return named[part] ?? doubtfulField(form)
}

function doubtfulField(form: WindowForm): keyof WindowForm {
  switch (form.kind) {
    case 'once':
      return 'toDate'
    case 'weekly':
      if (form.days.length === 0) return 'days'
      return isTimeZone(form.timeZone.trim()) ? 'to' : 'timeZone'
    case 'cron':
      if (form.minutes === null || form.minutes < 1 || form.minutes > 10_080) return 'minutes'
      return isTimeZone(form.timeZone.trim()) ? 'expression' : 'timeZone'
  }
}

/** "2026-05-12T14:00" on the operator's clock. */
export function dateText(atMs: number): string {
  const at = new Date(atMs)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The moment the operator's clock reads this; null when it is no date. */
export function dateMs(text: string): number | null {
  if (!/^\d{4,6}-\d\d-\d\dT\d\d:\d\d/.test(text)) return null
  const atMs = new Date(text).getTime()
  return Number.isNaN(atMs) ? null : atMs
}
