import { z } from 'zod'
import type { ConfigField } from '../../contract/probes.ts'
import type { ProbeContext } from './provider.ts'

const referencePattern = /^(env:[A-Za-z_][A-Za-z0-9_]*|vault:[a-z0-9][a-z0-9_.-]{0,63})$/

/** A reference to a secret (ruling 21): `env:NAME` or `vault:ID`. */
export const SecretReference = z
  .string()
  .trim()
  .regex(referencePattern, 'a secret is given as env:NAME or vault:id, never as its value')

/** An http or https address without a name and password inside, which would be a secret in the definition. */
export const HttpAddress = z
  .string()
  .trim()
  .max(2_048)
  .superRefine((value, context) => {
    const refuse = (message: string): void => context.addIssue({ code: 'custom', message })
    if (!URL.canParse(value)) return refuse('must be a whole address such as https://example.com/health')
    const url = new URL(value)
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuse('must begin with http:// or https://')
    if (url.username || url.password) refuse('must not contain a name or password; use a header with a secret')
  })

/** Host names of addresses, blank ones left out. */
export function hostsOf(...addresses: readonly string[]): readonly string[] {
  return addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address).hostname)
}

export function withoutTrailingSlash(address: string): string {
  return address.replace(/\/+$/, '')
}

/**
 * The value behind a reference, made known to the redactor; null when unset or blank.
 * Read at every check and never kept.
 */
export function readSecret(context: ProbeContext, reference: string): string | null {
  const value = context.secrets.resolve(reference)?.trim()
  if (!value) return null
  context.redactor.learn(value)
  return value
}

/** How people know a reference: its variable, or for the provider's own vault entry the documented variable. */
export function variableName(reference: string, own: { reference: string; variable: string }): string {
  if (reference === own.reference) return own.variable
  return reference.startsWith('env:') ? reference.slice('env:'.length) : reference
}

/** Form field of a provider's credential. */
export function secretField(name: string, label: string, help: string, reference: string): ConfigField {
  return { name, label, help, type: 'secret', required: true, default: reference }
}

/** Form field of a provider's address, which only tests and proxies change. */
export function baseUrlField(address: string): ConfigField {
  return {
    name: 'baseUrl',
    label: 'API address',
    help: 'Where the API answers. Change it only for a proxy or a test server.',
    type: 'url',
    required: false,
    default: address,
  }
}
