import { useState } from 'react'
import { type FieldProps, TextField } from '../../components/Field.tsx'

interface AmountFieldProps extends FieldProps {
  /** NaN while what is typed cannot be read; null when an optional one is empty. */
  value: number | null
  read: (text: string) => number
  print: (value: number) => string
  /** Such as "82.40". */
  example: string
  onChange: (value: number | null) => void
}

/** A number with decimals. What is typed stays as typed as long as it means the value. */
export function AmountField({ value, read, print, example, onChange, ...field }: AmountFieldProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const meaning = (text: string) => (text.trim() === '' && field.required === false ? null : read(text))
  const printed = value === null || Number.isNaN(value) ? '' : print(value)
  const shown = typed !== null && Object.is(meaning(typed), value) ? typed : printed
  const unread = Number.isNaN(value) ? `A number is needed, such as ${example}.` : null
  return (
    <TextField
      {...field}
      value={shown}
      error={unread ?? field.error ?? null}
      onChange={(text) => {
        setTyped(text)
        onChange(meaning(text))
      }}
    />
  )
}
