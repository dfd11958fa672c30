import { describe, expect, it } from 'vitest'
import { type Command, findCommands, grouped, historySearch } from './commands.ts'

function command(group: string, label: string, words?: string): Command {
  return { id: `${group}:${label}`, group, label, ...(words ? { words } : {}), run: () => undefined }
}

const commands = [
  command('Places', 'Now', 'alerts overview'),
  command('Places', 'System'),
  command('Services', 'api.example.app', 'http'),
  command('Services', 'supabase'),
  command('Actions', 'Check everything', 'refresh probes'),
  command('Actions', 'Create a backup'),
]

describe('findCommands', () => {
  const labels = (query: string) => findCommands(commands, query).map((one) => one.label)

  it('finds by label, by other words and by group', () => {
    expect(labels('alerts')).toEqual(['Now'])
    expect(labels('check')).toEqual(['Check everything'])
    expect(labels('services')).toEqual(['api.example.app', 'supabase'])
    expect(labels('every refresh')).toEqual(['Check everything'])
    expect(labels('nothing like it')).toEqual([])
  })

  it('puts what starts with the query before what contains it', () => {
    expect(labels('s')[0]).toBe('System')
    expect(labels('ba')).toEqual(['Create a backup', 'supabase'])
  })

  it('shows at most eight of a group, out of ten thousand', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => command('Services', `probe-${index}`))
    const found = findCommands([...many, ...commands], 'probe')
    expect(found).toHaveLength(9)
    expect(found.filter((one) => one.group === 'Services')).toHaveLength(8)
  })
})

it('groups in the order of the best command', () => {
  expect(grouped(findCommands(commands, '')).map(({ group }) => group)).toEqual(['Places', 'Services', 'Actions'])
})

it('looks for any words in History', () => {
  const asked: string[] = []
  const search = historySearch('  fly token ', (words) => asked.push(words))
  search?.run()
  expect([search?.label, asked]).toEqual(['Search History for “fly token”', ['fly token']])
  expect(historySearch('   ', () => undefined)).toBeNull()
})
