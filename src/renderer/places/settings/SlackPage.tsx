import { SectionPage } from '../../app/SectionPage.tsx'
import { useClient } from '../../client/CockpitContext.ts'
import { TextField } from '../../components/Field.tsx'
import { ChannelFacts, testText } from './channels.tsx'
import { FormFrame } from './FormFrame.tsx'
import { SecretField } from './SecretField.tsx'
import styles from './Settings.module.css'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'
import { TestButton } from './TestButton.tsx'

/** Where Kora writes to you. */
export function SlackPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const client = useClient()
  const form = useSettingsForm('slack', {
    scope: '/settings/slack',
    view,
    onSaved: onChanged,
    secretRef: view.settings.slack.botTokenRef,
  })
  return (
    <SectionPage
      title="Slack"
      text="Alerts, findings and recoveries arrive as direct messages, one thread for each incident."
    >
      <ChannelFacts channel={view.channels.find((channel) => channel.channel === 'slack')} />
      <FormFrame form={form}>
        <SecretField
          label="Bot token"
          help="Starts with xoxb-. The app needs the scopes chat:write and im:write."
          reference={view.settings.slack.botTokenRef}
          secrets={view.secrets}
          typed={form.secret}
          onType={form.setSecret}
          onRemoved={onChanged}
        />
        <TextField
          label="Your member id"
          help="Who is told. In Slack: your profile, the three dots, Copy member ID. Such as U012ABCDEF."
          mono
          value={form.draft.operatorUserId}
          error={form.issue('operatorUserId')}
          fixedBy={form.fixedBy('operatorUserId')}
          onChange={(operatorUserId) => form.set('operatorUserId', operatorUserId)}
        />
        <TextField
          label="Address"
          help="Where the Slack API answers."
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
          label="Send a test"
          unsaved={form.dirty}
          test={async () => {
            const result = await client.settings.testChannel({ channel: 'slack' })
            onChanged()
            return testText(result)
          }}
        />
      </div>
    </SectionPage>
  )
}
