import { createContext, useContext } from 'react'
import type { CockpitClient } from './types.ts'

export interface Cockpit {
  /** Of the newest connection; calls on it fail while the line is down. */
  readonly client: CockpitClient
  readonly host: 'desktop' | 'headless'
  /** False while the line is down: what needs the daemon is disabled with the reason. */
  readonly online: boolean
}

export const CockpitContext = createContext<Cockpit | null>(null)

export const offlineReason = 'Needs the connection to Kora, which is down'

export function useCockpit(): Cockpit {
  const cockpit = useContext(CockpitContext)
  if (!cockpit) throw new Error('useCockpit outside the shell')
  return cockpit
}

export function useClient(): CockpitClient {
  return useCockpit().client
}
