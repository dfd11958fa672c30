import { type RefObject, useEffect } from 'react'
import { navigate } from '../../app/router.ts'
import { moveFocus, useShortcuts } from '../../app/shortcuts.ts'
import { useNewest } from '../../client/hooks.ts'
import { focusSoon } from './focusSoon.ts'
import { type HistoryView, viewPath } from './historyView.ts'
import type { RecordReader } from './recordReader.ts'

/** What waited comes by itself once somebody is back at the top, and has closed what they read. */
export function useTakeAtTop(
  scroller: RefObject<HTMLElement | null>,
  atTop: () => boolean,
  recordId: number | null,
  reader: RecordReader,
  take: () => void,
): void {
  const top = useNewest(atTop)
  useEffect(() => {
    const area = scroller.current
    const look = () => {
      if (top.current() && reader.get().fresh > 0) take()
    }
    look()
    area?.addEventListener('scroll', look, { passive: true })
    return () => area?.removeEventListener('scroll', look)
  }, [scroller, top, recordId, reader, take])
}

/** j and k move through the records, with the inspector when it is open; Escape leaves it. */
export function useListKeys(view: HistoryView, opened: number | null, reader: RecordReader): void {
  const move = (step: 1 | -1) => {
    if (opened === null) {
      moveFocus(document.querySelector('[data-list]'), step)
      return
    }
    const { lines } = reader.get()
    const at = reader.indexOf(opened)
    const heading = lines[at + step]?.kind === 'day' ? step : 0
    const next = at === -1 ? lines.find((one) => one.kind === 'record') : lines[at + step + heading]
    if (next?.kind === 'record') {
      navigate(viewPath(view, next.item.id), { replace: true, quiet: true })
      focusSoon(next.item.id)
    } else if (step === 1) {
      void reader.more()
    }
  }
  const leave = () => {
    if (opened === null) return
    navigate(viewPath(view), { quiet: true })
    focusSoon(opened)
  }
  useShortcuts([
    { keys: ['j', 'ArrowDown'], run: () => move(1) },
    { keys: ['k', 'ArrowUp'], run: () => move(-1) },
    { keys: ['Escape'], run: leave },
  ])
}
