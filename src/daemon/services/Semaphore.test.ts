import { describe, expect, it } from 'vitest'
import { Semaphore } from './Semaphore.ts'

/** Tasks that end when told. */
function tasks() {
  const ends = new Map<string, () => void>()
  const order: string[] = []
  return {
    order,
    running: () => [...ends.keys()],
    task: (name: string) => async (): Promise<string> => {
      order.push(name)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      ends.delete(name)
      return name
    },
    end: async (name: string) => {
      ends.get(name)?.()
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    },
  }
}

describe('Semaphore', () => {
  it('runs as many as it may, the others in the order they came', async () => {
    const semaphore = new Semaphore(() => 2)
    const { task, order, running, end } = tasks()
    const all = ['a', 'b', 'c', 'd'].map((name) => semaphore.run(task(name)))
    expect(running()).toEqual(['a', 'b'])
    await end('b')
    expect(running()).toEqual(['a', 'c'])
    await end('a')
    await end('c')
    await end('d')
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
    expect(order).toEqual(['a', 'b', 'c', 'd'])
  })

  it('passes a failure on and frees its place', async () => {
    const semaphore = new Semaphore(() => 1)
    await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await semaphore.run(() => Promise.resolve('yes'))).toBe('yes')
  })

  it('lets nobody slip in between a place and the one who waits for it', async () => {
    const semaphore = new Semaphore(() => 1)
    const { task, running, end } = tasks()
    const waiting = [semaphore.run(task('a')), semaphore.run(task('b'))]
    await end('a')
    const late = semaphore.run(task('late'))
    expect(running()).toEqual(['b'])
    await end('b')
    await end('late')
    await Promise.all([...waiting, late])
  })

  it('follows a limit that changes', async () => {
    let limit = 1
    const semaphore = new Semaphore(() => limit)
    const { task, running, end } = tasks()
    const first = semaphore.run(task('a'))
    limit = 2
    const second = semaphore.run(task('b'))
    expect(running()).toEqual(['a', 'b'])
    await end('a')
    await end('b')
    await Promise.all([first, second])
  })
})
