// Loaded in front of the headless process by the end-to-end specs: how long its one thread was ever held, from the
// moment it serves until it ends. Every call, check, write and lazily loaded client of the suite counts.
import { appendFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

const file = process.env['KORA_TEST_HELD_FILE']
const worst = { wallMs: 0, cpuMs: 0 }
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = (chunk, ...rest) => {
  if (String(chunk).includes('Open the cockpit')) watch()
  return write(chunk, ...rest)
}

/** Between two turns of a 1 ms timer the thread was held: by the wall clock, and by its own work in it. */
function watch() {
  let lastMs = performance.now()
  let lastCpuMs = cpuMs()
  const look = () => {
    const [nowMs, nowCpuMs] = [performance.now(), cpuMs()]
    worst.wallMs = Math.max(worst.wallMs, nowMs - lastMs - 1)
    worst.cpuMs = Math.max(worst.cpuMs, nowCpuMs - lastCpuMs)
    lastMs = nowMs
    lastCpuMs = nowCpuMs
    setTimeout(look, 1).unref()
  }
  setTimeout(look, 1).unref()
}

function cpuMs() {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

process.on('exit', () => {
  if (file) appendFileSync(file, `${JSON.stringify(worst)}\n`)
})
