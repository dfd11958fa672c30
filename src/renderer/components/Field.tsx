import { Switch } from '@base-ui/react/switch'
import X from 'lucide-react/icons/x'
import { type ReactNode, useId, useState } from 'react'
import { equal } from '../client/equal.ts'
import { Button, IconButton } from './Button.tsx'
import styles from './Field.module.css'
import { Glyph } from './Glyph.tsx'
import { Select } from './Select.tsx'

export interface FieldProps {
  label: string
  help?: ReactNode
  /** What the daemon said about this field; null when it is fine. */
  error?: string | null
  /** Name of the environment variable that fixes the value for this run. */
  fixedBy?: string | undefined
  required?: boolean
}

interface ControlProps {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean | undefined
  readonly disabled: boolean
}

/** A label, what it means, the control, and what is wrong with it. */
function Field({
  label,
  help,
  error,
  fixedBy,
  required,
  children,
}: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId()
  const described = [help ? `${id}-help` : '', fixedBy ? `${id}-fixed` : '', error ? `${id}-error` : '']
  const control: ControlProps = {
    id,
    'aria-describedby': described.filter(Boolean).join(' ') || undefined,
    'aria-invalid': error ? true : undefined,
    disabled: Boolean(fixedBy),
  }
  return (
    <div className={styles['field']}>
      <label className={styles['label']} htmlFor={id}>
        {label}
        {required === false ? <span className="faint"> (optional)</span> : null}
      </label>
      {children(control)}
      <FieldNotes id={id} help={help} error={error ?? null} fixedBy={fixedBy} />
    </div>
  )
}

function FieldNotes({
  id,
  help,
  error,
  fixedBy,
}: {
  id: string
  help: ReactNode
  error: string | null
  fixedBy: string | undefined
}) {
  return (
    <>
      {help ? (
        <p className={styles['help']} id={`${id}-help`}>
          {help}
        </p>
      ) : null}
      {fixedBy ? (
        <p className={styles['help']} id={`${id}-fixed`}>
          Set by <span className="mono">{fixedBy}</span> in the environment, so it cannot be changed here.
        </p>
      ) : null}
      {error ? (
        <p className={styles['error']} id={`${id}-error`}>
          <Glyph name="attention" className="" />
          {error}
        </p>
      ) : null}
    </>
  )
}

interface TextFieldProps extends FieldProps {
  value: string
  onChange: (value: string) => void
  placeholder?: string
  type?: 'text' | 'url' | 'password' | 'time' | 'datetime-local'
  mono?: boolean
  autoFocus?: boolean
  /** Offered while it is typed; anything else may be typed too. */
  suggestions?: readonly string[]
}

export function TextField(props: TextFieldProps) {
  const { value, onChange, placeholder, type = 'text', mono, autoFocus, suggestions, ...field } = props
  const list = useId()
  const width = type === 'time' ? styles['short'] : type === 'datetime-local' ? styles['medium'] : ''
  return (
    <Field {...field}>
      {(control) => (
        <>
          <input
            {...control}
            className={`${styles['input']} ${mono ? 'mono' : ''} ${width}`}
            type={type}
            value={value}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            autoFocus={autoFocus}
            list={suggestions ? list : undefined}
            onChange={(event) => onChange(event.target.value)}
          />
          {suggestions ? (
            <datalist id={list}>
              {suggestions.map((suggestion) => (
                <option key={suggestion} value={suggestion} />
              ))}
            </datalist>
          ) : null}
        </>
      )}
    </Field>
  )
}

