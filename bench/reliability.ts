/**
 * The figures of the fault matrix that the bench shows: the integration tests of these rows, run with a moderate number
 * of rounds. `npm run torture` runs every row, in full. A row whose tests print no figure shows how many of them failed.
 */
import { matrix } from './matrix.ts'
import { runTests } from './runTests.ts'

const shown = new Set([1, 2, 7, 8, 11, 12, 13, 15, 16, 18, 26, 27, 28, 30, 31, 32, 33, 34, 38])

for (const row of matrix) {
  if (!shown.has(row.row) || row.how.kind !== 'tests') continue
  const { figures, failed, output } = runTests(row, row.how, row.how.rounds?.[0])
  for (const figure of figures) console.log(JSON.stringify(figure))
  if (failed > 0) {
    console.error(output)
    process.exitCode = 1
  }
}
