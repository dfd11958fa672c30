import type { ConfigField } from '../../../contract/probes.ts'
import type { SecretState } from '../../../contract/settings.ts'
import { ListField, NumberField, PairsField, SelectField, TextField } from '../../components/Field.tsx'
import type { FieldValue, ProbeForm } from './probeDraft.ts'
import { SecretField } from './SecretField.tsx'

interface ConfigFieldsProps {
  fields: readonly ConfigField[]
  values: ProbeForm['config']
  /** Secrets typed and not stored yet, by field. */
  typed: Readonly<Record<string, string>>
  secrets: readonly SecretState[]
  issue: (name: string) => string | null
  onValue: (name: string, value: FieldValue) => void
  onType: (name: string, value: string) => void
  onRemoved: () => void
}

/** A form made of what the provider says it needs. */
export function ConfigFields(props: ConfigFieldsProps) {
  return props.fields.map((field) => <Control key={field.name} field={field} {...props} />)
}

function Control({
  field,
  values,
  typed,
  secrets,
  issue,
  onValue,
  onType,
  onRemoved,
}: ConfigFieldsProps & { field: ConfigField }) {
  const value = values[field.name]
  const shared = { label: field.label, help: field.help, required: field.required, error: issue(field.name) }
  if (value?.type === 'number') {
    return (
      <NumberField
        {...shared}
        value={value.number}
        onChange={(number) => onValue(field.name, { type: 'number', number })}
      />
    )
  }
  if (value?.type === 'list') {
    return (
      <ListField
        {...shared}
        entry="entry"
        value={value.items}
        onChange={(items) => onValue(field.name, { type: 'list', items })}
      />
    )
  }
  if (value?.type === 'pairs') {
    return (
      <PairsField {...shared} value={value.pairs} onChange={(pairs) => onValue(field.name, { type: 'pairs', pairs })} />
    )
  }
  const text = value?.text ?? ''
  const setText = (next: string) => onValue(field.name, { type: 'text', text: next })
  if (field.type === 'secret') {
    return (
      <SecretField
        {...shared}
        reference={text}
        secrets={secrets}
        typed={typed[field.name] ?? ''}
        onType={(next) => onType(field.name, next)}
        onRemoved={onRemoved}
      />
    )
  }
  if (field.type === 'select') {
    const options = (field.options ?? []).map((option) => ({ value: option, label: option }))
    return <SelectField {...shared} value={text} options={options} onChange={setText} />
  }
  return (
    <TextField
      {...shared}
      type={field.type === 'url' ? 'url' : 'text'}
      mono={field.type === 'url'}
      value={text}
      onChange={setText}
    />
  )
}
