import { useStore } from 'zustand'
import { ConfirmDialog } from '../components/Dialog.tsx'
import { discardAndGo, routerStore, stay } from './router.ts'

/** Stands between an unsaved form and wherever else the operator was going. */
export function UnsavedDialog() {
  const pending = useStore(routerStore, (state) => state.pending)
  return (
    <ConfirmDialog
      open={pending !== null}
      title="Discard the changes?"
      text="What you changed here is not saved yet."
      keep="Keep editing"
      verb="Discard"
      danger
      onConfirm={discardAndGo}
      onClose={stay}
    />
  )
}
