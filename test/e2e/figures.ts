import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allHosts } from './hosts.ts'

/** One line for each headless process the specs ended in order: the longest its thread was held, ms. */
export const heldFile = process.env['KORA_TEST_HELD_FILE'] ?? join(tmpdir(), `kora-held-${process.pid}`)

/** Says after the run which hosts it was about, and prints the figure it alone can measure. */
export default function figures(): void {
  for (const { name, missing } of allHosts())
    console.log(`host ${name}: ${missing === null ? 'ran' : `not run, ${missing}`}`)
  const held = readLines(heldFile)
  rmSync(heldFile, { force: true })
  if (held.length === 0) return
  const value = Number(Math.max(...held).toFixed(1))
  console.log(
    JSON.stringify({ name: 'main process held, worst of the end-to-end suite', value, unit: 'ms', bound: 50 }),
  )
}

function readLines(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').map(Number)
  } catch {
    // No headless process ended in order.
    return []
  }
}
