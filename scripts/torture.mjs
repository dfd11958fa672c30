// The fault matrix in full: every row of the reliability specification, tried or named with the reason why not, one
// line each with its figures. `npm run torture -- 4 15` runs some rows. Takes about an hour; rows 4 and 6 want root on
// Linux, since they break a disk.
import { nodeRefusal } from './startPlan.mjs'

const refusal = nodeRefusal(process.versions.node)
if (refusal) {
  console.error(refusal)
  process.exit(2)
}
// TypeScript: loaded only once this Node is known to read it.
const { isMissed } = await import('../bench/figures.ts')
const { matrix } = await import('../bench/matrix.ts')
const { runTests } = await import('../bench/runTests.ts')
const { scenarios } = await import('../bench/scenarios.ts')
const { ensureBuilt } = await import('./ensureBuilt.mjs')

const asked = process.argv.slice(2).map(Number)
const rows = matrix.filter(({ row }) => asked.length === 0 || asked.includes(row))
const sum = { run: 0, failed: 0, notRun: 0 }

function say(row, text, figures = []) {
  console.log(`row ${row.row}: ${row.fault}: ${text}`)
  for (const figure of figures) console.log(`  ${JSON.stringify(figure)}`)
}

function tally(row, text, figures, failed) {
  const missed = figures.filter(isMissed)
  const bad = failed || missed.length > 0
  sum.run++
  if (bad) sum.failed++
  say(row, `run, ${text}${missed.length > 0 ? `, ${missed.length} bound(s) missed` : ''}`, figures)
}

function runTestRow(row) {
  const rounds = row.how.rounds?.[1]
  const { passed, failed, figures, output } = runTests(row, row.how, rounds)
  const tests = `${passed} of ${passed + failed} tests passed`
  tally(row, rounds === undefined ? tests : `up to ${rounds} rounds, ${tests}`, figures, failed > 0)
  if (failed > 0) console.error(output)
}

async function runScenario(row) {
  const scenario = scenarios[row.how.name]
  const missing = scenario.missing()
  if (missing !== null) return skip(row, missing)
  ensureBuilt((line) => console.error(line))
  try {
    tally(row, 'with a real process', await scenario.run(), false)
  } catch (error) {
    tally(row, `failed: ${error.message}`, [], true)
    console.error(error)
  }
}

function skip(row, reason) {
  sum.notRun++
  say(row, `not run: ${reason}`)
}

for (const row of rows) {
  if (row.how.kind === 'not_run') skip(row, row.how.reason)
  else if (row.how.kind === 'tests') runTestRow(row)
  else await runScenario(row)
}
console.log(`${sum.run} run, ${sum.failed} of them failed, ${sum.notRun} not run`)
process.exitCode = sum.failed === 0 ? 0 : 1
