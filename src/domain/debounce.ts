import type { Watch } from './incident.ts'
import { compareSeverity, type Severity } from './severity.ts'

/** Told at once, or held back until a time. Nothing is ever discarded (ruling 9). */
export type DispatchDecision =
  | { readonly kind: 'now' }
  | { readonly kind: 'held'; readonly untilMs: number; readonly why: 'debounce_skipped' }

/**
 * The flat window of probe specification 7.1 over one (probe, category): the same or a milder severity within the
 * window waits for its end; a worse one always passes; `bypassCritical` lets every critical pass; 0 lets all pass.
 */
export function dispatchDecision(
  watch: Pick<Watch, 'lastDispatchedAtMs' | 'lastDispatchedSeverity'>,
  severity: Severity,
  rules: { readonly debounceMs: number; readonly bypassCritical: boolean },
  nowMs: number,
): DispatchDecision {
  const { lastDispatchedAtMs: last, lastDispatchedSeverity: told } = watch
  if (last === null || rules.debounceMs === 0) return { kind: 'now' }
  if (rules.bypassCritical && severity === 'critical') return { kind: 'now' }
  if (told !== null && compareSeverity(severity, told) > 0) return { kind: 'now' }
  // A wall clock that was set back must not stretch the window.
  const untilMs = Math.min(last, nowMs) + rules.debounceMs
  return nowMs >= untilMs ? { kind: 'now' } : { kind: 'held', untilMs, why: 'debounce_skipped' }
}
