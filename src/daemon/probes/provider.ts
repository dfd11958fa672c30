import type { z } from 'zod'
import type { ConfigField } from '../../contract/probes.ts'
import type { Outcome } from '../../domain/observation.ts'
import type { ProbeKind } from '../../domain/probe.ts'
import type { Clock } from '../platform/clock.ts'
import type { HttpClient } from '../platform/http.ts'
import type { Redactor } from '../platform/redactor.ts'
import type { Secrets } from '../platform/secrets.ts'

/** What a provider may use. It has no other way to reach the outside. */
export interface ProbeContext {
  readonly http: HttpClient
  readonly secrets: Secrets
  readonly redactor: Redactor
  readonly clock: Clock
  /** Ends at the check's deadline or when the daemon stops. */
  readonly signal: AbortSignal
}

/**
 * One kind of probe, as a plain value. `observe` never throws and never waits past its deadline: whatever happens
 * becomes an {@link Outcome}.
 */
export interface ProbeProvider<Config = unknown> {
  readonly kind: ProbeKind
  readonly label: string
  readonly description: string
  readonly defaultIntervalMs: number
  readonly fields: readonly ConfigField[]
  readonly schema: z.ZodType<Config>
  /** Hosts this configuration talks to; the connectivity verdict counts distinct ones. */
  hosts(config: Config): readonly string[]
  observe(config: Config, context: ProbeContext): Promise<Outcome>
}
