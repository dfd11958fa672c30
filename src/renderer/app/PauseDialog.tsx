import { type FormEvent, useId, useState } from 'react'
import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { ownTimeZone, pause } from '../client/pausing.ts'
import { daemonNowMs, useNow } from '../client/ticker.ts'
import { uiStore, useUi } from '../client/ui.ts'
import { Button } from '../components/Button.tsx'
import { ChoiceField } from '../components/ChoiceField.tsx'
import { Dialog } from '../components/Dialog.tsx'
import fieldStyles from '../components/Field.module.css'
import { NumberField, SelectField, SwitchField, TextField } from '../components/Field.tsx'
import { formatMoment } from '../components/format.ts'
import { levelWords } from '../components/operationalWords.ts'
import { blankPause, minutesProblem, type PauseForm, pauseAsked, pauseEndMs, pauseLengths } from './pauseForm.ts'

const levels = [
  { value: '1', label: 'Begin nothing new', help: levelWords[1] },
  { value: '2', label: 'Make no further call', help: `Nothing new is begun. ${levelWords[2]}` },
  { value: '3', label: 'Abort what runs', help: `Nothing new is begun. ${levelWords[3]}` },
] as const

const close = () => uiStore.setState({ pausing: false })

/** How long, how firmly, and why: a pause with everything that can be said about it. */
export function PauseDialog() {
  const open = useUi((state) => state.pausing)
  const { client, online } = useCockpit()
  const [busy, setBusy] = useState(false)
  const form = useId()
  const [draft, setDraft] = useState(blankPause)
  const incomplete = pauseEndMs(draft, 0, 'UTC') === undefined ? 'The length is missing' : null

  const leave = () => {
    close()
    setDraft(blankPause)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const asked = pauseAsked(draft, daemonNowMs(), ownTimeZone())
    if (!asked || busy || !online) return
    setBusy(true)
    const done = await pause(client, asked)
    setBusy(false)
    if (done) leave()
  }
  return (
    <Dialog
      open={open}
      title="Pause Kora"
      text="While it lasts, no model is called and nothing is told. Kora goes on watching, and what waits is told when it ends."
      onClose={leave}
      actions={
        <>
          <Button onClick={leave}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form={form}
            busy={busy}
            unavailable={online ? incomplete : offlineReason}
          >
            Pause
          </Button>
        </>
      }
    >
      <form id={form} className={fieldStyles['form']} noValidate onSubmit={(event) => void submit(event)}>
        <Fields draft={draft} onChange={(part) => setDraft((before) => ({ ...before, ...part }))} />
      </form>
    </Dialog>
  )
}

function Fields({ draft, onChange }: { draft: PauseForm; onChange: (part: Partial<PauseForm>) => void }) {
  const nowMs = useNow()
  const endMs = pauseEndMs(draft, nowMs, ownTimeZone())
  const ends = endMs === null ? 'It ends when you resume.' : endMs ? `It ends ${formatMoment(endMs, nowMs)}.` : ''
  const other = draft.length === 'other'
  return (
    <>
      <SelectField
        label="How long"
        help={other ? undefined : ends}
        value={draft.length}
        options={pauseLengths}
        onChange={(length) =>
          onChange({ length: pauseLengths.find((one) => one.value === length)?.value ?? draft.length })
        }
      />
      {other ? (
        <NumberField
          label="Length"
          unit="min"
          help={ends}
          value={draft.minutes}
          error={minutesProblem(draft)}
          onChange={(minutes) => onChange({ minutes })}
        />
      ) : null}
      <SwitchField
        label="Criticals still come through"
        help="They are told at once, without an investigation."
        value={draft.criticals}
        onChange={(criticals) => onChange({ criticals })}
      />
      <ChoiceField
        label="What about work under way"
        value={draft.level}
        options={levels}
        onChange={(level) => onChange({ level })}
      />
      <TextField
        label="Reason"
        required={false}
        help="Kept with the records, and shown while the pause lasts."
        value={draft.reason}
        onChange={(reason) => onChange({ reason: reason.slice(0, 200) })}
      />
    </>
  )
}
