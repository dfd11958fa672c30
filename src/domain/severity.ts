export const severities = ['info', 'warning', 'critical'] as const
export type Severity = (typeof severities)[number]

/** Negative when `a` is milder than `b`, positive when it is worse. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severities.indexOf(a) - severities.indexOf(b)
}
