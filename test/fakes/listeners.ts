import { Coordinator } from '../../src/daemon/services/Coordinator.ts'
import { Events } from '../../src/daemon/services/Events.ts'
import type { Listener, Pulse } from '../../src/daemon/listeners/listener.ts'
import { createFakeClock } from './fakeClock.ts'
import { createMemoryLogger } from './memoryLogger.ts'

/** One that notes in `steps` what is done to it. */
export function aListener(name: string, steps: string[], changes: Partial<Listener> = {}): Listener {
  const { start, stop, ...rest } = changes
  return {
    name,
    critical: false,
    async start(pulse, signal) {
      steps.push(`start ${name}`)
      await start?.(pulse, signal)
    },
    async stop() {
      steps.push(`stop ${name}`)
      await stop?.()
    },
    ...rest,
  }
}

/** A coordinator of these listeners on a fake clock, and what it told. */
export function coordinated(listeners: readonly Listener[], sessionId = 'a'.repeat(32)) {
  const clock = createFakeClock()
  const logger = createMemoryLogger()
  const events = new Events(logger)
  const changes: string[] = []
  let announced = 0
  events.on('daemon.changed', () => {
    announced += 1
  })
  const coordinator = new Coordinator({
    clock,
    logger,
    events,
    listeners,
    sessionId,
    redact: (text) => text.replaceAll('xoxb-secret', '[redacted]'),
    onChange: (name, from, to, why) => changes.push(`${name}: ${from} to ${to}, ${why}`),
  })
  const row = (name: string) => {
    const found = coordinator.rows().find((one) => one.name === name)
    if (!found) throw new Error(`there is no listener ${name}`)
    return found
  }
  const states = () => Object.fromEntries(coordinator.rows().map(({ name, state }) => [name, state]))
  return { clock, logger, events, coordinator, changes, announced: () => announced, row, states }
}

/** Keeps the pulse that a listener is given. */
export function pulseOf(): { start: (pulse: Pulse) => void; pulse: () => Pulse } {
  let kept: Pulse | null = null
  return {
    start: (pulse) => {
      kept = pulse
    },
    pulse: () => {
      if (kept === null) throw new Error('it was not started')
      return kept
    },
  }
}
