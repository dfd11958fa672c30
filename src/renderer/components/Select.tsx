import { Select as Base } from '@base-ui/react/select'
import Check from 'lucide-react/icons/check'
import ChevronDown from 'lucide-react/icons/chevron-down'
import styles from './Menu.module.css'

interface SelectProps<Value extends string> {
  /** Read out as the control's name unless a `Field` labels it. */
  label?: string
  id?: string
  value: Value
  options: readonly { readonly value: Value; readonly label: string }[]
  disabled?: boolean
  onChange: (value: Value) => void
}

/** One of a few. */
export function Select<Value extends string>({ label, id, value, options, disabled, onChange }: SelectProps<Value>) {
  return (
    <Base.Root
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      disabled={disabled ?? false}
      onValueChange={(next) => (next === null ? undefined : onChange(next))}
    >
      <Base.Trigger className={styles['trigger']} aria-label={label} id={id}>
        <Base.Value />
        <Base.Icon>
          <ChevronDown size={14} aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} className={styles['item']}>
                <span className={styles['check']}>
                  <Base.ItemIndicator>
                    <Check size={14} aria-hidden="true" />
                  </Base.ItemIndicator>
                </span>
                <Base.ItemText>{option.label}</Base.ItemText>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
