import { onTestFinished } from 'vitest'
import type { ResolveName } from '../../src/daemon/platform/addressGate.ts'
import { type Clock, systemClock } from '../../src/daemon/platform/clock.ts'
import type { HttpClient } from '../../src/daemon/platform/http.ts'
import { createRedactor } from '../../src/daemon/platform/redactor.ts'
import { createSecrets } from '../../src/daemon/platform/secrets.ts'
import { createHttpClient } from '../../src/daemon/platform/undiciHttp.ts'
import type { ProbeContext } from '../../src/daemon/probes/provider.ts'

export interface ProbeContextOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Instead of a real client. */
  readonly http?: HttpClient
  readonly resolve?: ResolveName
  readonly signal?: AbortSignal
}

/** What a provider gets, with real parts on an empty vault; ends with the running test. */
export async function createProbeContext(options: ProbeContextOptions = {}): Promise<ProbeContext> {
  const clock = options.clock ?? systemClock
  const redactor = createRedactor()
  const http = options.http ?? createHttpClient({ clock, allowPrivate: true, resolve: options.resolve })
  onTestFinished(() => http.close())
  const backend = { read: async () => ({}), write: async () => undefined }
  const secrets = await createSecrets({ env: options.env ?? {}, backend, redactor })
  return { http, secrets, redactor, clock, signal: options.signal ?? new AbortController().signal }
}
