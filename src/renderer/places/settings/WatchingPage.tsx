import { SectionPage } from '../../app/SectionPage.tsx'
import { ListField, NumberField, SwitchField } from '../../components/Field.tsx'
import { FormFrame } from './FormFrame.tsx'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'

/** When trouble is believed, when it is told again, and when it is over. */
export function WatchingPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const form = useSettingsForm('watching', { scope: '/settings/watching', view, onSaved: onChanged })
  const number = (key: 'concurrency' | 'debounceSeconds' | 'consecutiveRequired' | 'goodChecksToClose') => ({
    value: Number.isNaN(form.draft[key]) ? null : form.draft[key],
    error: form.issue(key),
    fixedBy: form.fixedBy(key),
    onChange: (value: number | null) => form.set(key, value ?? Number.NaN),
  })
  return (
    <SectionPage
      title="Watching"
      text="When trouble is believed, when it is told again, and when it is over. Each probe’s own interval is set with the probe."
    >
      <FormFrame form={form}>
        <ListField
          label="Addresses that prove the link"
          required={false}
          entry="address"
          placeholder="https://example.com"
          help="When every service and all of these fail at once, Kora’s own link is down, and no incident is opened. Without any, three or more failing hosts count."
          value={form.draft.connectivityTargets}
          error={form.issue('connectivityTargets')}
          fixedBy={form.fixedBy('connectivityTargets')}
          onChange={(targets) => form.set('connectivityTargets', [...targets])}
        />
        <NumberField
          label="Bad checks that open an incident"
          help="In a row. A critical is always checked a second time."
          {...number('consecutiveRequired')}
        />
        <NumberField label="Good checks that close a flapping one" help="In a row." {...number('goodChecksToClose')} />
        <NumberField
          label="Tell the same again after"
          unit="s"
          help="The same trouble with the same severity is held back this long. What gets worse is always told."
          {...number('debounceSeconds')}
        />
        <SwitchField
          label="Criticals skip that wait"
          value={form.draft.debounceBypassCritical}
          fixedBy={form.fixedBy('debounceBypassCritical')}
          onChange={(value) => form.set('debounceBypassCritical', value)}
        />
        <NumberField label="Checks at the same time" help="At most." {...number('concurrency')} />
      </FormFrame>
    </SectionPage>
  )
}
