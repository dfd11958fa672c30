import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allHosts } from './hosts.ts'

/** One line for each headless process the specs ended in order: how long its thread was held at the most. */
export const heldFile = process.env['KORA_TEST_HELD_FILE'] ?? join(tmpdir(), `kora-held-${process.pid}`)

/** Says after the run which hosts it was about, and prints the figure it alone can measure. */
export default function figures(): void {
  for (const { name, missing } of allHosts())
    console.log(`host ${name}: ${missing === null ? 'ran' : `not run, ${missing}`}`)
  const held = readLines(heldFile)
  rmSync(heldFile, { force: true })
  if (held.length === 0) return
  const figure = (name: string, values: number[], bound: number | null): void =>
    console.log(JSON.stringify({ name, value: Number(Math.max(...values).toFixed(1)), unit: 'ms', bound }))
  // With a browser on the same two cores the wall clock also counts waiting for a core; the work itself has the bound.
  figure(
    'main process held by its own work, worst of the end-to-end suite',
    held.map((one) => one.cpuMs),
    50,
  )
  figure(
    'main process held by the wall clock, worst of the end-to-end suite',
    held.map((one) => one.wallMs),
    null,
  )
}

interface Held {
  readonly wallMs: number
  readonly cpuMs: number
}

function readLines(file: string): Held[] {
  try {
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Held)
  } catch {
    // No headless process ended in order.
    return []
  }
}
