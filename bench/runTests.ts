import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Figure, readFigure } from './figures.ts'
import type { Row, Tests } from './matrix.ts'

const root = join(import.meta.dirname, '..')
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')

export interface Ran {
  readonly passed: number
  readonly failed: number
  readonly figures: readonly Figure[]
  /** What the run printed, for when something failed. */
  readonly output: string
}

/** Runs the tests of one row and collects the figures they print; a row that prints none gets its failures as one. */
export function runTests(row: Row, how: Tests, rounds: number | undefined): Ran {
  const folder = mkdtempSync(join(tmpdir(), 'kora-matrix-'))
  const report = join(folder, 'report.json')
  const args = ['run', how.file, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const only = how.only === undefined ? [] : ['-t', how.only]
  const limit = rounds === undefined ? [] : [`--testTimeout=${60_000 + rounds * 5_000}`]
  const env = { ...process.env, NO_COLOR: '1', ...(rounds === undefined ? {} : { KORA_ROUNDS: String(rounds) }) }
  try {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [vitest, ...args, ...only, ...limit, '--disableConsoleIntercept'],
      {
        cwd: root,
        env,
        encoding: 'utf8',
        maxBuffer: 64 * 1_048_576,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const { numPassedTests: passed, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Report
    // A file that does not load, or a pattern that matches nothing, is a failure too.
    const failed = passed + numFailedTests === 0 ? 1 : numFailedTests
    const printed = stdout.split('\n').flatMap((line) => figureIn(line.trim(), row, how) ?? [])
    const unit = `of ${passed + failed} tests`
    const own = { name: `row ${row.row}: ${row.fault}, failed`, value: failed, unit, bound: 0 }
    return { passed, failed, figures: printed.length > 0 ? printed : [own], output: stdout + stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
}

function figureIn(line: string, { row, fault }: Row, { figure }: Tests): Figure | null {
  const own = readFigure(line)
  if (own !== null || !figure || !line.startsWith('{"row"')) return own
  const made = figure(JSON.parse(line) as Record<string, number>)
  return { ...made, name: `row ${row}: ${fault}: ${made.name}` }
}
