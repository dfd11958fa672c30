import type { AlertOccurrence } from './alert.ts'
import type { Channel } from './incident.ts'
import { newFence } from './promptFence.ts'
import { formatDuration } from './time.ts'

/** The most an answer may hold. */
export const alertPromptTokens = 600
/** Characters of the snapshot that are shown. */
const snapshotLength = 6_000

interface AlertPromptInput {
  /** Unique per prompt, such as the investigation's id. */
  readonly fenceId: string
  readonly alert: Pick<
    AlertOccurrence,
    'id' | 'category' | 'severity' | 'title' | 'detail' | 'firstSeenAtMs' | 'occurrenceId'
  >
  /** Where the operator was told of it. */
  readonly toldOn: readonly Channel[]
  /** The daemon's own state; null when nobody knows it. */
  readonly snapshot: unknown
  readonly nowMs: number
}

/** What the model is asked about an alert (alerts specification, 6), with everything Kora knows of itself beside it. */
export function alertPrompt({ fenceId, alert, toldOn, snapshot, nowMs }: AlertPromptInput): {
  system: string
  prompt: string
} {
  const fence = newFence(fenceId)
  const system = [
    'You look into an alert that a watching daemon raised about itself or about what it watches, for its operator.',
    ...fence.rules,
  ].join('\n')
  const known = snapshot === null ? '(unknown)' : fence.clean(JSON.stringify(snapshot), snapshotLength)
  const prompt = [
    'An alert is active.',
    [
      `Alert: ${alert.id.split(':', 1)[0]}`,
      `Category: ${alert.category}`,
      `Severity: ${alert.severity}`,
      `Active for: ${formatDuration(nowMs - alert.firstSeenAtMs)}`,
      `Told on: ${toldOn.join(', ') || 'no channel yet'}`,
      fence.around([
        `Subject: ${fence.clean(alert.id, 120)}`,
        `Title: ${fence.clean(alert.title, 400)}`,
        `Detail: ${fence.clean(alert.detail, 1_000)}`,
        `State of the daemon: ${known}`,
      ]),
    ].join('\n'),
    [
      'Diagnose the most likely cause.',
      'Answer in 2-4 sentences, then one last line with the next step.',
      'Plain text, no headers, no lists. Your answer is sent verbatim to the operator as a message.',
    ].join('\n'),
  ].join('\n\n')
  return { system, prompt }
}
