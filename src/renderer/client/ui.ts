import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { IncidentSummary } from '../../contract/incidents.ts'
import type { CheckResult as Checked } from '../../contract/probes.ts'
import { explain, type Problem } from './errors.ts'
import { mirrorStore } from './mirror.ts'
import { daemonNowMs } from './ticker.ts'
import type { CockpitClient } from './types.ts'

export interface CheckResult {
  readonly checked: number
  readonly failed: readonly { readonly id: string; readonly summary: string }[]
}

/** "Check everything", from the press to what it came to. */
export type CheckAll =
  | { readonly kind: 'idle' }
  /** Rows observed since `startedAtMs` (daemon clock) are done. */
  | { readonly kind: 'running'; readonly startedAtMs: number; readonly ids: readonly string[] }
  | { readonly kind: 'done'; readonly result: CheckResult; readonly finishedAtMs: number }
  | { readonly kind: 'failed'; readonly problem: Problem }

interface UiState {
  readonly palette: boolean
  readonly shortcuts: boolean
  /** The dialog with everything that can be said about a pause. */
  readonly pausing: boolean
  readonly checkAll: CheckAll
  /** The incident that is about to be marked handled. */
  readonly handling: Pick<IncidentSummary, 'id' | 'probeTitle' | 'title'> | null
}

/** What this window shows beside the daemon's state. */
export const uiStore = createStore<UiState>(() => ({
  palette: false,
  shortcuts: false,
  pausing: false,
  checkAll: { kind: 'idle' },
  handling: null,
}))

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(uiStore, select)
}

let running: Promise<CheckAll> | null = null

/** Checks every service. A second call while one runs joins it. */
export function checkEverything(client: CockpitClient): Promise<CheckAll> {
  running ??= run(client).finally(() => {
    running = null
  })
  return running
}

/** Checks again what failed in the last check of everything; its sentence then speaks of both. */
export function checkFailedAgain(client: CockpitClient, last: CheckResult): Promise<CheckAll> {
  const ids = last.failed.map((one) => one.id)
  const again = async () => afterRetry(last, await Promise.all(ids.map((id) => client.probes.check({ id }))))
  running ??= settle(ids, again()).finally(() => {
    running = null
  })
  return running
}

/** What a check of everything came to once its failures were checked again. */
export function afterRetry(
  last: CheckResult,
  results: readonly Pick<Checked, 'id' | 'status' | 'summary'>[],
): CheckResult {
  const failed = results.filter(({ status }) => status !== 'healthy' && status !== 'not_configured')
  return { checked: last.checked, failed: failed.map(({ id, summary }) => ({ id, summary })) }
}

function run(client: CockpitClient): Promise<CheckAll> {
  const services = Object.values(mirrorStore.getState().mirror?.services ?? {})
  const ids = services.filter((row) => row.enabled && row.status !== 'not_configured').map((row) => row.id)
  return settle(ids, client.probes.checkAll())
}

async function settle(ids: readonly string[], checking: Promise<CheckResult>): Promise<CheckAll> {
  uiStore.setState({ checkAll: { kind: 'running', startedAtMs: daemonNowMs(), ids } })
  const settled = await checking.then(
    (result): CheckAll => ({ kind: 'done', result, finishedAtMs: daemonNowMs() }),
    (error: unknown): CheckAll => ({ kind: 'failed', problem: explain(error) }),
  )
  uiStore.setState({ checkAll: settled })
  return settled
}

/** "8 updated, 1 failed (fly: HTTP 401)". Past three failures the rest is counted. */
export function checkSentence(result: CheckResult): string {
  const updated = `${result.checked - result.failed.length} updated`
  if (result.failed.length === 0) return updated
  const named = result.failed.slice(0, 3).map((one) => `${one.id}: ${one.summary}`)
  const rest = result.failed.length - named.length
  return `${updated}, ${result.failed.length} failed (${named.join('; ')}${rest > 0 ? ` and ${rest} more` : ''})`
}
