import type { ComponentProps, ReactNode } from 'react'
import { keysLabel } from '../app/keys.ts'
import { isMac } from '../app/shortcuts.ts'
import styles from './Button.module.css'

type Look = 'plain' | 'primary' | 'quiet' | 'danger'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  look?: Look
  /** Running: drawn with a turning mark, and a second press does nothing new. */
  busy?: boolean
  disabled?: boolean | undefined
  /** Why it cannot be pressed now; disables it and is shown on hover. */
  unavailable?: string | null | undefined
}

function looks(look: Look, extra?: string): string {
  return [styles['button'], look === 'plain' ? '' : styles[look], extra].filter(Boolean).join(' ')
}

/** A turning mark for work in progress. */
export function Spinner() {
  return <span className={styles['spinner']} aria-hidden="true" />
}

export function Button({
  look = 'plain',
  busy = false,
  unavailable,
  disabled,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={looks(look, className)}
      disabled={disabled || Boolean(unavailable)}
      aria-busy={busy || undefined}
      title={unavailable ?? rest.title}
    >
      {busy ? <Spinner /> : null}
      {children}
    </button>
  )
}

/** A button that is only a sign: its name is what it does. */
export function IconButton({ label, children, look = 'quiet', className, ...rest }: ButtonProps & { label: string }) {
  return (
    <Button
      {...rest}
      look={look}
      aria-label={label}
      title={rest.unavailable ?? label}
      className={[styles['icon'], className].filter(Boolean).join(' ')}
    >
      {children}
    </Button>
  )
}

/** A link that looks like a button: it only ever navigates. */
export function ButtonLink({
  look = 'plain',
  href,
  children,
  ...rest
}: ComponentProps<'a'> & { look?: Look; href: string; children: ReactNode }) {
  return (
    <a {...rest} href={href} className={looks(look, rest.className)}>
      {children}
    </a>
  )
}

/** A key or combination such as `Mod+K`, spelled as on this keyboard. */
export function Kbd({ keys }: { keys: string }) {
  return <kbd className={styles['kbd']}>{keysLabel(keys, isMac)}</kbd>
}
