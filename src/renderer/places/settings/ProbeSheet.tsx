import { useMemo, useState } from 'react'
import { releaseGuard, useUnsavedGuard } from '../../app/router.ts'
import { routePath } from '../../app/route.ts'
import type { CheckResult, KindInfo, ProbeDefinitionView } from '../../../contract/probes.ts'
import type { SecretState } from '../../../contract/settings.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { equal } from '../../client/equal.ts'
import { issueAt } from '../../client/errors.ts'
import { useWork } from '../../client/hooks.ts'
import { Button } from '../../components/Button.tsx'
import { Sheet } from '../../components/Dialog.tsx'
import fieldStyles from '../../components/Field.module.css'
import { NumberField, SelectField, SwitchField, TextField } from '../../components/Field.tsx'
import { formatLatency } from '../../components/format.ts'
import { Status } from '../../components/Glyph.tsx'
import { EmptyState, InlineProblem } from '../../components/States.tsx'
import { serviceTone } from '../../components/status.ts'
import { notify } from '../../components/toasts.ts'
import { ConfigFields } from './ConfigFields.tsx'
import { blankForm, draftOf, type FieldValue, formOf, idFrom, missing, type ProbeForm, secretId } from './probeDraft.ts'
import type { ProbesData } from './ProbesPage.tsx'
import styles from './Settings.module.css'

interface ProbeSheetProps {
  /** `new`, the id of a probe, or null while nothing is edited. */
  id: string | null
  data: ProbesData
  secrets: readonly SecretState[]
  onClose: () => void
  onChanged: () => void
}

/** One probe's form, in front of the list. */
export function ProbeSheet({ id, data, ...props }: ProbeSheetProps) {
  const definition = data.definitions.find((one) => one.id === id) ?? null
  const title = id === 'new' ? 'Add a probe' : (definition?.title ?? id ?? '')
  const [first] = data.kinds
  const kind = definition
    ? data.kinds.find((one) => one.kind === definition.kind)
    : (data.kinds.find((one) => one.kind === 'http') ?? first)
  return (
    <Sheet open={id !== null} modal title={title} label={title} onClose={props.onClose}>
      {kind && (definition || id === 'new') ? (
        <Editor definition={definition} start={kind} data={data} {...props} />
      ) : (
        <EmptyState action={<Button onClick={props.onClose}>Close</Button>}>There is no probe with this id.</EmptyState>
      )}
    </Sheet>
  )
}

interface EditorProps extends Omit<ProbeSheetProps, 'id'> {
  definition: ProbeDefinitionView | null
  start: KindInfo
}

