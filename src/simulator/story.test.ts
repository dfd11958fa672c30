import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSimulator, type Simulator } from './simulator.ts'
import { applyStep, runStory, storyApp, storySteps } from './story.ts'

let simulator: Simulator

beforeEach(async () => {
  simulator = await startSimulator()
})
afterEach(() => simulator.close())

const machineStates = (app: string): string[] => (simulator.state.fly.apps[app] ?? []).map((machine) => machine.state)

test('it is well for 40 s, fly stops for 2 min and recovers, later the site is slow', () => {
  const told = storySteps.map((step) => {
    applyStep(simulator, step)
    const delays = new Set(Object.values(simulator.state.site).map((page) => page.delayMs ?? 0))
    return [step.name, step.lastsMs, new Set(machineStates(storyApp)), Math.max(...delays) > 3_000]
  })
  expect(told).toEqual([
    ['all_well', 40_000, new Set(['started']), false],
    ['fly_stopped', 120_000, new Set(['stopped']), false],
    ['fly_recovered', 90_000, new Set(['started']), false],
    ['site_slow', 120_000, new Set(['started']), true],
    ['site_recovered', 180_000, new Set(['started']), false],
  ])
})

test('staging never breaks', () => {
  for (const step of storySteps) {
    applyStep(simulator, step)
    expect(machineStates('demo-staging')).toEqual(['started'])
  }
})

test('it plays round and round, the same each time, until aborted', async () => {
  const controller = new AbortController()
  const waits: number[] = []
  const names: string[] = []
  await runStory(simulator, {
    signal: controller.signal,
    wait: (ms) => {
      waits.push(ms)
      if (waits.length === storySteps.length * 2 + 1) controller.abort()
      return Promise.resolve()
    },
    onStep: (step) => names.push(step.name),
  })
  const round = storySteps.map((step) => step.name)
  expect(names).toEqual([...round, ...round, 'all_well'])
  expect(waits).toEqual([...storySteps, ...storySteps, storySteps[0]].map((step) => step?.lastsMs))
})

test('an abort ends a step that never would', async () => {
  const controller = new AbortController()
  const playing = runStory(simulator, {
    signal: controller.signal,
    wait: () => new Promise(() => undefined),
    onStep: () => controller.abort(),
  })
  await expect(playing).resolves.toBeUndefined()
  expect(simulator.state.pace.fly).toBeDefined()
})

test('the world the story breaks can be mended by hand, and services keep their pace', async () => {
  const broken = storySteps.find((step) => step.name === 'fly_stopped')
  if (broken === undefined) throw new Error('no such step')
  applyStep(simulator, broken)
  const id = simulator.state.fly.apps[storyApp]?.[0]?.id
  simulator.state.pace.fly = { baseMs: 1, spreadMs: 1 }
  await fetch(`${simulator.urls.fly}/v1/apps/${storyApp}/machines/${id}/restart`, { method: 'POST' })
  expect(machineStates(storyApp)).toEqual(['started', 'stopped'])
})
