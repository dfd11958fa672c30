import { expect, it } from 'vitest'
import { isBad, type ProbeStatus, probeStatuses, publishedStatus } from './observation.ts'

const table: Record<ProbeStatus, readonly [published: string, bad: boolean]> = {
  healthy: ['healthy', false],
  degraded: ['degraded', true],
  unhealthy: ['unhealthy', true],
  unreachable: ['unknown', true],
  not_configured: ['unknown', false],
  not_watching: ['unknown', false],
  unknown: ['unknown', false],
}

it.each(probeStatuses)('%s is published and counted as ruling 17 says', (status) => {
  expect([publishedStatus(status), isBad(status)]).toEqual(table[status])
})
