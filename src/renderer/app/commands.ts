/** Something the palette can do or open. */
export interface Command {
  readonly id: string
  readonly group: string
  readonly label: string
  /** Words it is also found by. */
  readonly words?: string
  /** Shown at the edge: a state, an age, keys. */
  readonly edge?: string
  /** Why it cannot be done now. */
  readonly unavailable?: string | null
  run: () => void
}

/** More of one group would bury the others. */
const shownPerGroup = 8

/**
 * The commands a query asks for: every word of it must occur somewhere in the label or the words, label starts first,
 * the given order within. An empty query shows the beginning of each group.
 */
export function findCommands(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const ranked = commands.flatMap((command, index) => {
    const label = command.label.toLowerCase()
    const text = `${label} ${command.words?.toLowerCase() ?? ''} ${command.group.toLowerCase()}`
    if (!words.every((word) => text.includes(word))) return []
    const first = words[0] ?? ''
    const rank = label.startsWith(first) ? 0 : label.includes(` ${first}`) ? 1 : label.includes(first) ? 2 : 3
    return [{ command, index, rank }]
  })
  const taken = new Map<string, number>()
  return ranked
    .toSorted((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ command }) => command)
    .filter((command) => {
      const count = taken.get(command.group) ?? 0
      taken.set(command.group, count + 1)
      return count < shownPerGroup
    })
}

/**
 * What stands below everything that was found: the same words, looked for in History.
 * @param run told the words
 * @returns null when nothing was typed
 */
export function historySearch(query: string, run: (words: string) => void): Command | null {
  const words = query.trim()
  if (words === '') return null
  return { id: 'search-history', group: 'History', label: `Search History for “${words}”`, run: () => run(words) }
}

/** Commands by group; groups stand in the order of their best command. */
export function grouped(commands: readonly Command[]): readonly { group: string; commands: readonly Command[] }[] {
  const groups = new Map<string, Command[]>()
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command])
  return [...groups].map(([group, members]) => ({ group, commands: members }))
}
