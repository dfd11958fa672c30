import { SectionPage } from '../../app/SectionPage.tsx'
import { useClient } from '../../client/CockpitContext.ts'
import { TextField } from '../../components/Field.tsx'
import { formatMoney } from '../../../domain/money.ts'
import { FormFrame } from './FormFrame.tsx'
import { SecretField } from './SecretField.tsx'
import styles from './Settings.module.css'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'
import { TestButton } from './TestButton.tsx'

/** The account and the model that investigate. Without a key Kora watches and tells, and diagnoses nothing. */
export function ModelPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const client = useClient()
  const form = useSettingsForm('model', '/settings/model', view, onChanged, view.settings.model.apiKeyRef)
  return (
    <SectionPage
      title="Model"
      text="Used to investigate incidents, and for nothing else. Reading the cockpit never calls it; each button that does says its price."
    >
      <FormFrame form={form}>
        <SecretField
          label="API key"
          help="Of your Anthropic account."
          reference={view.settings.model.apiKeyRef}
          secrets={view.secrets}
          typed={form.secret}
          onType={form.setSecret}
          onRemoved={onChanged}
        />
        <TextField
          label="Model"
          help="The id of the model that investigates."
          mono
          value={form.draft.id}
          error={form.issue('id')}
          fixedBy={form.fixedBy('id')}
          onChange={(id) => form.set('id', id)}
        />
        <TextField
          label="Address"
          help="Where the model service answers."
          type="url"
          mono
          value={form.draft.baseUrl}
          error={form.issue('baseUrl')}
          fixedBy={form.fixedBy('baseUrl')}
          onChange={(baseUrl) => form.set('baseUrl', baseUrl)}
        />
      </FormFrame>
      <div className={styles['apart']}>
        <TestButton
          label="Test, under $0.001"
          unsaved={form.dirty}
          test={async () => {
            const result = await client.settings.testModel()
            const cost = result.costNanoUsd === null ? 'cost unknown' : `it cost ${formatMoney(result.costNanoUsd)}`
            return result.outcome === 'ok'
              ? { ok: true, text: `The model answered; ${cost}` }
              : { ok: false, text: result.reason?.replaceAll('_', ' ') ?? 'The model did not answer' }
          }}
        />
      </div>
    </SectionPage>
  )
}
