import { useState } from 'react'
import { equal } from '../../client/equal.ts'
import { type FieldProps, TextAreaField } from '../../components/Field.tsx'
import { patternLines } from './routingForm.ts'

interface PatternsFieldProps extends FieldProps {
  value: readonly string[]
  onChange: (patterns: string[]) => void
}

/** Expressions, one a line. What is typed stays as typed as long as it means the value. */
export function PatternsField({ value, onChange, ...field }: PatternsFieldProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed !== null && equal(patternLines(typed), value) ? typed : value.join('\n')
  return (
    <TextAreaField
      {...field}
      required={false}
      value={shown}
      onChange={(text) => {
        setTyped(text)
        onChange(patternLines(text))
      }}
    />
  )
}