function Editor({ definition, start, data, secrets, onClose, onChanged }: EditorProps) {
  const { online } = useCockpit()
  const initial = useMemo(() => (definition ? formOf(definition, start) : blankForm(start)), [definition, start])
  const [form, setForm] = useState(initial)
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const [named, setNamed] = useState(false)
  const kind = data.kinds.find((one) => one.kind === form.kind) ?? start
  const dirty = !equal(form, initial) || Object.values(typed).some((value) => value.trim() !== '')
  useUnsavedGuard(dirty, routePath('settings', 'probes', definition?.id ?? 'new'))
  const change = (part: Partial<ProbeForm>) => setForm((before) => ({ ...before, ...part }))
  const setValue = (name: string, value: FieldValue) =>
    setForm((before) => ({ ...before, config: { ...before.config, [name]: value } }))
  const { blocked, test, save, tested } = useProbeWork({
    form,
    setForm,
    typed,
    setTyped,
    kind,
    definition,
    data,
    onClose,
    onChanged,
  })
  const issue = (path: string) => blocked?.get(path) ?? problemAt(path)
  const problemAt = (path: string) =>
    [save.state, test.state]
      .map((state) => (state.kind === 'failed' ? issueAt(state.problem.issues, path) : null))
      .find(Boolean) ?? null

  return (
    <form
      className={fieldStyles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (online) void save.run()
      }}
    >
      {definition ? null : (
        <SelectField
          label="Kind"
          help={kind.description}
          value={form.kind}
          options={data.kinds.map((one) => ({ value: one.kind, label: one.label }))}
          onChange={(next) => {
            const chosen = data.kinds.find((one) => one.kind === next)
            if (chosen) setForm({ ...blankForm(chosen), title: form.title, id: form.id })
          }}
        />
      )}
      <TextField
        label="Title"
        help="What it is called in every list."
        value={form.title}
        error={issue('title')}
        onChange={(title) => change({ title, ...(definition || named ? {} : { id: idFrom(title) }) })}
      />
      {definition ? null : (
        <TextField
          label="Id"
          help="Stays for good: history and links go by it."
          mono
          value={form.id}
          error={issue('id')}
          onChange={(id) => {
            setNamed(true)
            change({ id })
          }}
        />
      )}
      <ConfigFields
        fields={kind.fields}
        values={form.config}
        typed={typed}
        secrets={secrets}
        issue={(name) => issue(`config.${name}`)}
        onValue={setValue}
        onType={(name, value) => setTyped((before) => ({ ...before, [name]: value }))}
        onRemoved={onChanged}
      />
      <NumberField
        label="Check every"
        unit="s"
        help="At least 5. A day at most."
        value={form.seconds}
        error={issue('intervalMs')}
        onChange={(seconds) => change({ seconds })}
      />
      <SwitchField label="Watch it" value={form.enabled} onChange={(enabled) => change({ enabled })} />
      <div className={styles['saveBar']}>
        {tested ? <Tested result={tested} /> : null}
        {[test.state, save.state].map((state, index) =>
          state.kind === 'failed' ? <InlineProblem key={index} problem={state.problem} /> : null,
        )}
        <Button
          look="primary"
          type="submit"
          busy={save.state.kind === 'running'}
          disabled={!dirty}
          unavailable={online ? null : offlineReason}
        >
          {definition ? 'Save' : 'Add'}
        </Button>
        <Button
          busy={test.state.kind === 'running'}
          unavailable={online ? null : offlineReason}
          onClick={() => void test.run()}
        >
          Test
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

function Tested({ result }: { result: CheckResult }) {
  const tone = serviceTone({
    enabled: true,
    status: result.status,
    severity: null,
    incidentId: null,
    suspectSinceMs: null,
  })
  return (
    <div className={styles['tested']} role="status">
      <Status tone={tone}>{result.summary}</Status>
      <span className="dim num">{formatLatency(result.latencyMs)}</span>
      {result.error ? <p className="mono">{result.error}</p> : null}
    </div>
  )
}

interface ProbeWorkInput {
  form: ProbeForm
  setForm: (next: ProbeForm) => void
  typed: Readonly<Record<string, string>>
  setTyped: (next: Readonly<Record<string, string>>) => void
  kind: KindInfo
  definition: ProbeDefinitionView | null
  data: ProbesData
  onClose: () => void
  onChanged: () => void
}

/** Testing and saving: both first put typed secrets into the vault, because a draft carries references only. */
function useProbeWork({ form, setForm, typed, setTyped, kind, definition, data, onClose, onChanged }: ProbeWorkInput) {
  const { client } = useCockpit()
  const [blocked, setBlocked] = useState<ReadonlyMap<string, string> | null>(null)
  const [tested, setTested] = useState<CheckResult | null>(null)

  const complete = (): boolean => {
    const taken = new Set(definition ? [] : data.definitions.map((one) => one.id))
    const found = missing(form, kind.fields, taken)
    setBlocked(found.size > 0 ? found : null)
    return found.size === 0
  }
  const storeTyped = async (): Promise<ProbeForm> => {
    let { config } = form
    for (const [name, value] of Object.entries(typed)) {
      if (value.trim() === '') continue
      const held = config[name]
      const ref = held?.type === 'text' ? held.text : ''
      const shared = data.definitions.some((one) => one.id !== form.id && one.config[name] === ref)
      const stored = await client.settings.setSecret({
        id: secretId(ref, form.id, name, shared),
        value: value.trim(),
      })
      config = { ...config, [name]: { type: 'text', text: stored.ref } }
    }
    const next = { ...form, config }
    setTyped({})
    setForm(next)
    return next
  }

  const test = useWork(async () => {
    setTested(null)
    if (!complete()) return
    setTested(await client.probes.test(draftOf(await storeTyped(), kind.fields)))
  })
  const save = useWork(async () => {
    if (!complete()) return
    const draft = draftOf(await storeTyped(), kind.fields)
    const saved = definition ? await client.probes.update(draft) : await client.probes.create(draft)
    releaseGuard()
    onChanged()
    onClose()
    notify({ title: definition ? `${saved.title} is saved` : `${saved.title} is added` })
  })
  return { blocked, test, save, tested }
}
