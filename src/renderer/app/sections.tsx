import type { ComponentType, ReactNode } from 'react'
import { Glyph } from '../components/Glyph.tsx'
import { ListInspector, ListItem } from '../components/Layout.tsx'
import type { Tone } from '../components/status.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { navigate, useRoute } from './router.ts'
import { routePath } from './route.ts'
import { focusItem, isNarrow, moveFocus, useShortcuts } from './shortcuts.ts'

export interface SectionEntry {
  readonly id: string
  readonly label: string
  /** The state of the section in a few words, live. */
  readonly text: ReactNode
  readonly icon: ComponentType<{ size?: number; strokeWidth?: number; 'aria-hidden'?: 'true' }>
  /** Marked at the edge unless it is well: the usual needs no mark. */
  readonly tone?: Tone
  readonly edge?: ReactNode
  readonly page: ReactNode
}

/** A place whose list is its sections: System and Settings. An unknown section is the first one. */
export function Sections({
  place,
  label,
  sections,
}: {
  place: string
  label: string
  sections: readonly [SectionEntry, ...SectionEntry[]]
}) {
  const { rest } = useRoute()
  const opened = sections.find((section) => section.id === rest[0])
  const shown = opened ?? sections[0]
  const go = (step: 1 | -1) => {
    if (isNarrow() && !opened) {
      moveFocus(document.querySelector('[data-list]'), step)
      return
    }
    const next = sections[sections.indexOf(shown) + step]
    if (!next) return
    navigate(routePath(place, next.id), { replace: true, quiet: true })
    focusItem(next.id)
  }
  useShortcuts([
    { keys: ['j', 'ArrowDown'], run: () => go(1) },
    { keys: ['k', 'ArrowUp'], run: () => go(-1) },
    {
      keys: ['Escape'],
      run: () => {
        if (isNarrow()) navigate(routePath(place), { quiet: true })
        setTimeout(() => focusItem(shown.id))
      },
    },
  ])
  return (
    <ListInspector
      listLabel={label}
      backLabel={label}
      list={sections.map((section) => (
        <ListItem
          key={section.id}
          id={section.id}
          href={`#${routePath(place, section.id)}`}
          mark={<section.icon size={15} strokeWidth={1.6} aria-hidden="true" />}
          title={section.label}
          text={section.text}
          edge={section.tone && section.tone !== 'well' ? <Glyph name={section.tone} /> : section.edge}
          selected={section.id === shown.id}
        />
      ))}
      inspector={
        <ErrorBoundary key={shown.id} place={shown.label}>
          {shown.page}
        </ErrorBoundary>
      }
      opened={opened !== undefined}
      subject={shown.id}
      onBack={() => navigate(routePath(place))}
    />
  )
}
