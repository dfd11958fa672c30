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
type SectionName = keyof Settings

/** A secret that was typed and not stored yet. */
interface TypedSecret {
  readonly ref: string
  readonly value: string
}

/** What was changed and not saved yet, by section. */
export type Edits = { readonly [Name in SectionName]?: Partial<Settings[Name]> }

/** What is wrong with fields before the daemon is asked, in words, by path such as `budget.warnPct`. */
export type Problems = Readonly<Record<string, string>>

/** The fields of one section. */
export interface SectionFields<Name extends SectionName> {
  readonly draft: Settings[Name]
  set<Key extends keyof Settings[Name]>(key: Key, value: Settings[Name][Key]): void
  /** What is wrong with a field, or with something inside it: by the form's own check, else by what the daemon said. */
  issue: (key: string) => string | null
  /** The variable that fixes a field for this run. */
  fixedBy: (key: string) => string | undefined
}

/** A form as a whole, whatever its sections are. */
export interface FormState {
  /** What is typed into the form's secret; empty while nothing is. */
  readonly secret: string
  setSecret: (value: string) => void
  readonly dirty: boolean
  /** Why there is nothing that could be saved; null when there is. */
  readonly broken: string | null
  readonly work: Work<void>
  save: () => void
  discard: () => void
}

export type SettingsForm<Name extends SectionName> = SectionFields<Name> & FormState

interface FormOptions {
  /** Path of the page: leaving it with unsaved changes asks first. */
  readonly scope: string
  readonly view: SettingsView
  readonly onSaved: () => void
  /** Reference of the form's one secret; its value goes to the vault with the same press. */
  readonly secretRef?: string
  /** Looks at everything as it would be saved. */
  readonly check?: (draft: Settings) => Problems
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

/** The settings with what was typed over them. */
export function drafted(saved: Settings, edits: Edits): Settings {
  const sections = Object.entries(saved).map(([name, section]) => [name, { ...section, ...edits[name as SectionName] }])
  return Object.fromEntries(sections) as Settings
}

/** What a press on Save sends; empty when nothing differs. */
export function patchOf(saved: Settings, draft: Settings): SettingsPatch {
  const names = Object.keys(saved) as SectionName[]
  const changed = names.map((name) => [name, changedParts<object>(saved[name], draft[name])] as const)
  return Object.fromEntries(changed.filter(([, part]) => Object.keys(part).length > 0)) as SettingsPatch
}

/** Why a patch cannot be saved: a number that is none, or what the form's own check found. */
export function whyBroken(patch: SettingsPatch, problems: Problems): string | null {
  const values = Object.values(patch).flatMap((part) => Object.values(part))
  if (values.some((value) => Number.isNaN(value))) return 'A number is missing'
  return Object.keys(problems).length > 0 ? 'Some fields need another look' : null
}

/**
 * The settings as a form: a draft over what is saved, sent with one press, guarded against being left. A page takes
 * the sections it shows from it.
 */
export function useSettingsForms({
  scope,
  view,
  onSaved,
  secretRef,
  check,
}: FormOptions): FormState & { section: <Name extends SectionName>(name: Name) => SectionFields<Name> } {
  const client = useClient()
  const saved = view.settings
  const [edits, setEdits] = useState<Edits>({})
  const [secret, setSecret] = useState('')
  const draft = useMemo(() => drafted(saved, edits), [saved, edits])
  const patch = patchOf(saved, draft)
  const problems = check?.(draft) ?? {}
  const dirty = Object.keys(patch).length > 0 || secret.trim() !== ''
  useUnsavedGuard(dirty, scope)

  const { state, run, reset } = useWork(async () => {
    if (secretRef && secret.trim() !== '') await storeSecret(client, { ref: secretRef, value: secret.trim() })
    setSecret('')
    if (Object.keys(patch).length > 0) await client.settings.update(trimmed(patch))
    setEdits({})
    releaseGuard()
    onSaved()
    notify({ title: 'Saved' })
  })

  const said = (path: string) => (state.kind === 'failed' ? issueAt(state.problem.issues, path) : null)
  return {
    section: (name) => ({
      draft: draft[name],
      set: (key, value) => setEdits((before) => ({ ...before, [name]: { ...before[name], [key]: value } })),
      issue: (key) => problems[`${name}.${key}`] ?? said(`${name}.${key}`),
      fixedBy: (key) => view.fixedByEnv[`${name}.${key}`],
    }),
    secret,
    setSecret,
    dirty,
    broken: whyBroken(patch, problems),
    work: state,
    save: () => void run(),
    discard() {
      setEdits({})
      setSecret('')
      reset()
    },
  }
}

/** The same for a page of one section. */
export function useSettingsForm<Name extends SectionName>(name: Name, options: FormOptions): SettingsForm<Name> {
  const { section, ...form } = useSettingsForms(options)
  return { ...form, ...section(name) }
}

async function storeSecret(client: CockpitClient, secret: TypedSecret): Promise<void> {
  await client.settings.setSecret({ id: secret.ref.replace(/^(vault|env):/, '').toLowerCase(), value: secret.value })
}
