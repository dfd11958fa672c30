import { KoraError } from '../../domain/errors.ts'
import type { Outcome } from '../../domain/observation.ts'
import { HttpFailure, type HttpReply, type HttpRequest } from '../platform/http.ts'
import { probeError, unreachable } from './outcomes.ts'
import type { ProbeContext } from './provider.ts'

/** Wall-clock limit of one check of the five published providers, all its calls together. */
export const checkLimitMs = 10_000

/** One check's way to the outside; all its requests share the check's time. */
export interface CheckSession {
  readonly limitMs: number
  /** @throws HttpFailure */
  send(request: Omit<HttpRequest, 'timeoutMs' | 'signal'>): Promise<HttpReply>
  /** Whole milliseconds from the first request to the newest answer, truncated. */
  latencyMs(): number
}

/**
 * Runs one check and turns whatever happens into an outcome: transport trouble is `unreachable`, anything else that is
 * thrown is `unknown` with cause `probe_error`. Never throws.
 */
export async function runCheck(
  context: ProbeContext,
  limitMs: number,
  check: (session: CheckSession) => Promise<Outcome>,
): Promise<Outcome> {
  const { clock, http, redactor, signal } = context
  const startedMs = clock.monotonicMs()
  let answeredMs = startedMs
  const session: CheckSession = {
    limitMs,
    async send(request) {
      const leftMs = Math.max(1, Math.ceil(startedMs + limitMs - clock.monotonicMs()))
      const reply = await http.request({ ...request, timeoutMs: leftMs, signal })
      answeredMs = clock.monotonicMs()
      return reply
    },
    latencyMs: () => Math.trunc(answeredMs - startedMs),
  }
  try {
    const outcome = await check(session)
    return wasStopped(signal) ? probeError(redactor, stopped()) : outcome
  } catch (error) {
    if (wasStopped(signal)) return probeError(redactor, stopped())
    return error instanceof HttpFailure ? unreachable(redactor, error, limitMs) : probeError(redactor, error)
  }
}

/** A check that was called off says nothing about the service; one that ran out of time does. */
function wasStopped(signal: AbortSignal): boolean {
  if (!signal.aborted) return false
  const reason: unknown = signal.reason
  const late =
    reason instanceof KoraError ? reason.code === 'timed_out' : (reason as Error | null)?.name === 'TimeoutError'
  return !late
}

function stopped(): Error {
  return new DOMException('the check was stopped', 'AbortError')
}
