import { alerts } from './alerts.ts'
import { history } from './history.ts'
import { incidents } from './incidents.ts'
import { operational } from './operational.ts'
import { probes } from './probes.ts'
import { settings } from './settings.ts'
import { spend } from './spend.ts'
import { state } from './state.ts'
import { system } from './system.ts'
import { views } from './views.ts'

/** Everything a cockpit or the command line may ask of a daemon, on every host alike. */
export const contract = { state, probes, incidents, alerts, history, spend, operational, system, settings, views }
export type Contract = typeof contract
