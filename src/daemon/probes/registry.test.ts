import { expect, test } from 'vitest'
import { KoraError } from '../../domain/errors.ts'
import { probeKinds, providerOrder } from '../../domain/probe.ts'
import { providerFor, providers } from './registry.ts'

test('every kind has its provider, in the order of lists', () => {
  expect(providers.map(({ kind }) => kind)).toEqual(providerOrder)
  for (const kind of probeKinds) expect(providerFor(kind).kind).toBe(kind)
  expect(() => providerFor('ftp')).toThrow(KoraError)
})
