import { clip } from './text.ts'

/**
 * A model's answer is a diagnosis of a few sentences and one last line with the next step (probe specification 8.2).
 * @returns `finding` is everything but the last line, `nextStep` the last line without a label in front;
 *   a single line is a finding without a next step
 */
export function splitFinding(text: string): { finding: string; nextStep: string | null } {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const last = lines.at(-1)
  if (lines.length < 2 || last === undefined) return { finding: text.trim(), nextStep: null }
  return { finding: lines.slice(0, -1).join('\n'), nextStep: last.replace(/^next step\s*[:—–-]\s*/i, '') || null }
}

/** The first sentence of a finding, for lists: one line, at most 160 characters. */
export function firstSentence(finding: string): string {
  const [line = ''] = finding.trim().split('\n')
  const end = /[.!?](\s|$)/.exec(line)
  return clip(end ? line.slice(0, end.index + 1) : line, 160)
}
