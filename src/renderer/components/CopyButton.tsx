import Copy from 'lucide-react/icons/copy'
import { Button, IconButton } from './Button.tsx'
import { copyText } from './toasts.ts'

/** Takes a text along. With `word` it is a button that says so, without it a small sign. */
export function CopyButton({ text, what, word }: { text: string; what: string; word?: string }) {
  if (word) return <Button onClick={() => copyText(text, what)}>{word}</Button>
  return (
    <IconButton label={`Copy ${what}`} onClick={() => copyText(text, what)}>
      <Copy size={13} aria-hidden="true" />
    </IconButton>
  )
}
