import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HistoryItem } from '../../../contract/history.ts'
import { type Line, RecordLines } from './recordLines.ts'

beforeAll(() => void vi.stubEnv('TZ', 'Europe/Berlin'))
afterAll(() => void vi.unstubAllEnvs())

/** A record of which the number is its time: hours since 12 May 00:00 in Berlin. */
function item(hours: number): HistoryItem {
  const atMs = Date.UTC(2026, 4, 11, 22) + hours * 3_600_000
  return {
    id: atMs * 1_024,
    atMs,
    kind: 'system',
    seam: 'backup.created',
    known: true,
    tone: 'neutral',
    text: `${hours}`,
    aside: null,
    severity: null,
    costNanoUsd: null,
    origin: null,
    sessionId: null,
    correlationId: null,
    route: null,
  }
}

const items = (...hours: number[]) => hours.map(item)
const texts = (lines: readonly Line[]) =>
  lines.map((line) => (line.kind === 'day' ? `— ${new Date(line.atMs).getDate()}` : line.item.text))

describe('RecordLines', () => {
  it('puts a heading above each day of the operator', () => {
    const lines = new RecordLines()
    lines.append(items(9, 1, 0))
    lines.append(items(-1, -2))
    lines.append(items(-3, -25))
    expect(texts(lines.all)).toEqual(['— 12', '9', '1', '0', '— 11', '-1', '-2', '-3', '— 10', '-25'])
    expect(lines.oldest?.text).toBe('-25')
  })

  it('finds each record, and none that was not read', () => {
    const lines = new RecordLines()
    lines.append(items(50, 49, 23, 22, 21, 1, -5, -30))
    const found = lines.all.map((line, at) => (line.kind === 'day' ? at : lines.indexOf(line.item.id)))
    expect(found).toEqual([...lines.all.keys()])
    expect([51, 48, 2, -31].map((hours) => lines.indexOf(item(hours).id))).toEqual([-1, -1, -1, -1])
    expect(new RecordLines().indexOf(1)).toBe(-1)
  })

  it('keeps its list from page to page', () => {
    const lines = new RecordLines()
    const { all } = lines
    lines.append(items(9))
    lines.append(items(8))
    expect(lines.all).toBe(all)
  })

  it('counts what a newest page brings, and takes it in at its place', () => {
    const lines = new RecordLines()
    lines.append(items(9, 7, 5, 3))
    // 6 was indexed late.
    const page = items(10, 9, 7, 6, 5)
    expect(lines.missing(page)).toBe(2)
    lines.refresh(page)
    expect(texts(lines.all)).toEqual(['— 12', '10', '9', '7', '6', '5', '3'])
    expect(lines.missing(page)).toBe(0)
  })

  it('begins a new day above the old one, and keeps the heading of what stays', () => {
    const lines = new RecordLines()
    lines.append(items(23, 22))
    lines.refresh(items(24.5))
    expect(texts(lines.all)).toEqual(['— 13', '24.5', '— 12', '23', '22'])
    lines.refresh(items(25, 24.5, 23))
    expect(texts(lines.all)).toEqual(['— 13', '25', '24.5', '— 12', '23', '22'])
    lines.refresh([])
    expect(lines.all).toHaveLength(6)
  })

  it('fills an empty list', () => {
    const lines = new RecordLines()
    expect([lines.oldest, lines.missing(items(2, 1))]).toEqual([null, 2])
    lines.refresh(items(2, 1))
    expect(texts(lines.all)).toEqual(['— 12', '2', '1'])
  })

  it('forgets what lies before a moment, its heading with it', () => {
    const lines = new RecordLines()
    lines.append(items(2, 1, -1, -2))
    expect(lines.trim(item(-2).atMs)).toBe(false)
    expect(lines.trim(item(0).atMs)).toBe(true)
    expect(texts(lines.all)).toEqual(['— 12', '2', '1'])
    expect(lines.trim(item(9).atMs)).toBe(true)
    expect(lines.all).toEqual([])
  })
})
