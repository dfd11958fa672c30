import { type FormEvent, useRef, useState } from 'react'
import { offlineReason, useCockpit } from '../client/CockpitContext.ts'
import { markHandled } from '../client/incidentActions.ts'
import { uiStore, useUi } from '../client/ui.ts'
import { Button } from '../components/Button.tsx'
import { Dialog } from '../components/Dialog.tsx'
import { TextAreaField } from '../components/Field.tsx'

/** Asks what was done about an incident before it is put aside. */
export function HandledDialog() {
  const incident = useUi((state) => state.handling)
  const { client, online } = useCockpit()
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const [busy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)

  const close = () => {
    uiStore.setState({ handling: null })
    setReason('')
    setMissing(false)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!incident || busy) return
    if (reason.trim() === '') return setMissing(true)
    setBusy(true)
    const done = await markHandled(client, incident, reason.trim().slice(0, 500))
    setBusy(false)
    if (done) close()
  }
  return (
    <Dialog
      open={incident !== null}
      title={incident ? `Mark ${incident.probeTitle} handled` : ''}
      text="It leaves Now and sends no reminders. If it gets worse, or comes back after being well, you are told again."
      onClose={close}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            look="primary"
            busy={busy}
            unavailable={online ? null : offlineReason}
            onClick={() => form.current?.requestSubmit()}
          >
            Mark handled
          </Button>
        </>
      }
    >
      <form ref={form} onSubmit={(event) => void submit(event)}>
        <TextAreaField
          label="What was done"
          help="Kept with the incident, for the next time. At most 500 characters."
          value={reason}
          error={missing && reason.trim() === '' ? 'A few words are needed.' : null}
          onChange={setReason}
        />
      </form>
    </Dialog>
  )
}
