import type { Settings } from '../../../contract/settings.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { ButtonLink } from '../../components/Button.tsx'
import { NumberField, SwitchField } from '../../components/Field.tsx'
import { AmountField } from './AmountField.tsx'
import { budgetEffects, budgetProblems, printUsd, readPercent, readUsd } from './budgetForm.ts'
import { FormFrame } from './FormFrame.tsx'
import { SecretField } from './SecretField.tsx'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'

type PercentKey = 'warnPct' | 'downshiftPct' | 'stopPct' | 'reconcileTolerancePct' | 'criticalSharePct'

/** What model calls may cost, and what happens on the way there. */
export function BudgetPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const { adminKeyRef } = view.settings.budget
  const form = useSettingsForm('budget', {
    scope: '/settings/budget',
    view,
    onSaved: onChanged,
    secretRef: adminKeyRef,
    check: budgetProblems,
  })
  const { draft } = form
  const effects = budgetEffects(draft)
  const field = <Key extends keyof Settings['budget']>(key: Key) => ({
    value: draft[key],
    error: form.issue(key),
    fixedBy: form.fixedBy(key),
  })
  const percent = (key: PercentKey) => ({
    ...field(key),
    read: readPercent,
    print: String,
    example: '75 or 82.5',
    onChange: (value: number | null) => form.set(key, value ?? Number.NaN),
  })
  const usd = { read: readUsd, print: printUsd, example: '82.40' }
  return (
    <SectionPage
      title="Budget"
      text="What model calls may cost in one billing period. Kora estimates each call before it is made and stops before the money is gone."
      actions={<ButtonLink href="#/spend">Spend</ButtonLink>}
    >
      <FormFrame form={form}>
        <AmountField
          label="Pool (USD)"
          help="For one billing period. Every share below is a part of it."
          {...usd}
          {...field('poolUsd')}
          onChange={(value) => form.set('poolUsd', value ?? Number.NaN)}
        />
        <AmountField label="Warn (% of the pool)" help={effects.warnPct} {...percent('warnPct')} />
        <AmountField label="Cheaper model (% of the pool)" help={effects.downshiftPct} {...percent('downshiftPct')} />
        <AmountField label="Stop (% of the pool)" help={effects.stopPct} {...percent('stopPct')} />
        <AmountField
          label="Kept for criticals (% of the pool)"
          help={effects.criticalSharePct}
          {...percent('criticalSharePct')}
        />
        <AmountField
          label="Daily cap (USD)"
          required={false}
          help="Most that may be charged in one UTC day. Empty for no such limit."
          {...usd}
          {...field('dailyCapUsd')}
          onChange={(value) => form.set('dailyCapUsd', value)}
        />
        <NumberField
          label="Period begins on day"
          help="Of the month, 1 to 28, at 00:00 UTC, as the provider counts."
          {...field('anchorDay')}
          value={Number.isNaN(draft.anchorDay) ? null : draft.anchorDay}
          onChange={(value) => form.set('anchorDay', value ?? Number.NaN)}
        />
        <AmountField
          label="Tolerance (%)"
          help="By how much the provider’s figure may differ before what is spent is raised to it. It is never lowered."
          {...percent('reconcileTolerancePct')}
        />
        <SwitchField
          label="The provider refuses calls beyond what was paid for"
          help="As it is set in the provider’s console. Kora stops by itself either way."
          {...field('extraUsageOff')}
          onChange={(value) => form.set('extraUsageOff', value)}
        />
        <SecretField
          label="Admin key"
          required={false}
          help="Reads the provider’s cost report, to compare. It calls no model."
          reference={adminKeyRef}
          secrets={view.secrets}
          typed={form.secret}
          onType={form.setSecret}
          onRemoved={onChanged}
        />
      </FormFrame>
    </SectionPage>
  )
}
