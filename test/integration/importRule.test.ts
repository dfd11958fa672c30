import { execFile } from 'node:child_process'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { tempFolder } from '../fakes/tempFolder.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** One import per wrong arrow: the importing file, and what it must not import. */
const wrong: readonly [file: string, imported: string][] = [
  ['src/domain/a.ts', '../contract/index.ts'],
  ['src/domain/b.ts', 'node:fs'],
  ['src/contract/a.ts', '../daemon/createDaemon.ts'],
  ['src/contract/b.ts', '../renderer/app/main.tsx'],
  ['src/daemon/services/a.ts', '../../headless/HttpHost.ts'],
  ['src/daemon/services/b.ts', '../../main/index.ts'],
  ['src/daemon/services/c.ts', '../api/state.ts'],
  ['src/daemon/services/d.ts', '../../simulator/simulator.ts'],
  ['src/daemon/services/e.ts', 'better-sqlite3'],
  ['src/daemon/services/f.ts', 'electron'],
  ['src/daemon/api/a.ts', '../store/Store.ts'],
  ['src/daemon/store/a.ts', '../services/Events.ts'],
  ['src/daemon/store/b.ts', '../probes/registry.ts'],
  ['src/daemon/probes/a.ts', '../store/Store.ts'],
  ['src/daemon/probes/b.ts', '../clients/slack.ts'],
  ['src/daemon/clients/a.ts', '../services/Events.ts'],
  ['src/daemon/platform/a.ts', '../services/Events.ts'],
  ['src/daemon/platform/b.ts', '../store/Store.ts'],
  ['src/daemon/platform/c.ts', '../api/state.ts'],
  ['src/main/a.ts', '../headless/HttpHost.ts'],
  ['src/main/b.ts', '../renderer/app/main.tsx'],
  ['src/headless/a.ts', '../main/index.ts'],
  ['src/headless/b.ts', 'electron'],
  ['src/preload/a.ts', '../daemon/createDaemon.ts'],
  ['src/preload/b.ts', '../domain/errors.ts'],
  ['src/renderer/a.ts', '../daemon/createDaemon.ts'],
  ['src/renderer/b.ts', '../main/index.ts'],
  ['src/renderer/c.ts', 'electron'],
  ['src/renderer/d.ts', 'node:fs'],
  ['src/renderer/places/now/a.ts', '../settings/SettingsPlace.tsx'],
  ['src/daemon/probes/fly.ts', './http.ts'],
  ['src/simulator/a.ts', '../domain/errors.ts'],
]

const right: readonly [file: string, imported: string][] = [
  ['src/contract/ok.ts', '../domain/errors.ts'],
  ['src/daemon/api/ok.ts', '../services/Events.ts'],
  ['src/daemon/services/ok.ts', '../store/Store.ts'],
  ['src/daemon/store/ok.ts', 'better-sqlite3'],
  ['src/main/ok.ts', 'electron'],
  ['src/headless/ok.ts', '../simulator/simulator.ts'],
  ['src/renderer/ok.ts', '../domain/money.ts'],
  ['src/renderer/places/now/ok.ts', '../../components/Button.tsx'],
  ['src/daemon/probes/registry.ts', './http.ts'],
]

interface Finding {
  readonly filename: string
  readonly code: string
}

it('fails the lint for every arrow in the wrong direction, and for none in the right one', async () => {
  const folder = await tempFolder()
  await cp(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  for (const [file, imported] of [...wrong, ...right]) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), `import * as thing from '${imported}'\nexport const kept = thing\n`)
  }
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout } = await run(process.execPath, [oxlint, '--format', 'json'], { cwd: folder }).catch(
    (failure: { stdout: string }) => failure,
  )
  const findings = (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics
  const refused = findings
    .filter((finding) => finding.code.includes('no-restricted-imports'))
    .map((finding) => finding.filename.replaceAll('\\', '/'))
  expect(refused.toSorted()).toEqual(wrong.map(([file]) => file).toSorted())
})
