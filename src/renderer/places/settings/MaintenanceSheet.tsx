import { useState } from 'react'
import { releaseGuard, useUnsavedGuard } from '../../app/router.ts'
import { routePath } from '../../app/route.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { equal } from '../../client/equal.ts'
import { explain } from '../../client/errors.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { ownTimeZone } from '../../client/pausing.ts'
import { daemonNowMs } from '../../client/ticker.ts'
import { Button } from '../../components/Button.tsx'
import { ChecksField, ChoiceField } from '../../components/ChoiceField.tsx'
import { Sheet } from '../../components/Dialog.tsx'
import fieldStyles from '../../components/Field.module.css'
import { SwitchField, TextField } from '../../components/Field.tsx'
import { EmptyState, InlineProblem } from '../../components/States.tsx'
import { notify } from '../../components/toasts.ts'
import { changeWindows, withWindow } from './maintenanceActions.ts'
import { blankWindow, formOf, missingParts, refusedParts, type WindowForm, windowOf } from './maintenanceForm.ts'
import type { MaintenanceWindow } from './maintenanceWords.ts'
import { ScheduleFields } from './ScheduleFields.tsx'
import styles from './Settings.module.css'

interface MaintenanceSheetProps {
  /** `new`, the id of a window, or null while nothing is edited. */
  id: string | null
  windows: readonly MaintenanceWindow[]
  onClose: () => void
  onChanged: () => void
}

/** One window's form, in front of the list. */
export function MaintenanceSheet({ id, windows, onClose, onChanged }: MaintenanceSheetProps) {
  const window = windows.find((one) => one.id === id) ?? null
  const title = id === 'new' ? 'Add a window' : (window?.title ?? id ?? '')
  return (
    <Sheet open={id !== null} modal title={title} label={title} onClose={onClose}>
      {window || id === 'new' ? (
        <Editor window={window} onClose={onClose} onChanged={onChanged} />
      ) : (
        <EmptyState action={<Button onClick={onClose}>Close</Button>}>There is no window with this id.</EmptyState>
      )}
    </Sheet>
  )
}

interface EditorProps {
  /** Null while it is new. */
  window: MaintenanceWindow | null
  onClose: () => void
  onChanged: () => void
}

function Editor({ window, onClose, onChanged }: EditorProps) {
  const { client, online } = useCockpit()
  const [initial] = useState(() => {
    const nowMs = daemonNowMs()
    return window ? formOf(window, nowMs, ownTimeZone()) : blankWindow(nowMs, ownTimeZone())
  })
  const [id] = useState(() => window?.id ?? `mw_${crypto.randomUUID().slice(0, 8)}`)
  const [form, setForm] = useState(initial)
  const [asked, setAsked] = useState(false)
  const [refused, setRefused] = useState<ReadonlyMap<keyof WindowForm, string>>(new Map())
  const dirty = !equal(form, initial)
  useUnsavedGuard(dirty, routePath('settings', 'maintenance', window?.id ?? 'new'))
  const missing = missingParts(form)
  const save = useWork(async () => {
    setRefused(new Map())
    let index = 0
    try {
      await changeWindows(client, (windows) => {
        const next = withWindow(windows, windowOf(form, id))
        index = next.index
        return next.windows
      })
    } catch (error) {
      setRefused(refusedParts(form, explain(error).issues, index))
      throw error
    }
    releaseGuard()
    onChanged()
    onClose()
    notify({ title: `${form.title.trim()} is ${window ? 'saved' : 'added'}` })
  })
  const problem = save.state.kind === 'failed' ? save.state.problem : null
  const issue = (field: keyof WindowForm) => (asked ? missing.get(field) : undefined) ?? refused.get(field) ?? null
  const change = (part: Partial<WindowForm>) => {
    setForm((before) => ({ ...before, ...part }))
    // Another kind of schedule has fields of its own, which nobody was asked for yet.
    if (part.kind) setAsked(false)
    // What was refused of a field no longer stands once it is another.
    setRefused((before) => new Map([...before].filter(([field]) => !(field in part))))
  }

  return (
    <form
      className={fieldStyles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setAsked(true)
        if (online && missing.size === 0) void save.run()
      }}
    >
      <TextField
        label="Title"
        help="What is done. It is shown while the window is in force."
        value={form.title}
        error={issue('title')}
        onChange={(title) => change({ title })}
      />
      <Scope form={form} issue={issue} onChange={change} />
      <ScheduleFields form={form} issue={issue} onChange={change} />
      <SwitchField label="On" value={form.enabled} onChange={(enabled) => change({ enabled })} />
      <div className={styles['saveBar']}>
        {problem ? <InlineProblem problem={problem} /> : null}
        <Button
          look="primary"
          type="submit"
          busy={save.state.kind === 'running'}
          disabled={!dirty}
          unavailable={online ? null : offlineReason}
        >
          {window ? 'Save' : 'Add'}
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

const scopes = [
  { value: 'services', label: 'Some services' },
  { value: 'everything', label: 'Everything', help: 'All services, and what Kora says about itself.' },
] as const

interface ScopeProps {
  form: WindowForm
  issue: (field: keyof WindowForm) => string | null
  onChange: (part: Partial<WindowForm>) => void
}

function Scope({ form, issue, onChange }: ScopeProps) {
  const services = useMirror((mirror) => mirror.services)
  const ids = useMirror((mirror) => mirror.serviceIds)
  // One that was removed since stays chosen until the operator says otherwise.
  const gone = form.probeIds.filter((id) => !(id in services))
  const options = [...ids, ...gone].map((id) => ({ value: id, label: services[id]?.title ?? id }))
  return (
    <>
      <ChoiceField label="Covers" value={form.scope} options={scopes} onChange={(scope) => onChange({ scope })} />
      {form.scope === 'services' ? (
        <ChecksField
          label="Services"
          value={form.probeIds}
          options={options}
          error={issue('probeIds')}
          onChange={(probeIds) => onChange({ probeIds })}
        />
      ) : null}
    </>
  )
}
