import { useState } from 'react'
import type { SecretState } from '../../../contract/settings.ts'
import { offlineReason, useCockpit } from '../../client/CockpitContext.ts'
import { useWork } from '../../client/hooks.ts'
import { Button } from '../../components/Button.tsx'
import { ConfirmDialog } from '../../components/Dialog.tsx'
import { TextField } from '../../components/Field.tsx'
import { Status } from '../../components/Glyph.tsx'
import { InlineProblem } from '../../components/States.tsx'
import type { Tone } from '../../components/status.ts'
import styles from './Settings.module.css'

interface SecretFieldProps {
  label: string
  help: string
  /** Reference the daemon reads it by. */
  reference: string
  secrets: readonly SecretState[]
  /** What is typed and not stored yet. */
  typed: string
  error?: string | null
  /** Drawn as a required or an optional field. */
  required?: boolean
  onType: (value: string) => void
  onRemoved: () => void
}

const sources: Readonly<Record<SecretState['source'], { tone: Tone; words: string }>> = {
  env: { tone: 'well', words: 'Set by the environment' },
  vault: { tone: 'well', words: 'Stored in the vault' },
  none: { tone: 'unknown', words: 'Not set' },
}

/** A value that can be set, replaced and removed, and never read back. */
export function SecretField({
  label,
  help,
  reference,
  secrets,
  typed,
  error,
  required,
  onType,
  onRemoved,
}: SecretFieldProps) {
  const { client, online } = useCockpit()
  const [asking, setAsking] = useState(false)
  const source = secrets.find((secret) => secret.ref === reference)?.source ?? 'none'
  const { tone, words } = sources[source]
  const remove = useWork(async () => {
    await client.settings.removeSecret({ id: reference.replace(/^vault:/, '') })
    setAsking(false)
    onRemoved()
  })
  return (
    <div className={styles['secret']}>
      <TextField
        label={label}
        help={
          source === 'env'
            ? `${help} A variable of the environment holds it now and wins over what is stored here.`
            : `${help} It can be replaced or removed, never read back.`
        }
        type="password"
        value={typed}
        placeholder={source === 'none' ? 'Paste it here' : 'Paste a new one to replace it'}
        error={error ?? null}
        {...(required === undefined ? {} : { required })}
        onChange={onType}
      />
      <div className={styles['secretState']}>
        <Status tone={tone}>{words}</Status>
        <span className="mono faint">{reference}</span>
        {source === 'vault' ? (
          <Button look="quiet" unavailable={online ? null : offlineReason} onClick={() => setAsking(true)}>
            Remove
          </Button>
        ) : null}
      </div>
      {remove.state.kind === 'failed' ? <InlineProblem problem={remove.state.problem} /> : null}
      <ConfirmDialog
        open={asking}
        title={`Remove the ${label.toLowerCase()}`}
        text="What needs it stops working until a new one is set. This cannot be undone, because it cannot be read back."
        verb="Remove"
        danger
        busy={remove.state.kind === 'running'}
        onConfirm={() => void remove.run()}
        onClose={() => setAsking(false)}
      />
    </div>
  )
}
