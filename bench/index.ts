/**
 * Runs the benches one after the other, each in a process of its own, and passes on the figures they print, one line of
 * JSON each. `npm run bench -- name …` runs some of them. At the end a table, and exit code 1 when a bound was missed
 * or a bench failed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureBuilt } from '../scripts/ensureBuilt.mjs'
import { type Figure, isMissed, readFigure } from './figures.ts'

/** Those that need what `npm run build` makes; the others run from the sources. */
const built = ['checks', 'start', 'calls', 'now', 'snapshot', 'historyPage']
const benches = [
  'wake',
  'alerts',
  ...built,
  'store',
  'audit',
  'historyMillion',
  'ledger',
  'ledgerMillion',
  'meter',
  'reliability',
]

async function run(bench: string): Promise<{ figures: Figure[]; failed: boolean }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${bench}.ts`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const figures: Figure[] = []
  for await (const line of createInterface(child.stdout)) {
    const figure = readFigure(line)
    if (figure === null) continue
    console.log(line)
    figures.push(figure)
  }
  const [code] = await exited
  return { figures, failed: code !== 0 }
}

function verdict(figure: Figure): string {
  if (figure.bound === null) return ''
  return isMissed(figure) ? 'missed' : 'ok'
}

function table(figures: readonly Figure[]): string {
  const cells = figures.map((figure) => {
    const { name, value, unit, bound } = figure
    const least = unit === 'ratio' ? 'at least' : 'at most'
    return [name, `${value} ${unit}`, bound === null ? '' : `${least} ${bound}`, verdict(figure)]
  })
  const widths = [0, 1, 2].map((column) => Math.max(0, ...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !benches.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. There are: ${benches.join(', ')}.`)
  process.exit(2)
}
const chosen = benches.filter((name) => asked.length === 0 || asked.includes(name))
if (chosen.some((name) => built.includes(name))) ensureBuilt((line: string) => console.error(line))

const figures: Figure[] = []
const failed: string[] = []
for (const bench of chosen) {
  const result = await run(bench)
  figures.push(...result.figures)
  if (result.failed) failed.push(bench)
}
console.error(`\n${table(figures)}`)
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 || figures.some(isMissed) ? 1 : 0
