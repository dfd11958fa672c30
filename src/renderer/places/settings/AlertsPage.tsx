import { SectionPage } from '../../app/SectionPage.tsx'
import { useClient } from '../../client/CockpitContext.ts'
import { ChoiceField } from '../../components/ChoiceField.tsx'
import { NumberField, SwitchField } from '../../components/Field.tsx'
import { sentenceCase } from '../../components/format.ts'
import { severities } from '../../../domain/severity.ts'
import { alertsProblems, testAlertText, thresholdFields } from './alertsForm.ts'
import { FormFrame } from './FormFrame.tsx'
import styles from './Settings.module.css'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'
import { TestButton } from './TestButton.tsx'

const modes = [
  { value: 'immediate', label: 'At once', help: 'Each alert is told when it is raised.' },
  {
    value: 'digest',
    label: 'Once a day',
    help: 'Warnings and infos are gathered and told together. Criticals are told at once all the same.',
  },
] as const

type NumberKey = 'categoryCooldownSeconds' | 'burstThreshold' | 'investigationDebounceSeconds' | 'investigationsPerDay'
type SwitchKey = 'tellResolved' | 'investigate' | 'debounceBypassCritical'

/** How Kora tells what it has to say about itself, and when it looks into it. */
export function AlertsPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const client = useClient()
  const form = useSettingsForm('alerts', { scope: '/settings/alerts', view, onSaved: onChanged, check: alertsProblems })
  const { draft } = form
  const number = (key: NumberKey) => ({
    value: Number.isNaN(draft[key]) ? null : draft[key],
    error: form.issue(key),
    fixedBy: form.fixedBy(key),
    onChange: (value: number | null) => form.set(key, value ?? Number.NaN),
  })
  const onOff = (key: SwitchKey) => ({
    value: draft[key],
    error: form.issue(key),
    fixedBy: form.fixedBy(key),
    onChange: (value: boolean) => form.set(key, value),
  })
  return (
    <SectionPage
      title="Alerts"
      text="An alert is what Kora says about itself: its budget, its listeners, its schedules. Trouble of a service is an incident, and told as one."
    >
      <FormFrame form={form}>
        <ChoiceField
          label="When alerts are told"
          value={draft.mode}
          options={modes}
          error={form.issue('mode')}
          fixedBy={form.fixedBy('mode')}
          onChange={(mode) => form.set('mode', mode)}
        />
        <NumberField
          label="Cooldown"
          unit="s"
          help="After one of its category was told, another waits this long. A worse one does not wait. 0: none does."
          {...number('categoryCooldownSeconds')}
        />
        <NumberField
          label="Burst limit"
          help="More become one message. Criticals stay single."
          {...number('burstThreshold')}
        />
        <SwitchField
          label="Tell when an alert is over"
          help="In the thread in which it was told."
          {...onOff('tellResolved')}
        />
        <SwitchField
          label="Investigate warnings and criticals"
          help="A model is asked why; each investigation costs about a cent and is counted in Spend."
          {...onOff('investigate')}
        />
        {draft.investigate ? (
          <>
            <NumberField label="Investigations a day" help="At most, by UTC." {...number('investigationsPerDay')} />
            <NumberField
              label="Investigate again after"
              unit="s"
              help="An alert of the same category and severity is not investigated again within this time."
              {...number('investigationDebounceSeconds')}
            />
            <SwitchField label="Criticals skip that wait" {...onOff('debounceBypassCritical')} />
          </>
        ) : null}
        <fieldset className={styles['group']}>
          <legend>More than these in 24 h raise an alert</legend>
          {thresholdFields.map(({ key, label }) => (
            <NumberField
              key={key}
              label={label}
              value={Number.isNaN(draft.thresholds[key]) ? null : draft.thresholds[key]}
              error={form.issue(`thresholds.${key}`)}
              fixedBy={form.fixedBy('thresholds')}
              onChange={(value) => form.set('thresholds', { ...draft.thresholds, [key]: value ?? Number.NaN })}
            />
          ))}
        </fieldset>
      </FormFrame>
      <section className={styles['apart']} aria-label="Test alerts">
        <h3 className={styles['apartTitle']}>Send a test alert</h3>
        <p className={styles['apartText']}>
          An invented alert, past every wait. It costs nothing and is not looked into.
        </p>
        {severities.toReversed().map((severity) => (
          <TestButton
            key={severity}
            label={sentenceCase(severity)}
            unsaved={form.dirty}
            test={async () => testAlertText(await client.alerts.test({ severity }))}
          />
        ))}
      </section>
    </SectionPage>
  )
}
