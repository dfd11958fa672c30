import type { ConfigField, KindInfo, ProbeDefinitionView, ProbeDraft } from '../../../contract/probes.ts'
import { probeIdPattern } from '../../../domain/probe.ts'

/** A form's value of one field, shaped for its control. */
export type FieldValue =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'number'; readonly number: number | null }
  | { readonly type: 'list'; readonly items: readonly string[] }
  | { readonly type: 'pairs'; readonly pairs: readonly (readonly [string, string])[] }

export interface ProbeForm {
  readonly id: string
  readonly kind: KindInfo['kind']
  readonly title: string
  readonly seconds: number | null
  readonly enabled: boolean
  readonly config: Readonly<Record<string, FieldValue>>
}

/** An empty form for a new probe of a kind. */
export function blankForm(kind: KindInfo): ProbeForm {
  return {
    id: '',
    kind: kind.kind,
    title: '',
    seconds: Math.round(kind.defaultIntervalMs / 1_000),
    enabled: true,
    config: readConfig(kind.fields, {}),
  }
}

export function formOf(definition: ProbeDefinitionView, kind: KindInfo): ProbeForm {
  return {
    id: definition.id,
    kind: definition.kind,
    title: definition.title,
    seconds: Math.round(definition.intervalMs / 1_000),
    enabled: definition.enabled,
    config: readConfig(kind.fields, definition.config),
  }
}

/** Stored configuration as form values; what is not set shows its default. */
function readConfig(
  fields: readonly ConfigField[],
  config: Readonly<Record<string, unknown>>,
): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(fields.map((field) => [field.name, readField(field, config[field.name] ?? field.default)]))
}

function readField(field: ConfigField, value: unknown): FieldValue {
  switch (field.type) {
    case 'number':
      return { type: 'number', number: typeof value === 'number' ? value : null }
    case 'list':
      return { type: 'list', items: Array.isArray(value) ? value.map(String) : [] }
    case 'headers':
      return {
        type: 'pairs',
        pairs: isRecord(value) ? Object.entries(value).map(([name, text]) => [name, String(text)]) : [],
      }
    case 'text':
    case 'url':
    case 'secret':
    case 'select':
      return { type: 'text', text: typeof value === 'string' ? value : '' }
  }
}

/**
 * Form values as configuration. An empty field is left out, so that the provider's default holds, unless emptiness is
 * itself the default (`''` or null).
 */
export function writeConfig(fields: readonly ConfigField[], values: ProbeForm['config']): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const field of fields) {
    const value = values[field.name]
    const written = value ? writeField(value) : undefined
    if (written !== undefined) config[field.name] = written
    else if (field.default === '' || field.default === null) config[field.name] = field.default
  }
  return config
}

function writeField(value: FieldValue): unknown {
  switch (value.type) {
    case 'text':
      return value.text.trim() === '' ? undefined : value.text.trim()
    case 'number':
      return value.number ?? undefined
    case 'list': {
      const items = value.items.map((item) => item.trim()).filter(Boolean)
      return items.length === 0 ? undefined : items
    }
    case 'pairs': {
      const pairs = value.pairs
        .map(([name, text]) => [name.trim(), text.trim()] as const)
        .filter(([name]) => name !== '')
      return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
    }
  }
}

export function draftOf(form: ProbeForm, fields: readonly ConfigField[]): ProbeDraft {
  return {
    id: form.id.trim(),
    kind: form.kind,
    title: form.title.trim() || form.id.trim(),
    config: writeConfig(fields, form.config),
    intervalMs: (form.seconds ?? 0) * 1_000,
    enabled: form.enabled,
  }
}

/** What can be seen to be missing before the daemon is asked, by the path the daemon would name. */
export function missing(
  form: ProbeForm,
  fields: readonly ConfigField[],
  taken: ReadonlySet<string>,
): Map<string, string> {
  const found = new Map<string, string>()
  if (!probeIdPattern.test(form.id.trim())) found.set('id', 'Letters, digits, "_" and "-", at most 64.')
  else if (taken.has(form.id.trim())) found.set('id', 'Another probe has this id.')
  if (form.seconds === null || form.seconds < 5 || form.seconds > 86_400) {
    found.set('intervalMs', 'From 5 to 86 400 seconds.')
  }
  const config = writeConfig(fields, form.config)
  for (const field of fields) {
    if (field.required && (config[field.name] === undefined || config[field.name] === '')) {
      found.set(`config.${field.name}`, 'This is needed.')
    }
  }
  return found
}

/** An id people can read, made of a title: "API, production" is `api-production`. */
export function idFrom(title: string): string {
  return title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
}

/**
 * Under which id of the vault a probe's secret is stored. Its own reference when it has one for itself; when other
 * probes read the same one, an id of its own, so that theirs is not replaced.
 * @param ref what the form holds now, such as `vault:fly` or `env:FLY_TOKEN`
 */
export function secretId(ref: string, probeId: string, field: string, shared: boolean): string {
  if (ref.startsWith('vault:') && !shared) return ref.slice('vault:'.length)
  const own = `${probeId}.${field}`.toLowerCase().replace(/[^a-z0-9_.-]/g, '-')
  return own.replace(/^[^a-z0-9]+/, '').slice(0, 64) || 'secret'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
