import { useRef, useState } from 'react'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { useMirror } from '../../client/mirror.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog } from '../../components/Dialog.tsx'
import { TextField } from '../../components/Field.tsx'
import { InlineProblem } from '../../components/States.tsx'
import { notify } from '../../components/toasts.ts'
import { stopText, underWay } from './stopWords.ts'
import styles from './System.module.css'

/** Ends Kora, after saying what that means and what runs. */
export function StopControl() {
  const { online, host } = useCockpit()
  const sessionId = useMirror((mirror) => mirror.daemon.sessionId)
  const stopping = useMirror((mirror) => mirror.daemon.state === 'shutting_down')
  /** The process that was asked about: a later one must not be hit. */
  const [session, setSession] = useState<string | null>(null)
  return (
    <section className={styles['stop']} aria-label="Stop">
      <div>
        <h3 className={styles['subTitle']}>Stop Kora</h3>
        <p className="dim">{stopText(host)} To hold everything back for a while, pause it instead.</p>
      </div>
      <Button
        look="danger"
        unavailable={stopping ? 'Kora is shutting down' : online ? null : offlineReason}
        onClick={() => setSession(sessionId)}
      >
        Stop…
      </Button>
      <StopDialog session={session} onClose={() => setSession(null)} />
    </section>
  )
}

function StopDialog({ session, onClose }: { session: string | null; onClose: () => void }) {
  const { client, online, host } = useCockpit()
  const incidents = useMirror((mirror) => mirror.incidents)
  const alerts = useMirror((mirror) => mirror.alerts)
  const daemon = useMirror((mirror) => mirror.daemon)
  const [reason, setReason] = useState('')
  const harmless = useRef<HTMLButtonElement>(null)
  const running = underWay({ incidents, alerts, daemon })
  const { state, run, reset } = useWork(async (sessionId: string) => {
    await client.operational.shutDown({ sessionId, reason: reason.trim() })
    onClose()
    notify({ title: 'Kora is shutting down' })
  })
  const close = () => {
    onClose()
    reset()
    setReason('')
  }
  return (
    <Dialog
      open={session !== null}
      title="Stop Kora"
      text={stopText(host)}
      initialFocus={harmless}
      onClose={close}
      actions={
        <>
          <Button ref={harmless} onClick={close}>
            Cancel
          </Button>
          <Button
            look="danger"
            busy={state.kind === 'running'}
            unavailable={online ? null : offlineReason}
            onClick={() => session && void run(session)}
          >
            Stop Kora
          </Button>
        </>
      }
    >
      <div className={styles['stopBody']}>
        {running.length === 0 ? (
          <p>Nothing is under way.</p>
        ) : (
          <div>
            <p>Under way, and given a moment to finish:</p>
            <ul className={styles['under']} aria-label="Under way">
              {running.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </div>
        )}
        <TextField
          label="Reason"
          required={false}
          help="Kept with the records."
          value={reason}
          onChange={(text) => setReason(text.slice(0, 200))}
        />
        {state.kind === 'failed' ? <InlineProblem problem={state.problem} /> : null}
      </div>
    </Dialog>
  )
}
