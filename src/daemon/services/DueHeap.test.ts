import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Due, DueHeap } from './DueHeap.ts'

const nothing = (): void => undefined

it('gives back what is due in order of time, then of arrival, without what was removed', () => {
  const steps = fc.array(fc.record({ dueMs: fc.integer({ min: 0, max: 50 }), removed: fc.boolean() }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 60 }), (plan, nowMs) => {
      const heap = new DueHeap()
      const added = plan.map(({ dueMs, removed }, no) => ({ due: heap.add(dueMs, nothing), removed, no }))
      for (const { due, removed } of added) if (removed) heap.remove(due)
      const left = added.filter(({ removed }) => !removed)
      const expected = left
        .filter(({ due }) => due.dueMs <= nowMs)
        .toSorted((a, b) => a.due.dueMs - b.due.dueMs || a.no - b.no)
        .map(({ due }) => due)
      const taken: Due[] = []
      for (let due = heap.takeDue(nowMs); due; due = heap.takeDue(nowMs)) taken.push(due)
      expect(taken).toEqual(expected)
      expect(heap.size).toBe(left.length - expected.length)
    }),
  )
})

it('lets one remove the same entry twice, or one that was taken', () => {
  const heap = new DueHeap()
  const a = heap.add(1, nothing)
  const b = heap.add(2, nothing)
  expect(heap.takeDue(1)).toBe(a)
  heap.remove(a)
  expect(heap.peek()).toBe(b)
  heap.remove(b)
  heap.remove(b)
  expect(heap.size).toBe(0)
})
