import { useMemo } from 'react'
import { type FieldProps, TextField } from '../../components/Field.tsx'

/** Every zone this browser knows; UTC is one that it may not list. */
function zones(): readonly string[] {
  const known = Intl.supportedValuesOf('timeZone')
  return known.includes('UTC') ? known : ['UTC', ...known]
}

/** A time zone by its name, which is completed while it is typed. */
export function TimeZoneField(props: FieldProps & { value: string; onChange: (value: string) => void }) {
  const suggestions = useMemo(() => zones(), [])
  return <TextField {...props} suggestions={suggestions} />
}
