// Loaded in front of the headless process by the end-to-end specs: how long its one thread was ever held, from the
// moment it serves until it ends. Every call, check, write and lazily loaded client of the suite counts.
import { appendFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const file = process.env['KORA_TEST_HELD_FILE']
const delay = monitorEventLoopDelay({ resolution: 1 })
const write = process.stdout.write.bind(process.stdout)
process.stdout.write = (chunk, ...rest) => {
  if (String(chunk).includes('Open the cockpit')) delay.enable()
  return write(chunk, ...rest)
}
// A histogram of timer lateness: the resolution itself is not delay.
process.on('exit', () => {
  if (file) appendFileSync(file, `${Math.max(0, delay.max / 1e6 - 1)}\n`)
})
