import { useEffect, useState } from 'react'
import type { Settings } from '../../../contract/settings.ts'
import { SectionPage } from '../../app/SectionPage.tsx'
import { useClient } from '../../client/CockpitContext.ts'
import { SwitchField, TextField } from '../../components/Field.tsx'
import { formatMoney } from '../../../domain/money.ts'
import { FormFrame } from './FormFrame.tsx'
import { PatternsField } from './PatternsField.tsx'
import { routingProblems } from './routingForm.ts'
import { SecretField } from './SecretField.tsx'
import styles from './Settings.module.css'
import { type SettingsView, useSettingsForms } from './settingsForm.ts'
import { TestButton } from './TestButton.tsx'

/** The account and the models that investigate. Without a key Kora watches and tells, and diagnoses nothing. */
export function ModelPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const client = useClient()
  const { apiKeyRef } = view.settings.model
  const [invalid, setInvalid] = useState<ReadonlySet<string>>(new Set())
  const form = useSettingsForms({
    scope: '/settings/model',
    view,
    onSaved: onChanged,
    secretRef: apiKeyRef,
    check: (draft) => routingProblems(draft, invalid),
  })
  const model = form.section('model')
  const routing = form.section('routing')
  useInvalidPatterns(routing.draft, setInvalid)
  const modelText = (key: 'id' | 'baseUrl') => ({
    value: model.draft[key],
    error: model.issue(key),
    fixedBy: model.fixedBy(key),
    onChange: (value: string) => model.set(key, value),
  })
  const routingText = (key: 'strongModel' | 'prefix') => ({
    value: routing.draft[key],
    error: routing.issue(key),
    fixedBy: routing.fixedBy(key),
    onChange: (value: string) => routing.set(key, value),
  })
  const onOff = (key: 'forceStrong' | 'postCallEscalation') => ({
    value: routing.draft[key],
    error: routing.issue(key),
    fixedBy: routing.fixedBy(key),
    onChange: (value: boolean) => routing.set(key, value),
  })
  const patterns = (key: 'decisionPatterns' | 'lowConfidencePatterns') => ({
    value: routing.draft[key],
    error: routing.issue(key),
    fixedBy: routing.fixedBy(key),
    onChange: (value: string[]) => routing.set(key, value),
  })
  return (
    <SectionPage
      title="Model"
      text="Used to investigate incidents, and for nothing else. Reading the cockpit never calls it; each button that does says its price."
    >
      <FormFrame form={form}>
        <SecretField
          label="API key"
          help="Of your Anthropic account."
          reference={apiKeyRef}
          secrets={view.secrets}
          typed={form.secret}
          onType={form.setSecret}
          onRemoved={onChanged}
        />
        <TextField
          label="Cheap model"
          help="Everything begins with it, and near the end of the budget it is the only one."
          mono
          {...modelText('id')}
        />
        <TextField
          label="Strong model"
          help="For what earns it: a question that asks for a decision, a second look at a doubtful answer."
          mono
          {...routingText('strongModel')}
        />
        <TextField label="Address" help="Where the model service answers." type="url" mono {...modelText('baseUrl')} />
        <SwitchField
          label="Always the strong model"
          help="While the budget allows. It costs several times as much."
          {...onOff('forceStrong')}
        />
        <TextField
          label="Word for the strong model"
          help="A message that begins with it goes to the strong model. The word itself is not sent."
          mono
          {...routingText('prefix')}
        />
        <PatternsField
          label="Messages for the strong model"
          help="One pattern a line, searched anywhere, in any case. They replace the built-in ones, which find questions that ask for a decision."
          {...patterns('decisionPatterns')}
        />
        <SwitchField
          label="Ask again when an answer is doubtful"
          help="A hedging or very short answer of the cheap model is shown to the strong one. Both calls are paid."
          {...onOff('postCallEscalation')}
        />
        <PatternsField
          label="Answers that are doubtful"
          help="One pattern a line. They replace the built-in ones, which find phrases such as “I am not sure”."
          {...patterns('lowConfidencePatterns')}
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

/** Finds the patterns that are none. The engine is large: it comes with the first pattern. */
function useInvalidPatterns(
  { decisionPatterns, lowConfidencePatterns }: Settings['routing'],
  onKnown: (invalid: ReadonlySet<string>) => void,
): void {
  const key = [...decisionPatterns, ...lowConfidencePatterns].join('\n')
  useEffect(() => {
    if (key === '') return
    let current = true
    void import('../../../domain/patterns.ts').then(({ patternMatcher }) => {
      if (current) onKnown(new Set(patternMatcher(key.split('\n')).invalid))
    })
    return () => {
      current = false
    }
  }, [key, onKnown])
}
