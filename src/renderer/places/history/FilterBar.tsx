import { useState } from 'react'
import type { HistoryBounds } from '../../../contract/history.ts'
import { historyKinds } from '../../../domain/history.ts'
import { Button } from '../../components/Button.tsx'
import { Segmented } from '../../components/Layout.tsx'
import { Popover } from '../../components/Popover.tsx'
import styles from './FilterBar.module.css'
import type { HistoryView } from './historyView.ts'
import { kindIcons, kindTitles, kindWords } from './kinds.ts'
import { MoreFilters } from './MoreFilters.tsx'
import { type Saved, SavedFilters } from './SavedFilters.tsx'
import { SearchField } from './SearchField.tsx'
import { fromField, type Plan, presetOf, presetSpan, type Span, spanPresets, toField } from './span.ts'

interface FilterBarProps {
  view: HistoryView
  plan: Plan
  bounds: HistoryBounds | null
  saved: Saved
  onChange: (view: HistoryView) => void
}

/** What is shown of History, and what narrows it. */
export function FilterBar({ view, plan, bounds, saved, onChange }: FilterBarProps) {
  const preset = presetOf(view.span)
  // What never occurred has nothing to show, unless it was chosen all the same.
  const occurring = new Set(bounds?.kinds.map(({ kind }) => kind) ?? historyKinds)
  const offered = historyKinds.filter((kind) => occurring.has(kind) || view.kinds.includes(kind))
  const toggle = (kind: HistoryView['kinds'][number]) => {
    const kinds = historyKinds.filter((one) => view.kinds.includes(one) !== (one === kind))
    onChange({ ...view, kinds })
  }
  return (
    <div className={styles['bar']} role="group" aria-label="Filter">
      <div className={styles['line']}>
        <div className={styles['spans']}>
          <Segmented<string>
            label="Span"
            value={preset ?? ''}
            options={spanPresets}
            onChange={(word) => onChange({ ...view, span: presetSpan(word) ?? view.span })}
          />
          <CustomSpan
            used={preset === null || spanPresets.every(({ value }) => value !== preset)}
            plan={plan}
            onChange={(span) => onChange({ ...view, span })}
          />
        </div>
        <SearchField text={view.text} onChange={(text) => onChange({ ...view, text })} />
        <div className={styles['buttons']}>
          <MoreFilters view={view} seams={bounds?.seams ?? []} onChange={onChange} />
          <SavedFilters view={view} saved={saved} onApply={onChange} />
        </div>
      </div>
      <div className={styles['kinds']} role="group" aria-label="Kinds">
        {offered.map((kind) => {
          const Icon = kindIcons[kind]
          return (
            <button
              key={kind}
              type="button"
              className={styles['kind']}
              aria-pressed={view.kinds.includes(kind)}
              title={kindTitles[kind]}
              onClick={() => toggle(kind)}
            >
              <Icon size={12} aria-hidden="true" />
              {kindWords[kind]}
            </button>
          )
        })}
      </div>
    </div>
  )
}

/** Two times of the operator's choice. */
function CustomSpan({ used, plan, onChange }: { used: boolean; plan: Plan; onChange: (span: Span) => void }) {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      title="Between two times"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button look="quiet" className={styles['custom']} aria-pressed={used}>
          Custom
        </Button>
      }
    >
      <CustomForm
        plan={plan}
        onChange={(span) => {
          setOpen(false)
          onChange(span)
        }}
      />
    </Popover>
  )
}

function CustomForm({ plan, onChange }: { plan: Plan; onChange: (span: Span) => void }) {
  const [given] = useState({ fromMs: plan.fromMs ?? plan.strip.fromMs, toMs: plan.endMs })
  const [from, setFrom] = useState(toField(given.fromMs))
  const [to, setTo] = useState(toField(given.toMs))
  const [error, setError] = useState<string | null>(null)
  // A field left as it was keeps its moment: in the hour that a clock change repeats, its text stands for two.
  const read = (text: string, ms: number) => (text === toField(ms) ? ms : fromField(text))
  const show = () => {
    const [fromMs, toMs] = [read(from, given.fromMs), read(to, given.toMs)]
    if (fromMs === null || toMs === null) return setError('Both times are needed.')
    if (toMs <= fromMs) return setError('The end must lie after the beginning.')
    onChange({ kind: 'between', fromMs, toMs })
  }
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault()
        show()
      }}
    >
      <label className={styles['field']}>
        From
        <input
          className={styles['input']}
          type="datetime-local"
          step="1"
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label className={styles['field']}>
        To
        <input
          className={styles['input']}
          type="datetime-local"
          step="1"
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </label>
      {error ? (
        <p className="small" role="alert">
          {error}
        </p>
      ) : null}
      <Button look="primary" type="submit">
        Show
      </Button>
    </form>
  )
}
