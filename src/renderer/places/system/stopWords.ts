import type { Mirror } from '../../client/mirror.ts'

/** What is under way and would be cut short by a stop, each in a few words. */
export function underWay({
  incidents,
  alerts,
  daemon,
}: {
  readonly incidents: readonly Pick<Mirror['incidents'][number], 'investigating' | 'probeTitle'>[]
  readonly alerts: readonly Pick<Mirror['alerts'][number], 'investigation' | 'title'>[]
  readonly daemon: { readonly schedules: readonly { readonly running: boolean; readonly label: string }[] }
}): readonly string[] {
  return [
    ...incidents.filter((one) => one.investigating).map((one) => `an investigation of ${one.probeTitle}`),
    ...alerts.filter((one) => one.investigation?.state === 'running').map((one) => `a look into “${one.title}”`),
    ...daemon.schedules.filter((one) => one.running).map((one) => `the task “${one.label}”`),
  ]
}

/** What a stop means where Kora runs. */
export function stopText(host: 'desktop' | 'headless'): string {
  return host === 'desktop'
    ? 'This quits the application. Nothing is watched and nothing is told until it is opened again.'
    : 'This ends the process. Nothing is watched and nothing is told until it is started again.'
}
