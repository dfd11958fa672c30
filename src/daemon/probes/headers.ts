import { z } from 'zod'
import { readSecret, variableName } from './config.ts'
import type { ProbeContext } from './provider.ts'

/** `env:NAME` or `vault:id`, optionally after a scheme word: `Bearer vault:site`. */
const reference = /^(?:([A-Za-z]{1,20}) )?(env:[A-Za-z_][A-Za-z0-9_]*|vault:[a-z0-9][a-z0-9_.-]{0,63})$/
const secretName = /authorization|cookie|token|secret|password|api-?key/i
/** Headers that describe the connection belong to the client. */
const connectionNames = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Header name to text or to a secret reference; headers that carry secrets must use a reference (ruling 21). */
export const Headers = z.record(z.string(), z.string().trim().max(2_048)).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', path: [name], message })
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name)) refuse('is not a header name')
    else if (connectionNames.has(name.toLowerCase())) refuse('is set by the connection itself')
    else if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) refuse('has a character that no header may have')
    else if (secretName.test(name) && !reference.test(value)) {
      refuse('carries a secret: give it as env:NAME or vault:id, with the scheme in front where there is one')
    }
  }
})

/**
 * Headers with their secrets in place.
 * @returns the names of all secrets the headers need when one of them is unset
 */
export function resolveHeaders(
  context: ProbeContext,
  headers: Readonly<Record<string, string>>,
): { readonly ok: true; readonly headers: Record<string, string> } | { readonly ok: false; readonly names: string[] } {
  const resolved: Record<string, string> = {}
  const names: string[] = []
  let missing = false
  for (const [name, value] of Object.entries(headers)) {
    const match = reference.exec(value)
    if (!match?.[2]) {
      resolved[name] = value
      continue
    }
    const secret = readSecret(context, match[2])
    names.push(variableName(match[2], { reference: '', variable: '' }))
    if (secret === null) missing = true
    else resolved[name] = match[1] ? `${match[1]} ${secret}` : secret
  }
  return missing ? { ok: false, names } : { ok: true, headers: resolved }
}
