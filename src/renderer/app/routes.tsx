import DollarSign from 'lucide-react/icons/dollar-sign'
import HistoryIcon from 'lucide-react/icons/history'
import House from 'lucide-react/icons/house'
import Search from 'lucide-react/icons/search'
import Server from 'lucide-react/icons/server'
import SettingsIcon from 'lucide-react/icons/settings'
import type { ComponentType } from 'react'
import { HistoryPlace } from '../places/history/HistoryPlace.tsx'
import { InvestigationsPlace } from '../places/investigations/InvestigationsPlace.tsx'
import { NowPlace } from '../places/now/NowPlace.tsx'
import { SettingsPlace } from '../places/settings/SettingsPlace.tsx'
import { SpendPlace } from '../places/spend/SpendPlace.tsx'
import { SystemPlace } from '../places/system/SystemPlace.tsx'

interface Place {
  /** First segment of its routes. */
  readonly id: string
  readonly label: string
  readonly icon: ComponentType<{ size?: number; strokeWidth?: number; 'aria-hidden'?: 'true' }>
  readonly keys: string
  readonly component: ComponentType
}

/** Every place of the cockpit, in the order of the sidebar. Numbers follow the seven places of the whole product. */
export const places: readonly [Place, ...Place[]] = [
  { id: 'now', label: 'Now', icon: House, keys: 'Mod+1', component: NowPlace },
  { id: 'investigations', label: 'Investigations', icon: Search, keys: 'Mod+2', component: InvestigationsPlace },
  { id: 'spend', label: 'Spend', icon: DollarSign, keys: 'Mod+5', component: SpendPlace },
  { id: 'system', label: 'System', icon: Server, keys: 'Mod+6', component: SystemPlace },
  { id: 'history', label: 'History', icon: HistoryIcon, keys: 'Mod+7', component: HistoryPlace },
  { id: 'settings', label: 'Settings', icon: SettingsIcon, keys: 'Mod+,', component: SettingsPlace },
]
