import ChevronDown from 'lucide-react/icons/chevron-down'
import X from 'lucide-react/icons/x'
import { useId, useState } from 'react'
import type { SavedFilter } from '../../../contract/history.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { explain, type Problem } from '../../client/errors.ts'
import { useWork } from '../../client/hooks.ts'
import { Button, IconButton } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { TextField } from '../../components/Field.tsx'
import { Popover } from '../../components/Popover.tsx'
import { InlineProblem } from '../../components/States.tsx'
import { notify } from '../../components/toasts.ts'
import styles from './FilterBar.module.css'
import { type HistoryView, isSaved, savedFrom, savedSpanWords, viewOfSaved } from './historyView.ts'
import { presetOf } from './span.ts'
import { savingAs, savingVerb } from './savedFilters.ts'

export interface Saved {
  readonly list: readonly SavedFilter[]
  /** Why they could not be read. */
  readonly problem: Problem | null
  /** As the daemon answered a change. */
  keep: (list: readonly SavedFilter[]) => void
  reload: () => void
}

interface SavedFiltersProps {
  view: HistoryView
  saved: Saved
  onApply: (view: HistoryView) => void
}

/** Filters that were kept: applied, saved, renamed and removed here. */
export function SavedFilters({ view, saved, onApply }: SavedFiltersProps) {
  const { client, online } = useCockpit()
  const [open, setOpen] = useState(false)
  const [saving, setSaving] = useState(false)
  const [lastId, setLastId] = useState<string | null>(null)
  const { list, problem, keep, reload } = saved
  const shown = list.find((one) => isSaved(view, one)) ?? null
  const inUse = shown ?? list.find(({ id }) => id === lastId) ?? null
  const unavailable = online ? null : offlineReason

  const remove = (filter: SavedFilter) => {
    const undo = () =>
      client.history.saveFilter(filter).then(keep, (error: unknown) => {
        notify({ title: `“${filter.name}” was not brought back`, text: explain(error).message, failed: true })
      })
    client.history.removeFilter({ id: filter.id }).then(
      (left) => {
        keep(left)
        notify({ title: `Removed “${filter.name}”`, action: { label: 'Undo', run: () => void undo() } })
      },
      (error: unknown) =>
        notify({ title: `“${filter.name}” was not removed`, text: explain(error).message, failed: true }),
    )
  }
  return (
    <>
      <Popover
        title="Saved filters"
        open={open}
        onOpenChange={(next) => {
          setOpen(next)
          // Another window may have changed them.
          if (next) reload()
        }}
        trigger={
          <Button>
            Saved
            <ChevronDown size={14} aria-hidden="true" />
          </Button>
        }
      >
        {problem ? <InlineProblem problem={problem} /> : null}
        {list.length === 0 && !problem ? (
          <p className={styles['note']}>None yet. Save what is shown now to come back to it.</p>
        ) : null}
        <ul className={styles['saved']}>
          {list.map((filter) => (
            <li key={filter.id}>
              <button
                type="button"
                className={styles['savedName']}
                aria-current={filter === shown}
                onClick={() => {
                  setLastId(filter.id)
                  setOpen(false)
                  onApply(viewOfSaved(filter, view.file))
                }}
              >
                <span>{filter.name}</span>
                <span className={styles['savedSpan']}>{savedSpanWords(filter)}</span>
              </button>
              <IconButton label={`Remove ${filter.name}`} unavailable={unavailable} onClick={() => remove(filter)}>
                <X size={14} aria-hidden="true" />
              </IconButton>
            </li>
          ))}
        </ul>
        <Button
          unavailable={unavailable}
          onClick={() => {
            setOpen(false)
            setSaving(true)
          }}
        >
          Save this filter…
        </Button>
      </Popover>
      {saving ? (
        <SaveDialog
          view={view}
          saved={list}
          inUse={inUse}
          onClose={() => setSaving(false)}
          onSaved={(next, id) => {
            setSaving(false)
            setLastId(id)
            keep(next)
          }}
        />
      ) : null}
    </>
  )
}

interface SaveDialogProps {
  view: HistoryView
  saved: readonly SavedFilter[]
  inUse: SavedFilter | null
  onClose: () => void
  onSaved: (saved: readonly SavedFilter[], id: string) => void
}

function SaveDialog({ view, saved, inUse, onClose, onSaved }: SaveDialogProps) {
  const { client } = useCockpit()
  const form = useId()
  const [name, setName] = useState(inUse?.name ?? '')
  const [missing, setMissing] = useState(false)
  const { state, run } = useWork(async (id: string) => {
    onSaved(await client.history.saveFilter(savedFrom(view, id, name.trim())), id)
  })
  const saving = savingAs(name, saved, inUse)
  const save = (id: string) => {
    setMissing(name.trim() === '')
    if (name.trim() !== '') void run(id)
  }
  return (
    <Dialog
      open
      title="Save this filter"
      text={keptWords(view)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {saving.kind === 'rename' ? <Button onClick={() => save(newId())}>Save as another</Button> : null}
          <Button look="primary" type="submit" form={form} busy={state.kind === 'running'}>
            {savingVerb(saving)}
          </Button>
        </>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault()
          save(saving.kind === 'new' ? newId() : saving.saved.id)
        }}
      >
        <TextField
          label="Name"
          value={name}
          autoFocus
          error={missing && name.trim() === '' ? 'A name is needed.' : null}
          onChange={(next) => setName(next.slice(0, 60))}
        />
      </form>
      {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
    </Dialog>
  )
}

/** What of the span is kept. */
function keptWords(view: HistoryView): string {
  if (view.span.kind === 'last')
    return `It will show the ${savedSpanWords(savedFrom(view, '', ''))} of whenever it is used.`
  return presetOf(view.span) === 'all'
    ? 'It will show any time.'
    : 'It will show any time: the two times shown now are not kept.'
}

function newId(): string {
  return `fil_${crypto.randomUUID()}`
}
