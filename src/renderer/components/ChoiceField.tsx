import { useId } from 'react'
import styles from './ChoiceField.module.css'
import { Glyph } from './Glyph.tsx'

interface ChoiceFieldProps<Value extends string> {
  label: string
  value: Value
  options: readonly { readonly value: Value; readonly label: string; readonly help?: string }[]
  error?: string | null
  fixedBy?: string | undefined
  onChange: (value: Value) => void
}

/** One of a few, all in sight, each with what it means. */
export function ChoiceField<Value extends string>(props: ChoiceFieldProps<Value>) {
  const { label, value, options, error, fixedBy, onChange } = props
  const id = useId()
  return (
    <fieldset className={styles['choice']} disabled={Boolean(fixedBy)}>
      <legend className={styles['legend']}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles['option']}>
          <input
            type="radio"
            name={id}
            className={styles['radio']}
            value={option.value}
            checked={option.value === value}
            aria-describedby={option.help ? `${id}-${option.value}` : undefined}
            onChange={() => onChange(option.value)}
          />
          <span>
            {option.label}
            {option.help ? (
              <span className={styles['help']} id={`${id}-${option.value}`}>
                {option.help}
              </span>
            ) : null}
          </span>
        </label>
      ))}
      {fixedBy ? (
        <p className={styles['help']}>
          Set by <span className="mono">{fixedBy}</span> in the environment, so it cannot be changed here.
        </p>
      ) : null}
      {error ? (
        <p className={styles['error']} role="alert">
          <Glyph name="attention" className="" />
          {error}
        </p>
      ) : null}
    </fieldset>
  )
}

interface ChecksFieldProps<Value extends string> {
  label: string
  help?: string
  value: readonly Value[]
  options: readonly { readonly value: Value; readonly label: string }[]
  /** Side by side, as the days of a week are. */
  inline?: boolean
  error?: string | null
  onChange: (value: readonly Value[]) => void
}

/** Any of a few. What is chosen keeps the order of the options. */
export function ChecksField<Value extends string>(props: ChecksFieldProps<Value>) {
  const { label, help, value, options, inline = false, error, onChange } = props
  const id = useId()
  const notes = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ')
  const toggle = (toggled: Value, on: boolean) =>
    onChange(options.map((option) => option.value).filter((one) => (one === toggled ? on : value.includes(one))))
  return (
    <fieldset className={styles['choice']} aria-describedby={notes || undefined}>
      <legend className={styles['legend']}>{label}</legend>
      <div className={inline ? styles['inline'] : styles['checks']}>
        {options.map((option) => (
          <label key={option.value} className={styles['option']}>
            <input
              type="checkbox"
              className={styles['radio']}
              checked={value.includes(option.value)}
              onChange={(event) => toggle(option.value, event.target.checked)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
      {help ? (
        <p className={styles['help']} id={`${id}-help`}>
          {help}
        </p>
      ) : null}
      {error ? (
        <p className={styles['error']} id={`${id}-error`} role="alert">
          <Glyph name="attention" className="" />
          {error}
        </p>
      ) : null}
    </fieldset>
  )
}
