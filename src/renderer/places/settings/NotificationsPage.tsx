import { askNotificationPermission, useNotificationPermission } from '../../app/browserNotifications.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { useCockpit } from '../../client/CockpitContext.ts'
import { Button } from '../../components/Button.tsx'
import { NumberField, SwitchField, TextField } from '../../components/Field.tsx'
import { Glyph } from '../../components/Glyph.tsx'
import { ChannelFacts, testText } from './channels.tsx'
import { FormFrame } from './FormFrame.tsx'
import styles from './Settings.module.css'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'
import { TestButton } from './TestButton.tsx'

/** Native notifications: whether, when, and how loud. */
export function NotificationsPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const { client, host } = useCockpit()
  const form = useSettingsForm('notifications', { scope: '/settings/notifications', view, onSaved: onChanged })
  const { quietHours } = form.draft
  const setQuiet = (change: Partial<typeof quietHours>) => form.set('quietHours', { ...quietHours, ...change })
  return (
    <SectionPage
      title="Notifications"
      text="A critical always comes through, quiet hours or not. What is held back is shown in Now."
    >
      <ChannelFacts channel={view.channels.find((channel) => channel.channel === 'native')} />
      {host === 'headless' ? <BrowserPermission /> : null}
      <FormFrame form={form}>
        <SwitchField
          label="Show notifications"
          help="For incidents, recoveries and channels that fail."
          value={form.draft.native}
          error={form.issue('native')}
          fixedBy={form.fixedBy('native')}
          onChange={(native) => form.set('native', native)}
        />
        <SwitchField
          label="Sound for criticals"
          value={form.draft.sound}
          fixedBy={form.fixedBy('sound')}
          onChange={(sound) => form.set('sound', sound)}
        />
        <SwitchField
          label="Quiet hours"
          help="Warnings wait until they end."
          value={quietHours.enabled}
          fixedBy={form.fixedBy('quietHours')}
          onChange={(enabled) => setQuiet({ enabled })}
        />
        {quietHours.enabled ? (
          <div className={styles['side']}>
            <TextField
              label="From"
              type="time"
              value={quietHours.from}
              error={form.issue('quietHours.from')}
              onChange={(from) => setQuiet({ from })}
            />
            <TextField
              label="To"
              type="time"
              value={quietHours.to}
              error={form.issue('quietHours.to')}
              onChange={(to) => setQuiet({ to })}
            />
          </div>
        ) : null}
        <NumberField
          label="Remind after"
          help="Of a critical that is open and not acknowledged. The wait doubles each time. 0: no reminders."
          unit="min"
          value={form.draft.reminderMinutes}
          error={form.issue('reminderMinutes')}
          fixedBy={form.fixedBy('reminderMinutes')}
          onChange={(minutes) => form.set('reminderMinutes', minutes ?? Number.NaN)}
        />
      </FormFrame>
      <div className={styles['apart']}>
        <TestButton
          label="Send a test"
          unsaved={form.dirty}
          test={async () => {
            const result = await client.settings.testChannel({ channel: 'native' })
            onChanged()
            return testText(result)
          }}
        />
      </div>
    </SectionPage>
  )
}

/** The browser shows Kora's notifications while the cockpit is open in it, once it was allowed to. */
function BrowserPermission() {
  const permission = useNotificationPermission()
  if (permission === 'granted') return null
  const words = {
    default: 'This browser was not asked yet whether it may show Kora’s notifications.',
    denied: 'This browser does not let Kora show notifications. Allow them in its settings for this site.',
    unsupported: 'This browser shows no notifications.',
  }[permission]
  return (
    <p className={styles['notice']}>
      <Glyph name={permission === 'default' ? 'unknown' : 'attention'} />
      <span>{words}</span>
      {permission === 'default' ? (
        <Button onClick={() => void askNotificationPermission()}>Allow notifications</Button>
      ) : null}
    </p>
  )
}
