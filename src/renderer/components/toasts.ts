import { Toast } from '@base-ui/react/toast'

/** Anything may raise one, inside React or not; `Toasts` draws them. */
export const toasts = Toast.createToastManager()

interface Notice {
  readonly title: string
  readonly text?: string
  /** A failure stays twice as long. */
  readonly failed?: boolean
  readonly action?: { readonly label: string; run: () => void }
}

/** Shows one line in the corner and reads it out politely. */
export function notify({ title, text, failed = false, action }: Notice): void {
  const id = toasts.add({
    title,
    ...(text === undefined ? {} : { description: text }),
    timeout: failed || action ? 10_000 : 5_000,
    type: failed ? 'failed' : 'done',
    ...(action
      ? {
          actionProps: {
            children: action.label,
            onClick: () => {
              toasts.close(id)
              action.run()
            },
          },
        }
      : {}),
  })
}

/** Puts text on the clipboard and says so, or says why not. */
export function copyText(text: string, what = text): void {
  const copied = () => notify({ title: what.length > 80 ? 'Copied' : `Copied ${what}` })
  navigator.clipboard.writeText(text).then(copied, () => {
    if (copyBySelection(text)) copied()
    else notify({ title: 'The clipboard refused', text: 'Select the text and copy it by hand.', failed: true })
  })
}

/** The older way, for hosts that grant no clipboard permission: it needs only the press that led here. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'visuallyHidden'
  document.body.append(field)
  const focused = document.activeElement
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return done
}
