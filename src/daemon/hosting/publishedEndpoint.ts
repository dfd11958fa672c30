import type { z } from 'zod'
import type { KoraActions, AutofixLog, Drilldown, MailIntents, OutboundMail } from '../../contract/published/actions.ts'
import type { AgentActivity, ReasoningCalls, WebhookEvents } from '../../contract/published/activity.ts'
import type { CostState, CostTelemetry } from '../../contract/published/cost.ts'
import type { HeartbeatServices } from '../../contract/published/heartbeat.ts'
import type { AlertInvestigations, ProbeInvestigations } from '../../contract/published/investigations.ts'
import type { OpenApi } from '../../contract/published/openApi.ts'
import type { CurrentAlerts, PanelView, PanelViewAnswer, SnapshotAnswer } from '../../contract/published/state.ts'
import type { WindowName } from '../../domain/panels/windows.ts'

interface Page {
  /** Most rows, already within the path's bounds. */
  readonly limit: number
}

interface WindowPage extends Page {
  readonly window: WindowName
}

/** At once, or when what makes it was loaded. */
type Soon<T> = T | Promise<T>

/** What other programs may ask, each answered from memory or from stored records: no model is called. */
export interface PublishedSources {
  /** The app's own. */
  readonly version: string
  costTelemetry(): CostTelemetry
  /** Nulls and `state: "unavailable"` when the budget is unknown. */
  costState(): CostState
  agentActivity(query: Page): Soon<AgentActivity>
  webhookEvents(query: Page): Soon<WebhookEvents>
  reasoningCalls(query: Page): Soon<ReasoningCalls>
  probeInvestigations(query: WindowPage): Soon<ProbeInvestigations>
  alertInvestigations(query: WindowPage): Soon<AlertInvestigations>
  /** @param id as it was asked for, at most 512 characters */
  drilldown(id: string): Soon<Drilldown>
  autofixLog(query: Page): Soon<AutofixLog>
  outboundMail(query: Page): Soon<OutboundMail>
  mailIntents(query: Page): Soon<MailIntents>
  koraActions(query: Page): Soon<KoraActions>
  heartbeatServices(): Soon<HeartbeatServices>
  snapshot(): SnapshotAnswer
  currentAlerts(): CurrentAlerts
  /** Keeps one visit of a place. */
  panelView(visit: PanelView): PanelViewAnswer
}

/** What an endpoint may answer from. */
export interface EndpointSources extends PublishedSources {
  openApi(): Promise<OpenApi>
}

/** A request's body as JSON, or the status that refuses it. */
export type ReadBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415 }

export type PublishedAnswer =
  | { readonly status: 200; readonly body: unknown }
  /** @param allow what the `Allow` header names */
  | { readonly status: 405; readonly allow: string }
  | { readonly status: 400 | 413 | 415 }

/** What of a request an endpoint sees. */
interface Asked {
  readonly params: Readonly<Record<string, string>>
  readonly search: URLSearchParams
  readonly readBody: () => Promise<ReadBody>
}

/** One published path and method. */
export interface Endpoint {
  readonly method: 'GET' | 'POST'
  /** Each `{name}` stands for one segment. */
  readonly path: string
  /** Of its body's schema in the description of all paths. */
  readonly name: string
  /** One sentence for people who read that description. */
  readonly summary: string
  readonly query: z.ZodObject | null
  /** Shape of a request's body; null where none is taken. */
  readonly body: z.ZodType | null
  /** Loads the shape of what is answered: needed by the description alone, and too large to hold for it. */
  readonly response: () => Promise<z.ZodType>
  answer(sources: EndpointSources, asked: Asked): Promise<PublishedAnswer>
}

/** The names in a path's braces. */
type Params<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Key in Name]: string } & Params<Rest>
  : unknown

interface Definition<Path extends string, Query extends z.ZodObject, Body, Response> {
  readonly method: 'GET' | 'POST'
  readonly path: Path
  readonly name: string
  readonly summary: string
  /** Lenient, as published: a value that is none is replaced, not refused. */
  readonly query?: Query
  readonly body?: z.ZodType<Body>
  readonly response: () => Promise<z.ZodType<Response>>
  readonly answer: (
    sources: EndpointSources,
    input: { readonly params: Params<Path>; readonly query: z.output<Query>; readonly body: NoInfer<Body> },
  ) => Soon<NoInfer<Response>>
}

/** One entry of the table. That the answer has the shape of `response` is checked by the compiler. */
export function endpoint<
  const Path extends string,
  Response,
  Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Body = undefined,
>(definition: Definition<Path, Query, Body, Response>): Endpoint {
  const { method, path, name, summary, query = null, body = null, response } = definition
  return {
    method,
    path,
    name,
    summary,
    query,
    body,
    response,
    async answer(sources, { params, search, readBody }) {
      const sent = body === null ? null : await readBody()
      if (sent?.kind === 'refused') return { status: sent.status }
      const asked = query?.safeParse(Object.fromEntries(search))
      const given = body?.safeParse(sent?.value)
      if (asked?.success === false || given?.success === false) return { status: 400 }
      const input = { params: params as Params<Path>, query: asked?.data as z.output<Query>, body: given?.data as Body }
      return { status: 200, body: await definition.answer(sources, input) }
    },
  }
}
