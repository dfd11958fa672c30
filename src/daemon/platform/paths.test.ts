import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dataPaths } from './paths.ts'

it.each([
  [{ KORA_HOME: '/k', HERMES_HOME: '/h' }, '/k'],
  [{ HERMES_HOME: '/h' }, '/h'],
  [{ KORA_HOME: ' ', HERMES_HOME: ' /h ' }, '/h'],
  [{ KORA_HOME: '', HERMES_HOME: '', XDG_DATA_HOME: '/x' }, '/x/kora'],
])('audit, section 10: of %j the records lie in %s', (env, folder) => {
  const paths = dataPaths(env, 'linux', { demo: false })
  expect([paths.data, paths.database]).toEqual([folder, join(folder, 'kora.db')])
})
