import { noFix } from './envelopes.ts'
import { KoraError } from './errors.ts'
import type { Details, ProbeStatus } from './observation.ts'
import { type Fence, newFence } from './promptFence.ts'
import type { Severity } from './severity.ts'
import { formatDuration } from './time.ts'

/** The most an investigation's answer may hold: two to four sentences and one line leave ample room below it. */
export const maxOutputTokens = 600

/** The most characters a prompt may hold, so that what one investigation costs has a ceiling. */
export const maxPromptChars = 12_000

/** The most characters of one snapshot's details. */
export const maxDetailsChars = 4_000

/** One trouble the wake speaks for. */
export interface PromptMember {
  readonly probe: string
  readonly category: string
  readonly severity: Severity
  readonly title: string
  readonly detail: string
  readonly details: Details
  readonly error: string | null
  readonly firstSeenAtMs: number
  /** Bad checks in a row. */
  readonly consecutive: number
  /** Newest first; the first 10 are shown. */
  readonly history: readonly {
    readonly atMs: number
    readonly status: ProbeStatus
    readonly latencyMs: number | null
  }[]
  readonly envelope: { readonly enabled: boolean; readonly fixName: string }
}

/** Another probe as it stands. */
export interface PromptOther {
  readonly probe: string
  readonly status: ProbeStatus
  readonly latencyMs: number | null
  readonly error: string | null
}

export interface InvestigationPromptInput {
  /** Unique per prompt and not guessable from outside, such as the investigation's id; at least 8 letters or digits. */
  readonly fenceId: string
  readonly nowMs: number
  /** At least one; several when services failed at once, the one the wake is about first. */
  readonly members: readonly PromptMember[]
  /** The probes that are not members, in the order they are to be listed. */
  readonly others: readonly PromptOther[]
}

/** How much of each part is shown. Shortened step by step until the prompt fits: history and others go first. */
interface Room {
  readonly history: number
  readonly others: number
  readonly details: number
  readonly text: number
  readonly members: number
}

const rooms: readonly Room[] = [
  { history: 10, others: 40, details: maxDetailsChars, text: 1_000, members: 60 },
  { history: 5, others: 20, details: maxDetailsChars, text: 1_000, members: 60 },
  { history: 3, others: 10, details: maxDetailsChars, text: 600, members: 60 },
  { history: 3, others: 10, details: 1_500, text: 600, members: 60 },
  { history: 2, others: 5, details: 600, text: 300, members: 60 },
  { history: 0, others: 0, details: 200, text: 160, members: 60 },
  { history: 0, others: 0, details: 0, text: 80, members: 60 },
  { history: 0, others: 0, details: 0, text: 40, members: 30 },
  { history: 0, others: 0, details: 0, text: 40, members: 12 },
]

/**
 * What the model is asked about a wake (probe specification 8.2). Text from providers stands between two marker lines
 * that it cannot contain; everything outside them is Kora's own.
 * @returns `system` and `prompt`, the latter at most {@link maxPromptChars} characters
 * @throws KoraError bad_input without members or with a fence id that is too short
 */
export function investigationPrompt(input: InvestigationPromptInput): { system: string; prompt: string } {
  const fence = newFence(input.fenceId)
  if (input.members.length === 0) throw new KoraError('bad_input', 'An investigation needs at least one trouble.')
  let prompt = ''
  for (const room of rooms) {
    prompt = render(input, fence, room)
    if (prompt.length <= maxPromptChars) break
  }
  return { system: systemText(fence), prompt }
}

function systemText(fence: Fence): string {
  return [
    'You investigate trouble with the outside services a small software business depends on, for its operator.',
    ...fence.rules,
  ].join('\n')
}

