import type { Store } from '../src/daemon/store/Store.ts'
import type { AuditEntry } from '../src/domain/audit.ts'

const probes = [
  'fly',
  'vercel',
  'sentry',
  'doppler',
  'supabase',
  ...Array.from({ length: 20 }, (_, no) => `site-${no}`),
]
const words =
  'machine stopped region deploy token rejected timeout checkout queue release health certificate latency build branch worker memory disk proxy gateway session replica pool cache'.split(
    ' ',
  )

/** A number from 0 to below `most` that depends on the index alone. */
function pick(index: number, salt: number, most: number): number {
  return ((Math.imul(index + 1, 2_654_435_761) ^ Math.imul(salt, 1_597_334_677)) >>> 7) % most
}

/** The nth audit row of a busy life: a dozen seams, 25 probes, incidents of eight rows each. */
export function anAuditEntry(index: number): AuditEntry {
  const probe = probes[pick(index >> 3, 1, probes.length)] ?? 'fly'
  const incidentId = `inc_01JX${String(index >> 3).padStart(22, '0')}`
  const joined = { callerSessionId: `probe:${probe}:service_unhealthy`, incidentId, source: 'cron' } as const
  const severity = ['warning', 'critical', 'info'][pick(index >> 3, 2, 3)] ?? 'info'
  const said = [3, 4, 5, 6, 7].map((salt) => words[pick(index, salt, words.length)]).join(' ')
  switch (index % 12) {
    case 0:
      return { ...joined, seam: 'probe.wake_requested', details: { probe, severity, title: `${probe}: ${said}` } }
    case 1:
      return {
        ...joined,
        seam: 'probe.investigation_completed',
        source: 'reasoning',
        details: {
          probe,
          severity,
          investigation_summary_text: `${said}. Roll back the last release of ${probe}.`,
          total_cost_usd: 0.011,
          dm_status: 'sent',
        },
      }
    case 2:
      return { seam: 'settings.changed', source: 'operator', details: { paths: [`watching.${words[index % 7]}`] } }
    case 3:
      return { seam: 'task.failed', source: 'cron', details: { task: 'backup.nightly', error: said } }
    case 4:
    case 5:
    case 6:
    case 7:
      return {
        ...joined,
        seam: 'incident.transitioned',
        details: { probe, severity, from: 'suspect', to: 'open', why: said, title: `${probe}: ${said}` },
      }
    default:
      return {
        ...joined,
        seam: 'notification.dispatched',
        details: {
          channel: index % 2 === 0 ? 'slack_dm' : 'native',
          alert_id: `msg_${index}`,
          probe,
          severity,
          status: index % 97 === 0 ? 'failed' : 'ok',
          latency_ms: 100 + (index % 400),
        },
      }
  }
}

/** Audit rows spread evenly over a stretch of time, a thousand a step. */
export function fillAudit(store: Store, count: number, fromMs: number, toMs: number): void {
  for (let from = 0; from < count; from += 1_000) {
    store.transaction(() => {
      for (let index = from; index < Math.min(count, from + 1_000); index++) {
        store.audit.append(anAuditEntry(index), fromMs + Math.floor(((toMs - fromMs) * index) / count))
      }
    })
  }
}
