import { afterEach, expect, it, vi } from 'vitest'
import { machineTimeZone } from './timeZone.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it.each([
  ['Europe/Berlin', 'Europe/Berlin'],
  ['UTC', 'UTC'],
  ['', 'UTC'],
  ['Etc/Unknown', 'UTC'],
  ['Nonsense/Zone', 'UTC'],
])('TZ "%s" is %s', (name, zone) => {
  vi.stubEnv('TZ', name)
  expect(machineTimeZone()).toBe(zone)
})