export function TextAreaField({
  value,
  onChange,
  ...field
}: FieldProps & { value: string; onChange: (value: string) => void }) {
  return (
    <Field {...field}>
      {(control) => (
        <textarea
          {...control}
          className={`${styles['input']} ${styles['area']}`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}

interface NumberFieldProps extends FieldProps {
  /** Null while what is typed is not a number. */
  value: number | null
  unit?: string
  onChange: (value: number | null) => void
}

/** A whole number with its unit. What is typed stays as typed; what is not a number is null. */
export function NumberField({ value, unit, onChange, ...field }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed !== null && parseWhole(typed) === value ? typed : value === null ? (typed ?? '') : String(value)
  const blank = (typed ?? '').trim() === ''
  const wrong = value === null && typed !== null && !(blank && field.required === false)
  const notNumber = wrong ? 'A whole number is needed.' : null
  return (
    <Field {...field} error={notNumber ?? field.error ?? null}>
      {(control) => (
        <span className={styles['withUnit']}>
          <input
            {...control}
            className={`${styles['input']} ${styles['short']}`}
            inputMode="numeric"
            value={text}
            autoComplete="off"
            onChange={(event) => {
              setTyped(event.target.value)
              onChange(parseWhole(event.target.value))
            }}
          />
          {unit ? <span className="dim">{unit}</span> : null}
        </span>
      )}
    </Field>
  )
}

function parseWhole(text: string): number | null {
  const trimmed = text.replace(/\s/g, '')
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : null
}

interface SwitchFieldProps extends FieldProps {
  value: boolean
  /** What exactly is switched, for those who hear only the switch; drawn beside it is the label alone. */
  of?: string
  onChange: (value: boolean) => void
}

export function SwitchField({ value, of, onChange, label, help, error, fixedBy }: SwitchFieldProps) {
  const id = useId()
  return (
    <div className={styles['switchRow']}>
      <Switch.Root
        className={styles['switch']}
        checked={value}
        disabled={Boolean(fixedBy)}
        onCheckedChange={onChange}
        aria-labelledby={`${id}-label`}
        aria-describedby={help ? `${id}-help` : undefined}
      >
        <Switch.Thumb className={styles['thumb']} />
      </Switch.Root>
      <div>
        <span className={`${styles['label']} ${of ? styles['plain'] : ''}`} id={`${id}-label`}>
          {label}
          {of ? <span className="visuallyHidden"> {of}</span> : null}
        </span>
        <FieldNotes id={id} help={help} error={error ?? null} fixedBy={fixedBy} />
      </div>
    </div>
  )
}

interface SelectFieldProps extends FieldProps {
  value: string
  options: readonly { readonly value: string; readonly label: string }[]
  onChange: (value: string) => void
}

export function SelectField({ value, options, onChange, ...field }: SelectFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <Select
          id={control.id}
          label={field.label}
          value={value}
          options={options}
          disabled={control.disabled}
          onChange={onChange}
        />
      )}
    </Field>
  )
}

interface ListFieldProps extends FieldProps {
  value: readonly string[]
  placeholder?: string
  /** What one entry is called: "app", "address". */
  entry: string
  onChange: (value: readonly string[]) => void
}

/** Some texts, one under the other. Blank lines are the form's own affair: only what is filled in is handed on. */
export function ListField({ value, placeholder, entry, onChange, ...field }: ListFieldProps) {
  const [typed, setTyped] = useState<readonly string[]>(value)
  const current = equal(filled(typed), value) ? typed : value
  const shown = current.length === 0 ? [''] : current
  const change = (rows: readonly string[]) => {
    setTyped(rows)
    onChange(filled(rows))
  }
  return (
    <Field {...field}>
      {(control) => (
        <div className={styles['pairs']}>
          {shown.map((item, index) => (
            // The position is the identity: entries have no other, and typing must not remount the field.
            <div key={index} className={styles['item']}>
              <input
                {...control}
                id={index === 0 ? control.id : undefined}
                aria-label={index === 0 ? undefined : `${field.label}, ${entry} ${index + 1}`}
                className={styles['input']}
                value={item}
                placeholder={placeholder}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => change(shown.map((old, at) => (at === index ? event.target.value : old)))}
              />
              <IconButton
                label={`Remove ${entry} ${index + 1}`}
                disabled={control.disabled || current.length === 0}
                onClick={() => change(shown.filter((_, at) => at !== index))}
              >
                <X size={14} aria-hidden="true" />
              </IconButton>
            </div>
          ))}
          {control.disabled ? null : (
            <div>
              <Button look="quiet" onClick={() => change([...shown, ''])}>
                {`Add ${entry}`}
              </Button>
            </div>
          )}
        </div>
      )}
    </Field>
  )
}

function filled(rows: readonly string[]): readonly string[] {
  return rows.filter((row) => row.trim() !== '')
}

export type HeaderPair = readonly [name: string, value: string]

/** Names and values, such as the headers of a request. */
export function PairsField({
  value,
  onChange,
  ...field
}: FieldProps & { value: readonly HeaderPair[]; onChange: (value: readonly HeaderPair[]) => void }) {
  const put = (index: number, pair: HeaderPair) => onChange(value.map((old, at) => (at === index ? pair : old)))
  return (
    <Field {...field}>
      {(control) => (
        <div className={styles['pairs']}>
          {value.map(([name, text], index) => (
            <div key={index} className={styles['pair']}>
              <input
                className={`${styles['input']} mono`}
                aria-label={`${field.label}, name ${index + 1}`}
                value={name}
                placeholder="Name"
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => put(index, [event.target.value, text])}
              />
              <input
                className={`${styles['input']} mono`}
                aria-label={`${field.label}, value ${index + 1}`}
                value={text}
                placeholder="Value, or env:NAME"
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => put(index, [name, event.target.value])}
              />
              <IconButton
                label={`Remove header ${index + 1}`}
                onClick={() => onChange(value.filter((_, at) => at !== index))}
              >
                <X size={14} aria-hidden="true" />
              </IconButton>
            </div>
          ))}
          <div>
            <Button id={control.id} look="quiet" onClick={() => onChange([...value, ['', '']])}>
              Add header
            </Button>
          </div>
        </div>
      )}
    </Field>
  )
}
