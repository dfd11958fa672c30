import { z } from 'zod'
import type { Outcome } from '../../domain/observation.ts'
import { HttpFailure, type HttpReply } from '../platform/http.ts'
import {
  baseUrlField,
  HttpAddress,
  hostsOf,
  readSecret,
  SecretReference,
  secretField,
  variableName,
  withoutTrailingSlash,
} from './config.ts'
import { isRecord, parseJson } from './json.ts'
import {
  degraded,
  failureText,
  healthy,
  notConfigured,
  plainText,
  rejected,
  unreachable,
  unreadable,
} from './outcomes.ts'
import type { ProbeContext, ProbeProvider } from './provider.ts'
import { type CheckSession, checkLimitMs, runCheck } from './runCheck.ts'

const own = { reference: 'vault:fly', variable: 'KORA_FLY_API_TOKEN' }
const baseUrl = 'https://api.machines.dev'
const machinesKept = 50
const listBytes = 2_097_152

const schema = z.strictObject({
  /** The first is production. */
  apps: z.array(z.string().trim().min(1).max(100)).max(20).default([]),
  tokenRef: SecretReference.default(own.reference),
  baseUrl: HttpAddress.default(baseUrl),
})
type FlyConfig = z.infer<typeof schema>

interface Machine {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly region: string
  readonly instance_id: string
}

/** What one app's list call came to. Counts are null when they are not known. */
type AppResult = { readonly app: string } & (
  | { readonly kind: 'answered'; readonly started: number; readonly total: number; readonly machines: Machine[] }
  | { readonly kind: 'rejected'; readonly httpStatus: number; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly httpStatus: number; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly failure: HttpFailure; readonly reason: string }
)
type Answered = Extract<AppResult, { kind: 'answered' }>

function readMachines(context: ProbeContext, reply: HttpReply): Machine[] | string {
  const parsed = parseJson(reply)
  if (!parsed.ok) return parsed.reason
  if (!Array.isArray(parsed.value)) return 'body is not a list of machines'
  const word = (value: unknown): string => (typeof value === 'string' ? plainText(context.redactor, value, 64) : '')
  return (parsed.value as unknown[]).filter(isRecord).map((machine) => ({
    id: word(machine['id']),
    name: word(machine['name']),
    state: word(machine['state']),
    region: word(machine['region']),
    instance_id: word(machine['instance_id']),
  }))
}

async function observeApp(
  context: ProbeContext,
  session: CheckSession,
  app: string,
  url: string,
  token: string,
): Promise<AppResult> {
  try {
    const reply = await session.send({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${token}` },
      maxBodyBytes: listBytes,
    })
    const answer = { app, httpStatus: reply.status }
    if (reply.status !== 200) return { ...answer, kind: 'rejected', reason: `HTTP ${reply.status}` }
    const machines = readMachines(context, reply)
    if (typeof machines === 'string') return { ...answer, kind: 'unreadable', reason: machines }
    const started = machines.filter((machine) => machine.state === 'started').length
    return { app, kind: 'answered', started, total: machines.length, machines }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const reason = failureText(context.redactor, error, session.limitMs)
    return { app, kind: 'unreachable', failure: error, reason }
  }
}

function appStatus(result: AppResult): string {
  if (result.kind === 'unreachable') return 'unreachable'
  if (result.kind !== 'answered' || (result.total > 0 && result.started === 0)) return 'unhealthy'
  return result.total > 0 && result.started === result.total ? 'healthy' : 'degraded'
}

function appDetails(result: AppResult): Record<string, unknown> {
  const answered = result.kind === 'answered' ? result : null
  return {
    app: result.app,
    status: appStatus(result),
    machines_total: answered?.total ?? null,
    machines_started: answered?.started ?? null,
    http_status: result.kind === 'answered' ? 200 : result.kind === 'unreachable' ? null : result.httpStatus,
    machines: answered?.machines.slice(0, machinesKept) ?? [],
  }
}

/** No app told its machines: the first status code speaks, then the first unreadable answer, then the transport. */
function totalFailure(context: ProbeContext, session: CheckSession, results: readonly AppResult[]): Outcome {
  const details = { apps_running: 0, deploys_last_24h: 0, apps: results.map(appDetails) }
  const refused = results.find((result) => result.kind === 'rejected')
  if (refused) return rejected(refused.httpStatus, session.latencyMs(), details)
  const odd = results.find((result) => result.kind === 'unreadable')
  if (odd) return unreadable(odd.reason, session.latencyMs(), details)
  const dead = results.find((result) => result.kind === 'unreachable')
  if (!dead) throw new Error('no app was asked')
  return unreachable(context.redactor, dead.failure, session.limitMs)
}

function judge(context: ProbeContext, session: CheckSession, results: readonly AppResult[]): Outcome {
  const answered = results.filter((result): result is Answered => result.kind === 'answered')
  if (answered.length === 0) return totalFailure(context, session, results)

  const latencyMs = session.latencyMs()
  const running = answered.filter((result) => result.started > 0).length
  const details = { apps_running: running, deploys_last_24h: 'unknown', apps: results.map(appDetails) }
  const failing = results.flatMap((result) => (result.kind === 'answered' ? [] : [`${result.app}: ${result.reason}`]))

  const production = results[0]
  if (production?.kind === 'answered' && production.total > 0 && production.started === 0) {
    const error = [`${production.app}: 0 of ${production.total} machine(s) started`, ...failing].join('; ')
    return { status: 'unhealthy', cause: 'threshold', latencyMs, details, error: plainText(context.redactor, error) }
  }
  const partly = answered.some((result) => result.started < result.total)
  if (!partly && running === results.length) return healthy(latencyMs, details)
  return degraded(latencyMs, details, failing.length === 0 ? null : plainText(context.redactor, failing.join('; ')))
}

/** Machines of each app (probe specification, 3.5 as corrected by 12.11 and 12.13); the first app is production. */
export const fly: ProbeProvider<FlyConfig> = {
  kind: 'fly',
  label: 'Fly',
  description: 'Machines of each app and how many of them are started.',
  defaultIntervalMs: 300_000,
  fields: [
    {
      name: 'apps',
      label: 'Apps',
      help: 'App names, production first: when none of its machines is started, that is critical.',
      type: 'list',
      required: true,
    },
    secretField('tokenRef', 'API token', 'A Fly token that may list the machines of these apps.', own.reference),
    baseUrlField(baseUrl),
  ],
  schema,
  hosts: (config) => hostsOf(config.baseUrl),
  observe: (config, context) =>
    runCheck(context, checkLimitMs, async (session) => {
      const token = readSecret(context, config.tokenRef)
      const credential = variableName(config.tokenRef, own)
      if (config.apps.length === 0) return notConfigured([credential, 'KORA_FLY_APP_NAME'])
      if (token === null) return notConfigured([credential])

      const base = withoutTrailingSlash(config.baseUrl)
      const results = await Promise.all(
        config.apps.map((app) =>
          observeApp(context, session, app, `${base}/v1/apps/${encodeURIComponent(app)}/machines`, token),
        ),
      )
      return judge(context, session, results)
    }),
}
