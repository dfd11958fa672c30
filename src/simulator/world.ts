import { newAnthropic, type AnthropicState } from './services/anthropic.ts'
import type { CostReportState } from './services/anthropicCostReport.ts'
import type { FlyState } from './services/fly.ts'
import type { SentryState } from './services/sentry.ts'
import type { SitePage } from './services/site.ts'
import type { SlackState } from './services/slack.ts'
import type { VercelState } from './services/vercel.ts'
import type { Service } from './http.ts'

/** Everything the simulated services know. Tests and the story change it in place. */
export interface World {
  fly: FlyState
  vercel: VercelState
  sentry: SentryState
  doppler: {
    token: string | null
    workplace: { id: string; name: string; billing_email: string; security_email: string }
  }
  supabase: { key: string | null }
  slack: SlackState
  anthropic: AnthropicState
  /** What the model provider says it billed. */
  costReport: CostReportState
  /** Pages by path below the site's address. */
  site: Record<string, SitePage>
  /** Answers of a service take `baseMs`, swinging by up to `spreadMs`; nothing here, no waiting. */
  pace: Partial<Record<Service, { baseMs: number; spreadMs: number }>>
}

const hourMs = 3_600_000

/** A small business on a good day: nothing is wrong, and every credential is accepted. */
export function healthyWorld(nowMs: number): World {
  const machine = (id: string, name: string, instance: string) => ({
    id,
    name,
    state: 'started',
    region: 'fra',
    instance_id: instance,
  })
  return {
    fly: {
      token: null,
      apps: {
        'demo-production': [
          machine('148e21ea7d4289', 'quiet-river-4021', '01JQ8T5Z0A1B2C3D4E5F6G7H8J'),
          machine('e2865013b64908', 'still-meadow-118', '01JQ8T61KM2N3P4Q5R6S7T8V9W'),
        ],
        'demo-staging': [machine('3d8d9204c56e18', 'plain-harbor-77', '01JQ8T6QX1Y2Z3A4B5C6D7E8F9')],
      },
    },
    vercel: {
      token: null,
      deployments: Array.from({ length: 12 }, (_, index) => ({
        uid: `dpl_${String(12 - index).padStart(24, '0')}`,
        name: 'demo-site',
        url: `demo-site-${12 - index}.vercel.app`,
        created: nowMs - (index * 2 + 1) * hourMs,
        state: 'READY',
        target: index % 3 === 0 ? 'production' : null,
      })),
    },
    sentry: {
      token: null,
      org: null,
      issues: ['TypeError in checkout', 'Timeout while sending a receipt', 'Unhandled rejection in import'].map(
        (title, index) => ({ id: String(4_100 + index), shortId: `DEMO-${index + 1}`, title, status: 'unresolved' }),
      ),
    },
    doppler: {
      token: null,
      workplace: {
        id: '7b1f4c02',
        name: 'Demo',
        billing_email: 'billing@example.com',
        security_email: 'security@example.com',
      },
    },
    supabase: { key: null },
    slack: {
      token: null,
      team: 'Demo',
      teamId: 'T0DEMO001',
      botUserId: 'U0KORA001',
      users: null,
      errors: {},
      channels: {},
      lastTsMicros: 0,
    },
    anthropic: newAnthropic(),
    costReport: { adminKey: null, dailyCents: {}, item: {} },
    site: {
      '/': { status: 200, body: '<!doctype html><title>Demo</title><h1>Welcome</h1>', headers: {} },
      '/health': { status: 200, body: { status: 'ok', version: '1.8.2' }, headers: {} },
      '/old': { status: 301, body: '', headers: { location: '/' } },
    },
    pace: {},
  }
}