function render({ nowMs, members, others }: InvestigationPromptInput, fence: Fence, room: Room): string {
  const shown = members.slice(0, room.members)
  const unshown = members.slice(room.members)
  const blocks = shown.map((member) => memberBlock(member, nowMs, fence, room))
  const parts = [
    members.length === 1 ? 'A probe reports trouble.' : `${members.length} services began to fail together.`,
    ...blocks,
    ...(unshown.length > 0 ? [`Also failing: ${moreNames(unshown, fence)}`] : []),
    othersBlock(others, fence, room),
    instruction(members.length),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function memberBlock(member: PromptMember, nowMs: number, fence: Fence, room: Room): string {
  const lasted = formatDuration(nowMs - member.firstSeenAtMs)
  const targets = candidateTargets(member.details)
  const observed = [
    `Title: ${fence.clean(member.title, room.text)}`,
    `Detail: ${fence.clean(member.detail, room.text)}`,
    `Error: ${member.error === null ? '(none)' : fence.clean(member.error, room.text)}`,
    ...(room.details > 0 ? [`Snapshot details: ${fence.clean(asJson(member.details), room.details)}`] : []),
    ...(targets.length > 0 && room.details > 0
      ? [`Candidate target ids: ${fence.clean(targets.join(', '), 800)}`]
      : []),
  ]
  return [
    `Probe: ${fence.word(member.probe)}`,
    `Category: ${fence.word(member.category)}`,
    `Severity: ${member.severity}`,
    `Failing for: ${lasted}, ${member.consecutive} bad check${member.consecutive === 1 ? '' : 's'} in a row`,
    `Fix envelope: ${posture(member.envelope)}`,
    ...historyLines(member, room.history),
    fence.around(observed),
  ].join('\n')
}

/** Published wording: a fix that is off is still named, since the operator may switch it on. */
function posture({ enabled, fixName }: PromptMember['envelope']): string {
  if (fixName === noFix) return 'none, diagnose-only'
  return enabled ? `${fixName} (ENABLED)` : `${fixName} — DISABLED, diagnose-only`
}

function historyLines(member: PromptMember, most: number): string[] {
  const lines = member.history
    .slice(0, most)
    .map(({ atMs, status, latencyMs }) => `  ${new Date(atMs).toISOString()} ${status} ${latencyWords(latencyMs)}`)
  return lines.length > 0 ? ['Recent checks, newest first:', ...lines] : []
}

function othersBlock(others: readonly PromptOther[], fence: Fence, room: Room): string {
  const shown = others.slice(0, room.others)
  if (shown.length === 0) return others.length === 0 ? '' : `Other probes: ${others.length}, not listed.`
  const lines = shown.map(({ probe, status, latencyMs, error }) => {
    const words = `${fence.word(probe)}: ${status}, ${latencyWords(latencyMs)}`
    return error === null ? words : `${words}, error: ${fence.clean(error, 160)}`
  })
  const rest = others.length - shown.length
  return [
    'Other probes now:',
    fence.around(lines),
    ...(rest > 0 ? [`and ${rest} more probe${rest === 1 ? '' : 's'}`] : []),
  ].join('\n')
}

function instruction(members: number): string {
  return [
    members === 1
      ? 'Diagnose the most likely cause and propose the next action or actions.'
      : 'Diagnose the most likely common cause first, then what differs, and propose the next action or actions.',
    'Answer in 2-4 sentences, then one last line with the next step.',
    'Plain text, no headers, no lists. Your answer is sent verbatim to the operator as a message.',
  ].join('\n')
}

/** Names of the troubles for which there is no block, as many as fit. */
function moreNames(members: readonly PromptMember[], fence: Fence): string {
  const names = members.slice(0, 60).map((member) => `${fence.word(member.probe)} (${member.severity})`)
  const rest = members.length - names.length
  return names.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function latencyWords(latencyMs: number | null): string {
  return latencyMs === null ? 'no latency' : `${latencyMs} ms`
}

/** A restart's target must look like this (probe specification 6.1, gate 4). */
const targetIdPattern = /^[A-Za-z0-9_-]{1,64}$/

/** Machines that are not running, from any `machines` list in the details, with their state and app; at most 20. */
function candidateTargets(details: unknown, depth = 0): string[] {
  if (depth > 4 || !isObject(details)) return []
  const { app } = details as { app?: unknown }
  const found = Object.entries(details).flatMap(([name, value]: [string, unknown]) =>
    name === 'machines' && Array.isArray(value)
      ? value.flatMap((machine: unknown) => stoppedMachine(machine, app))
      : candidateTargets(value, depth + 1),
  )
  return found.slice(0, 20)
}

function stoppedMachine(machine: unknown, app: unknown): string[] {
  if (!isObject(machine)) return []
  const { id, state } = machine as { id?: unknown; state?: unknown }
  if (typeof id !== 'string' || !targetIdPattern.test(id) || state === 'started') return []
  const words = [
    typeof state === 'string' ? state : 'state unknown',
    ...(typeof app === 'string' ? [`app ${app}`] : []),
  ]
  return [`${id} (${words.join(', ')})`]
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object'
}

function asJson(details: Details): string {
  try {
    return JSON.stringify(details, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  } catch {
    // A cycle: the other facts still make a prompt.
    return '(details that cannot be written down)'
  }
}
