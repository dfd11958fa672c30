import { describe, expect, it } from 'vitest'
import type { ConfigField, KindInfo } from '../../../contract/probes.ts'
import { blankForm, draftOf, formOf, idFrom, missing, secretId, writeConfig } from './probeDraft.ts'

const field = (name: string, type: ConfigField['type'], change: Partial<ConfigField> = {}): ConfigField => ({
  name,
  label: name,
  help: '',
  type,
  required: false,
  ...change,
})

const kind: KindInfo = {
  kind: 'http',
  label: 'HTTP',
  description: '',
  defaultIntervalMs: 30_000,
  fields: [
    field('url', 'url', { required: true }),
    field('method', 'select', { default: 'GET', options: ['GET', 'HEAD'] }),
    field('headers', 'headers', { default: {} }),
    field('apps', 'list', { default: [] }),
    field('limitMs', 'number', { default: null }),
    field('contains', 'text', { default: '' }),
    field('tokenRef', 'secret', { default: 'vault:site' }),
  ],
}

describe('a probe form', () => {
  it('starts from the defaults of its kind', () => {
    const form = blankForm(kind)
    expect(form.seconds).toBe(30)
    expect(writeConfig(kind.fields, form.config)).toEqual({
      method: 'GET',
      limitMs: null,
      contains: '',
      tokenRef: 'vault:site',
    })
  })

  it('reads and writes a stored configuration unchanged', () => {
    const config = {
      url: 'https://example.com',
      method: 'HEAD',
      headers: { accept: 'text/html' },
      apps: ['web', 'api'],
      limitMs: 900,
      contains: 'ok',
      tokenRef: 'env:SITE',
    }
    const definition = {
      id: 'a',
      kind: 'http' as const,
      title: 'A',
      config,
      intervalMs: 60_000,
      enabled: false,
      createdAtMs: 1,
      updatedAtMs: 1,
    }
    expect(draftOf(formOf(definition, kind), kind.fields)).toEqual({
      id: 'a',
      kind: 'http',
      title: 'A',
      config,
      intervalMs: 60_000,
      enabled: false,
    })
  })

  it('drops blank entries', () => {
    const form = blankForm(kind)
    const config = {
      ...form.config,
      apps: { type: 'list', items: [' web ', ''] } as const,
      headers: {
        type: 'pairs',
        pairs: [
          ['', 'x'],
          [' accept ', ' a '],
        ],
      } as const,
    }
    expect(writeConfig(kind.fields, config)).toMatchObject({ apps: ['web'], headers: { accept: 'a' } })
  })

  it('names what is missing by the path the daemon would name', () => {
    const form = { ...blankForm(kind), id: 'a b', seconds: 4 }
    expect([...missing(form, kind.fields, new Set()).keys()]).toEqual(['id', 'intervalMs', 'config.url'])
    expect(missing({ ...form, id: 'x' }, kind.fields, new Set(['x'])).get('id')).toBe('Another probe has this id.')
  })

  it('takes the id as title when there is none', () => {
    expect(draftOf({ ...blankForm(kind), id: 'site' }, kind.fields).title).toBe('site')
  })
})

it('makes a readable id of a title', () => {
  expect(['API, production', 'Café №1', '  ', '___'].map(idFrom)).toEqual(['api-production', 'cafe-no1', '', ''])
})

describe('secretId', () => {
  const allowed = /^[a-z0-9][a-z0-9_.-]{0,63}$/

  it('replaces its own value in place, never one that others read', () => {
    expect(secretId('vault:fly', 'fly', 'tokenRef', false)).toBe('fly')
    expect(secretId('vault:fly', 'fly-staging', 'tokenRef', true)).toBe('fly-staging.tokenref')
    expect(secretId('env:FLY', 'fly', 'tokenRef', false)).toBe('fly.tokenref')
  })

  it('is always one the vault takes', () => {
    for (const id of ['_A', '-', 'X'.repeat(64), '__'])
      expect(secretId('env:X', id, 'tokenRef', false)).toMatch(allowed)
  })
})
