import { explain } from '../../client/errors.ts'
import type { CockpitClient } from '../../client/types.ts'
import { notify } from '../../components/toasts.ts'
import type { MaintenanceWindow } from './maintenanceWords.ts'

/**
 * Changes the list of windows as it stands now: what another window of the cockpit changed meanwhile stays as it is.
 * @returns the list as it was sent
 */
export async function changeWindows(
  client: CockpitClient,
  change: (windows: readonly MaintenanceWindow[]) => readonly MaintenanceWindow[],
): Promise<void> {
  const { settings } = await client.settings.get()
  await client.settings.update({ maintenance: { windows: [...change(settings.maintenance.windows)] } })
}

/** The list with a window in its place, or at its end when it is new. */
export function withWindow(
  windows: readonly MaintenanceWindow[],
  window: MaintenanceWindow,
): { windows: readonly MaintenanceWindow[]; index: number } {
  const at = windows.findIndex((one) => one.id === window.id)
  if (at === -1) return { windows: [...windows, window], index: windows.length }
  return { windows: windows.map((one) => (one.id === window.id ? window : one)), index: at }
}

/** Deletes one; can be taken back from the corner, to the place where it stood. */
export async function removeWindow(
  client: CockpitClient,
  window: MaintenanceWindow,
  onChanged: () => void,
): Promise<void> {
  let stood = 0
  try {
    await changeWindows(client, (windows) => {
      stood = windows.findIndex((one) => one.id === window.id)
      return windows.filter((one) => one.id !== window.id)
    })
  } catch (error) {
    notify({ title: `${window.title} was not deleted`, text: explain(error).message, failed: true })
    return
  }
  onChanged()
  const undo = () => {
    changeWindows(client, (windows) => windows.toSpliced(Math.max(0, stood), 0, window)).then(
      onChanged,
      (error: unknown) =>
        notify({ title: `${window.title} was not brought back`, text: explain(error).message, failed: true }),
    )
  }
  notify({ title: `${window.title} is deleted`, action: { label: 'Undo', run: undo } })
}
