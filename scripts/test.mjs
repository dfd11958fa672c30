// Everything that must hold, in one command: checks, build, unit and integration tests, end-to-end on every host.
// The last line is the sum. Uses nothing but what `npm ci` brought and a Chromium, which it finds or installs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ensureChromium } from './ensureChromium.mjs'
import { refuseOldNode } from './nodeVersion.mjs'

refuseOldNode()
const out = mkdtempSync(join(tmpdir(), 'kora-test-'))
const sum = { passed: 0, failed: 0, skipped: 0 }
const failures = []

function run(command, args, env = {}) {
  return spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  })
}

function check(name, command, args) {
  console.log(`\n── ${name}`)
  const ok = run(command, args).status === 0
  if (ok) sum.passed++
  else {
    sum.failed++
    failures.push(name)
  }
  return ok
}

/** A runner that writes JSON; one that dies without writing it counts as one failure. */
function suite(name, command, args, file, count, env = {}) {
  console.log(`\n── ${name}`)
  const { status } = run(command, args, env)
  const counted = existsSync(file)
    ? count(JSON.parse(readFileSync(file, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 }
  const broke = status !== 0 && counted.failed === 0
  if (broke || counted.passed + counted.failed === 0) counted.failed = 1
  for (const key of Object.keys(sum)) sum[key] += counted[key]
  if (broke) failures.push(`${name}: the runner ended with ${status}, and no test failed; see what it printed above`)
  for (const test of counted.named ?? []) failures.push(`${name}: ${test}`)
}

/** Tests that failed, and those that never came to an end because their process did. */
function namedByVitest({ testResults }) {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative('.', name)
    const bad = assertionResults.filter(({ status }) => status === 'failed' || status === 'pending')
    if (bad.length === 0) return message === '' ? [] : [`${file}: ${message}`]
    return bad.map(({ status, fullName }) => `${file}: ${fullName}${status === 'failed' ? '' : ' (did not end)'}`)
  })
}

/** Failed tests, each with the host it failed on. */
function namedByPlaywright({ suites }) {
  const specs = suites.flatMap(function within(one) {
    return [...(one.specs ?? []), ...(one.suites ?? []).flatMap(within)]
  })
  return specs.flatMap(({ file, title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ projectName }) => `${file}: ${title} [${projectName}]`),
  )
}

check('types', 'tsc', ['--noEmit'])
check('lint, with the import rule', 'oxlint', ['--type-aware'])
check('format', 'biome', ['format', '.'])
check('unused code and dependencies', 'knip', [])
const built = check('build', 'electron-vite', ['build', '--logLevel', 'warn'])
const chromium = ensureChromium()

if (chromium === null) {
  failures.push('a Chromium to test in')
  sum.failed++
} else if (built) {
  const env = { CHROMIUM_PATH: chromium }
  const unit = join(out, 'unit.json')
  suite(
    'unit and integration',
    'vitest',
    ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${unit}`],
    unit,
    (report) => ({
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
      named: namedByVitest(report),
    }),
    env,
  )
  const e2e = join(out, 'e2e.json')
  suite(
    'end to end',
    'playwright',
    ['test'],
    e2e,
    (report) => ({
      passed: report.stats.expected,
      failed: report.stats.unexpected + report.stats.flaky,
      skipped: report.stats.skipped,
      named: namedByPlaywright(report),
    }),
    { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: e2e },
  )
}

rmSync(out, { recursive: true, force: true })
console.log('')
for (const failure of failures) console.log(`failed: ${failure}`)
if (sum.skipped > 0) console.log(`skipped: ${sum.skipped}`)
console.log(`${sum.passed} passed, ${sum.failed} failed`)
process.exitCode = sum.failed === 0 ? 0 : 1
