import { ownTimeZone } from '../../client/pausing.ts'
import { ChecksField, ChoiceField } from '../../components/ChoiceField.tsx'
import { NumberField, TextField } from '../../components/Field.tsx'
import type { WindowForm } from './maintenanceForm.ts'
import { weekdays } from './maintenanceWords.ts'
import styles from './Settings.module.css'
import { TimeZoneField } from './TimeZoneField.tsx'

const kinds = [
  { value: 'once', label: 'Once' },
  { value: 'weekly', label: 'Every week' },
  { value: 'cron', label: 'By a cron expression' },
] as const

interface ScheduleFieldsProps {
  form: WindowForm
  issue: (field: keyof WindowForm) => string | null
  onChange: (part: Partial<WindowForm>) => void
}

/** When a window is in force. What was typed for one kind is kept while another is tried. */
export function ScheduleFields(props: ScheduleFieldsProps) {
  const { form, onChange } = props
  return (
    <>
      <ChoiceField label="When" value={form.kind} options={kinds} onChange={(kind) => onChange({ kind })} />
      {form.kind === 'once' ? <Once {...props} /> : null}
      {form.kind === 'weekly' ? <Weekly {...props} /> : null}
      {form.kind === 'cron' ? <Cron {...props} /> : null}
      {form.kind === 'once' ? null : (
        <TimeZoneField
          label="Time zone"
          help="The clock the times are read from, such as Europe/Berlin."
          value={form.timeZone}
          error={props.issue('timeZone')}
          onChange={(timeZone) => onChange({ timeZone })}
        />
      )}
    </>
  )
}

function Once({ form, issue, onChange }: ScheduleFieldsProps) {
  return (
    <>
      <TextField
        label="Begins"
        type="datetime-local"
        help={`On your clock, ${ownTimeZone()}.`}
        value={form.fromDate}
        error={issue('fromDate')}
        onChange={(fromDate) => onChange({ fromDate })}
      />
      <TextField
        label="Ends"
        type="datetime-local"
        value={form.toDate}
        error={issue('toDate')}
        onChange={(toDate) => onChange({ toDate })}
      />
    </>
  )
}

function Weekly({ form, issue, onChange }: ScheduleFieldsProps) {
  return (
    <>
      <ChecksField
        label="Days"
        help="On which it begins."
        inline
        value={form.days}
        options={weekdays}
        error={issue('days')}
        onChange={(days) => onChange({ days })}
      />
      <div className={styles['pair']}>
        <TextField
          label="From"
          type="time"
          value={form.from}
          error={issue('from')}
          onChange={(from) => onChange({ from })}
        />
        <TextField
          label="To"
          type="time"
          help="At or before the beginning: on the next day."
          value={form.to}
          error={issue('to')}
          onChange={(to) => onChange({ to })}
        />
      </div>
    </>
  )
}

function Cron({ form, issue, onChange }: ScheduleFieldsProps) {
  return (
    <>
      <TextField
        label="Cron expression"
        help="Of its beginnings: minute, hour, day of the month, month, weekday. “30 3 1 * *” is 03:30 on the first of each month."
        mono
        value={form.expression}
        error={issue('expression')}
        onChange={(expression) => onChange({ expression })}
      />
      <NumberField
        label="Lasts"
        unit="min"
        help="Up to 10 080, which is a week."
        value={form.minutes}
        error={issue('minutes')}
        onChange={(minutes) => onChange({ minutes })}
      />
    </>
  )
}
