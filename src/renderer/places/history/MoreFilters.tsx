import ChevronDown from 'lucide-react/icons/chevron-down'
import { useState } from 'react'
import type { HistoryBounds } from '../../../contract/history.ts'
import { auditSources } from '../../../domain/audit.ts'
import { Button } from '../../components/Button.tsx'
import { SelectField, TextField } from '../../components/Field.tsx'
import { formatCount, sentenceCase } from '../../components/format.ts'
import { Popover } from '../../components/Popover.tsx'
import styles from './FilterBar.module.css'
import type { HistoryView } from './historyView.ts'
import { sourceWord } from './kinds.ts'

interface MoreFiltersProps {
  view: HistoryView
  seams: HistoryBounds['seams']
  onChange: (view: HistoryView) => void
}

/** What is narrowed by more rarely: seam, source, session and correlation. */
export function MoreFilters({ view, seams, onChange }: MoreFiltersProps) {
  const [open, setOpen] = useState(false)
  const used = [view.seam, view.origin, view.sessionId, view.correlationId].filter((part) => part !== '').length
  return (
    <Popover
      title="Narrow by"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button aria-label={used > 0 ? `More filters, ${used} in use` : 'More filters'}>
          More{used > 0 ? ` (${used})` : ''}
          <ChevronDown size={14} aria-hidden="true" />
        </Button>
      }
    >
      <MoreForm
        view={view}
        seams={seams}
        onChange={(next) => {
          setOpen(false)
          onChange(next)
        }}
      />
    </Popover>
  )
}

function MoreForm({ view, seams, onChange }: MoreFiltersProps) {
  const [seam, setSeam] = useState(view.seam)
  const [origin, setOrigin] = useState(view.origin)
  const [sessionId, setSessionId] = useState(view.sessionId)
  const [correlationId, setCorrelationId] = useState(view.correlationId)
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault()
        onChange({ ...view, seam, origin, sessionId: sessionId.trim(), correlationId: correlationId.trim() })
      }}
    >
      <SelectField label="Seam" value={seam} options={seamOptions(seams, view.seam)} onChange={setSeam} />
      <SelectField label="Source" value={origin} options={sourceOptions(view.origin)} onChange={setOrigin} />
      <TextField
        label="Session"
        mono
        value={sessionId}
        placeholder="probe:fly:service_unhealthy"
        onChange={setSessionId}
      />
      <TextField
        label="Incident or alert"
        mono
        value={correlationId}
        placeholder="inc_… or alt_…"
        onChange={setCorrelationId}
      />
      <Button look="primary" type="submit">
        Apply
      </Button>
    </form>
  )
}

function seamOptions(seams: HistoryBounds['seams'], chosen: string) {
  const missing = chosen !== '' && seams.every(({ seam }) => seam !== chosen) ? [{ seam: chosen, count: 0 }] : []
  return [
    { value: '', label: 'Every seam' },
    ...[...seams, ...missing].map(({ seam, count }) => ({ value: seam, label: `${seam}, ${formatCount(count)}` })),
  ]
}

function sourceOptions(chosen: string) {
  const known: readonly string[] = auditSources
  const missing = chosen !== '' && !known.includes(chosen) ? [chosen] : []
  return [
    { value: '', label: 'Every source' },
    ...[...known, ...missing].map((source) => ({ value: source, label: sentenceCase(sourceWord(source)) })),
  ]
}
