import { useMemo, useState } from 'react'
import type { Settings, SettingsPatch } from '../../../contract/settings.ts'
import { releaseGuard, useUnsavedGuard } from '../../app/router.ts'
import { useClient } from '../../client/CockpitContext.ts'
import { equal } from '../../client/equal.ts'
import { issueAt } from '../../client/errors.ts'
import { useWork, type Work } from '../../client/hooks.ts'
import type { CockpitClient } from '../../client/types.ts'
import { notify } from '../../components/toasts.ts'

export type SettingsView = Awaited<ReturnType<CockpitClient['settings']['get']>>
export type SectionName = keyof Settings

/** A secret that was typed and not stored yet. */
interface TypedSecret {
  readonly ref: string
  readonly value: string
}

export interface SettingsForm<Name extends SectionName> {
  readonly draft: Settings[Name]
  set<Key extends keyof Settings[Name]>(key: Key, value: Settings[Name][Key]): void
  /** What is typed into the section's secret; empty while nothing is. */
  readonly secret: string
  setSecret: (value: string) => void
  readonly dirty: boolean
  /** A number is not one: there is nothing that could be saved. */
  readonly broken: boolean
  readonly work: Work<void>
  /** What the daemon said about a field, or about something inside it. */
  issue: (key: string) => string | null
  /** The variable that fixes a field for this run. */
  fixedBy: (key: string) => string | undefined
  save: () => void
  discard: () => void
}

/** Only what differs is sent: what another window changed meanwhile stays as it is. */
export function changedParts<Section extends object>(saved: Section, draft: Section): Partial<Section> {
  const entries = Object.entries(draft).filter(([key, value]) => !equal(saved[key as keyof Section], value))
  return Object.fromEntries(entries) as Partial<Section>
}

/** Spaces around what was typed or pasted are never meant. */
export function trimmed<T>(value: T): T {
  if (typeof value === 'string') return value.trim() as T
  if (Array.isArray(value)) return value.map(trimmed) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, trimmed(item)])) as T
}

/**
 * One section of the settings as a form: a draft over what is saved, sent with one press, guarded against being left.
 * @param secretRef reference of the section's one secret; its value goes to the vault with the same press
 */
export function useSettingsForm<Name extends SectionName>(
  name: Name,
  scope: string,
  view: SettingsView,
  onSaved: () => void,
  secretRef: string | null = null,
): SettingsForm<Name> {
  const client = useClient()
  const saved = view.settings[name]
  const [edits, setEdits] = useState<Partial<Settings[Name]>>({})
  const [secret, setSecret] = useState('')
  const draft = useMemo(() => ({ ...saved, ...edits }), [saved, edits])
  const patch = changedParts(saved, draft)
  const dirty = Object.keys(patch).length > 0 || secret.trim() !== ''
  useUnsavedGuard(dirty, scope)

  const { state, run, reset } = useWork(async () => {
    if (secretRef && secret.trim() !== '') await storeSecret(client, { ref: secretRef, value: secret.trim() })
    setSecret('')
    if (Object.keys(patch).length > 0) await client.settings.update({ [name]: trimmed(patch) } as SettingsPatch)
    setEdits({})
    releaseGuard()
    onSaved()
    notify({ title: 'Saved' })
  })

  return {
    draft,
    set: (key, value) => setEdits((before) => ({ ...before, [key]: value })),
    secret,
    setSecret,
    dirty,
    broken: Object.values(patch).some((value) => Number.isNaN(value)),
    work: state,
    issue: (key) => (state.kind === 'failed' ? issueAt(state.problem.issues, `${name}.${key}`) : null),
    fixedBy: (key) => view.fixedByEnv[`${name}.${key}`],
    save: () => void run(),
    discard() {
      setEdits({})
      setSecret('')
      reset()
    },
  }
}

async function storeSecret(client: CockpitClient, secret: TypedSecret): Promise<void> {
  await client.settings.setSecret({ id: secret.ref.replace(/^(vault|env):/, '').toLowerCase(), value: secret.value })
}
