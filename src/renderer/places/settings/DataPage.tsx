import { SectionPage } from '../../app/SectionPage.tsx'
import { useMirror } from '../../client/mirror.ts'
import { ButtonLink } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { NumberField } from '../../components/Field.tsx'
import { CopyableAge } from '../../components/Figures.tsx'
import { formatBytes } from '../../components/format.ts'
import { KeyValues } from '../../components/Layout.tsx'
import { FormFrame } from './FormFrame.tsx'
import { type SettingsView, useSettingsForm } from './settingsForm.ts'
import { ViewRecords } from './ViewRecords.tsx'

/** Where everything lies, and for how long. */
export function DataPage({ view, onChanged }: { view: SettingsView; onChanged: () => void }) {
  const daemon = useMirror((mirror) => mirror.daemon)
  const form = useSettingsForm('retention', { scope: '/settings/data', view, onSaved: onChanged })
  const number = (key: keyof SettingsView['settings']['retention']) => ({
    value: Number.isNaN(form.draft[key]) ? null : form.draft[key],
    error: form.issue(key),
    fixedBy: form.fixedBy(key),
    onChange: (value: number | null) => form.set(key, value ?? Number.NaN),
  })
  return (
    <SectionPage
      title="Data"
      text="Kora keeps its records in one folder on this machine."
      actions={<ButtonLink href="#/system/backups">Backups</ButtonLink>}
    >
      <KeyValues
        facts={[
          {
            name: 'Folder',
            value: (
              <>
                <span className="mono">{daemon.dataFolder}</span>{' '}
                <CopyButton text={daemon.dataFolder} what="the data folder" />
              </>
            ),
          },
          { name: 'Database', value: <span className="num">{formatBytes(daemon.databaseBytes)}</span> },
          {
            name: 'Oldest record',
            value: <CopyableAge atMs={daemon.historySinceMs} as="ago" none="nothing recorded yet" />,
          },
        ]}
      />
      <FormFrame form={form}>
        <NumberField
          label="Single checks"
          unit="hours"
          help="Then only the averages of each minute stay."
          {...number('rawHours')}
        />
        <NumberField label="Minute averages" unit="days" {...number('rollupDays')} />
        <NumberField label="Audit log" unit="days" help="At least 30." {...number('auditDays')} />
        <NumberField label="Backups kept" help="Older ones are deleted." {...number('backupsKept')} />
      </FormFrame>
      <ViewRecords />
    </SectionPage>
  )
}
