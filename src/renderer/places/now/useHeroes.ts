import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Snapshot } from '../../../contract/snapshot.ts'
import {
  type AlertsHero,
  type BudgetHero,
  type HealthHero,
  type HeroName,
  type OperationHero,
  projectAlerts,
  projectBudget,
  projectHealth,
  projectOperation,
} from '../../../domain/heroes.ts'
import { isFresh } from '../../../domain/snapshot.ts'
import { useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { daemonNowMs, useTick } from '../../client/ticker.ts'
import type { CockpitClient } from '../../client/types.ts'
import { type HeroCard, heroCard, type LiveAnswer } from './heroCards.ts'
import { alertsOf, budgetOf, healthOf, operationOf, readActiveAlerts } from './liveHeroes.ts'

export interface Hero<T> extends HeroCard<T> {
  /** Reads it live now, whatever the snapshot says. */
  readonly retry: () => void
}

export interface Heroes {
  readonly operation: Hero<OperationHero>
  readonly alerts: Hero<AlertsHero>
  readonly budget: Hero<BudgetHero>
  readonly health: Hero<HealthHero>
}

/** The four cards, each from the snapshot where it can be, else read live by itself once for each opening of Now. */
export function useHeroes(): Heroes {
  const snapshot = useFreshSnapshot()
  return {
    operation: useHero('operation', snapshot, projectOperation, readOperation),
    alerts: useHero('alerts', snapshot, projectAlerts, readAlerts),
    budget: useHero('budget', snapshot, projectBudget, readBudget),
    health: useHero('health', snapshot, projectHealth, readHealth),
  }
}

type Read<T> = (client: CockpitClient) => Promise<Omit<LiveAnswer<T>, 'atMs'>>

const readOperation: Read<OperationHero> = async (client) => operationOf(await client.operational.get())
const readAlerts: Read<AlertsHero> = async (client) => alertsOf(await readActiveAlerts(client))
const readBudget: Read<BudgetHero> = async (client) => budgetOf(await client.spend.state())
const readHealth: Read<HealthHero> = async (client) => healthOf(await client.system.info())

/** The reader judges freshness. While the line is down the last one stays and shows its age. */
export function useFreshSnapshot(): Snapshot | null {
  const { online } = useCockpit()
  const snapshot = useMirror((mirror) => mirror.snapshot)
  const fresh = useTick(
    (nowMs) => snapshot !== null && (!online || isFresh(snapshot.computed_at, nowMs, snapshot.fresh_for_seconds)),
  )
  return fresh ? snapshot : null
}

function useHero<T>(
  name: HeroName,
  snapshot: Snapshot | null,
  project: (snapshot: Snapshot) => T | null,
  read: Read<T>,
): Hero<T> {
  const { client, online } = useCockpit()
  const [answer, setAnswer] = useState<LiveAnswer<T> | null>(null)
  const asked = useRef(false)
  const projected = useMemo(() => (snapshot === null ? null : project(snapshot)), [snapshot, project])
  const { state, run } = useWork(async () => {
    const said = await read(client)
    setAnswer({ ...said, atMs: daemonNowMs() })
  })
  const missing = projected === null
  useEffect(() => {
    // Once by itself; everything after is a press. What the daemon tells meanwhile starts no further read.
    if (!missing || !online || asked.current) return
    asked.current = true
    void run()
  }, [missing, online, run])

  const retry = useCallback(() => void run(), [run])
  const live = {
    reading: state.kind === 'running',
    answer,
    problem: state.kind === 'failed' ? state.problem : null,
  }
  return { ...heroCard(name, snapshot, projected, live), retry }
}
