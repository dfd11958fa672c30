import type { ActivityItem } from '../../../contract/state.ts'
import { countOf } from '../../components/format.ts'
import type { GlyphName } from '../../components/Glyph.tsx'
import { severityTone } from '../../components/status.ts'

/** Newest first: what happened after the operator last looked; everything when they never did. */
export function sinceLooked(items: readonly ActivityItem[], lastLookedAtMs: number | null): readonly ActivityItem[] {
  return lastLookedAtMs === null ? items : items.filter((item) => item.atMs > lastLookedAtMs)
}

const counted: readonly (readonly [ActivityItem['kind'], string, string])[] = [
  ['opened', 'incident', 'incidents'],
  ['investigated', 'investigation', 'investigations'],
  ['resolved', 'recovery', 'recoveries'],
  ['told', 'message', 'messages'],
  ['undelivered', 'message not delivered', 'messages not delivered'],
]

/** "2 incidents · 2 investigations · 1 recovery"; what did not happen is not counted. */
export function activitySummary(items: readonly ActivityItem[]): string {
  return counted
    .flatMap(([kind, one, many]) => {
      const count = items.filter((item) => item.kind === kind).length
      return count === 0 ? [] : [countOf(count, one, many)]
    })
    .join(' · ')
}

export function activityGlyph(item: Pick<ActivityItem, 'kind' | 'severity'>): GlyphName {
  switch (item.kind) {
    case 'opened':
      return item.severity ? severityTone(item.severity) : 'attention'
    case 'resolved':
    case 'watching_again':
      return 'well'
    case 'investigated':
      return 'finding'
    case 'told':
      return 'told'
    case 'undelivered':
      return 'attention'
    case 'operator':
      return 'person'
    case 'not_watching':
      return 'not_watching'
    case 'budget':
      return item.severity ? severityTone(item.severity) : 'system'
    case 'system':
      return 'system'
  }
}
