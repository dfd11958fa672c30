import type { IncidentDetail, IncidentSummary } from '../../src/contract/incidents.ts'
import type { ServiceRow } from '../../src/contract/probes.ts'

export const s = 1_000
export const min = 60 * s
export const h = 60 * min
export const d = 24 * h

/** Figures that look measured and are the same every time. */
function wave(index: number, seed: number): number {
  return Math.sin(index / 4 + seed) * 0.12 + Math.sin(index * 1.7 + seed * 3) * 0.06
}

export function latencyAt(base: number, index: number, seed: number): number {
  return Math.round(base * (1 + wave(index, seed)))
}

export function service(nowMs: number, id: string, base: number, change: Partial<ServiceRow> = {}): ServiceRow {
  const seed = id.length
  const spark = Array.from({ length: 60 }, (_, index) => latencyAt(base, index, seed))
  return {
    id,
    kind: (['vercel', 'sentry', 'doppler', 'supabase', 'fly'] as const).find((kind) => kind === id) ?? 'http',
    title: id,
    enabled: true,
    intervalMs: 30 * s,
    status: 'healthy',
    cause: 'none',
    summary: 'Well',
    error: null,
    latencyMs: spark.at(-1) ?? null,
    p95Ms: Math.round(base * 1.3),
    observedAtMs: nowMs - (4 + (seed % 5) * 2) * s,
    details: {},
    spark,
    incidentId: null,
    severity: null,
    suspectSinceMs: null,
    checking: false,
    ...change,
  }
}

export function incident(
  nowMs: number,
  id: string,
  agoMs: number,
  change: Partial<IncidentSummary> = {},
): IncidentSummary {
  return {
    id,
    probeId: 'fly',
    probeTitle: 'fly',
    category: 'service_unhealthy',
    state: 'notified',
    severity: 'critical',
    title: 'Fly app(s) unreachable: HTTP 401',
    status: 'unhealthy',
    cause: 'auth_rejected',
    error: 'HTTP 401',
    openedAtMs: nowMs - agoMs,
    firstSeenAtMs: nowMs - agoMs - 10 * s,
    lastSeenAtMs: nowMs - 12 * s,
    resolvedAtMs: null,
    seenCount: 3,
    reopenedCount: 0,
    flapping: false,
    acknowledgedAtMs: null,
    snoozedUntilMs: null,
    handledAtMs: null,
    finding: 'The token is rejected on both apps; it was most likely rotated.',
    investigating: false,
    toldAtMs: nowMs - agoMs + 23 * s,
    toldVia: 'slack',
    costNanoUsd: 11_300_000,
    ...change,
  }
}

export function resolved(
  nowMs: number,
  id: string,
  agoMs: number,
  lastedMs: number,
  probeId: string,
  title: string,
): IncidentSummary {
  return incident(nowMs, id, agoMs, {
    probeId,
    probeTitle: probeId,
    state: 'resolved',
    severity: 'warning',
    title,
    cause: 'threshold',
    error: null,
    resolvedAtMs: nowMs - agoMs + lastedMs,
    finding: null,
    costNanoUsd: 8_100_000,
  })
}

export function detailOf(summary: IncidentSummary, before: readonly IncidentSummary[]): IncidentDetail {
  const at = summary.openedAtMs
  const raw = { probe: summary.probeId, status: summary.status, error: summary.error }
  const line = (
    offsetMs: number,
    kind: IncidentDetail['timeline'][number]['kind'],
    tone: IncidentDetail['timeline'][number]['tone'],
    text: string,
    aside: string | null,
  ) => ({
    key: `${summary.id}:${offsetMs}:${kind}`,
    atMs: at + offsetMs,
    kind,
    tone,
    text,
    aside,
    raw: { ...raw, text },
  })
  const finding = summary.finding
    ? `${summary.finding}\nBoth apps answer 401 while Doppler and the other probes are healthy, so the network and the vault are fine. The last 200 was at 13:58:04.`
    : null
  return {
    incident: summary,
    detail: `${summary.probeTitle} probe reported status=${summary.status}. error='${summary.error ?? '(no error)'}'. Deploy-control impact: machines may be unreachable; scale or restart may not finish.`,
    details: {
      apps_running: 0,
      deploys_last_24h: 'unknown',
      apps: [
        { app: 'web', http_status: 401 },
        { app: 'worker', http_status: 401 },
      ],
    },
    handledReason: summary.handledAtMs === null ? null : 'Token replaced in the vault',
    envelope: { fixName: 'restart_unhealthy_machine', enabled: false },
    investigations: [
      {
        id: `inv_${summary.id}`,
        state: finding ? 'finished' : 'failed',
        requestedBy: 'wake',
        requestedAtMs: at,
        startedAtMs: at + s,
        finishedAtMs: at + 22 * s,
        failure: finding ? null : 'engine_unavailable',
        finding,
        nextStep: finding ? 'Put the new Fly API token in Settings, then check again.' : null,
        model: finding ? 'claude-haiku-4-5-20251001' : null,
        inputTokens: finding ? 1_204 : null,
        outputTokens: finding ? 212 : null,
        costNanoUsd: finding ? summary.costNanoUsd : null,
        durationMs: 21_400,
      },
    ],
    timeline: [
      line(-10 * s, 'check', 'trouble', `Check failed, ${summary.error ?? 'threshold passed'}`, '212 ms'),
      line(-9 * s, 'changed', 'attention', 'Doubted', 'checked again after 10 s'),
      line(0, 'check', 'trouble', `Check failed, ${summary.error ?? 'threshold passed'}`, 'second in a row'),
      line(
        20,
        'opened',
        'attention',
        `Incident opened, ${summary.severity}`,
        'because production has 0 machines running',
      ),
      line(40, 'wake', 'neutral', 'Woke up', 'opened'),
      line(230, 'delivery', 'neutral', 'Slack message sent', '212 ms, first attempt'),
      line(260, 'delivery', 'attention', 'Notification not shown', 'no cockpit was open to show it, first attempt'),
      line(s, 'investigation', 'neutral', 'Investigation begun', null),
      line(
        22 * s,
        'investigation',
        finding ? 'neutral' : 'attention',
        finding ? 'Finding ready' : 'Could not investigate: engine_unavailable',
        finding ? '$0.0113' : null,
      ),
      line(23 * s, 'delivery', 'neutral', 'Finding sent', '188 ms, first attempt'),
      line(10 * min, 'held', 'neutral', 'Repeat held back', 'same severity, told again when the window ends'),
      ...(summary.resolvedAtMs === null
        ? []
        : [line(summary.resolvedAtMs - at, 'resolved', 'well', 'Resolved', 'well again')]),
    ],
    before: before
      .filter((other) => other.probeId === summary.probeId && other.openedAtMs < at)
      .map((other) => ({
        id: other.id,
        openedAtMs: other.openedAtMs,
        resolvedAtMs: other.resolvedAtMs,
        title: other.title,
      })),
    grouped: [],
    reinvestigateNanoUsd: 9_800_000,
  }
}
