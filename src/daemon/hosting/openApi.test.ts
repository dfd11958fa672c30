import { describe, expect, it } from 'vitest'
import { publishedSources } from '../../../test/fakes/publishedSources.ts'
import { createPublishedApi } from './publishedApi.ts'
import { openApi } from './openApi.ts'
import { publishedTable } from './publishedTable.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: Record<string, unknown> }[]
  readonly responses: Record<string, unknown>
}

async function described() {
  const document = await openApi(publishedTable, '1.2.3')
  return { document, paths: document.paths as Record<string, Record<string, Operation>> }
}

/** Every `$ref` of a document, however deep. */
function refsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    return key === '$ref' && typeof inner === 'string' ? [inner] : refsOf(inner)
  })
}

/** What a local reference points at; undefined when there is nothing. */
function resolved(document: unknown, ref: string): unknown {
  const steps = ref.slice('#/'.length).split('/')
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document)
}

describe('the description of what is published', () => {
  it('is OpenAPI 3.1 of this version, with the token as its security scheme', async () => {
    const { document } = await described()
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: 'Kora', version: '1.2.3' })
    expect(document['security']).toEqual([{ bearer: [] }])
    expect(document.components['securitySchemes']).toEqual({ bearer: { type: 'http', scheme: 'bearer' } })
  })

  it('has every path and method of the table and no other, in its order', async () => {
    const { paths } = await described()
    const listed = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((one) => [one, path]))
    expect(listed).toEqual(publishedTable.map(({ method, path }) => [method.toLowerCase(), path]))
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(publishedTable.length)
    expect(operations.filter(({ summary }) => !/^[A-Z].+\.$/.test(summary))).toEqual([])
  })

  it('refers only to what it holds, and holds nothing that is not referred to', async () => {
    const { document } = await described()
    const refs = new Set(refsOf(document))
    expect([...refs].filter((ref) => !ref.startsWith('#/') || resolved(document, ref) === undefined)).toEqual([])
    const schemas = Object.keys(document.components['schemas'] as object)
    expect(schemas.filter((name) => !refs.has(`#/components/schemas/${name}`))).toEqual([])
    expect(JSON.stringify(document)).not.toMatch(/"\$(?:schema|id|defs)"/)
  })

  it('says of each path how it is refused', async () => {
    const { paths } = await described()
    const always = ['200', '401', '403', '405', '421', '500', '503']
    expect(Object.keys(paths['/api/cost-state']?.['get']?.responses ?? {})).toEqual(always)
    expect(Object.keys(paths['/api/investigations/{id}']?.['get']?.responses ?? {})).toContain('404')
    for (const { method, path, name } of publishedTable) {
      const { responses } = paths[path]?.[method.toLowerCase()] ?? {}
      expect(Object.keys(responses ?? {})).toEqual(expect.arrayContaining(always))
      expect(responses?.['200']).toEqual({
        description: expect.any(String),
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
      })
    }
  })

  it('names every parameter with its bounds and what stands for a missing one', async () => {
    const { paths } = await described()
    expect(paths['/api/probe-investigations']?.['get']?.parameters).toEqual([
      {
        name: 'window',
        in: 'query',
        required: false,
        description: expect.any(String),
        schema: { type: 'string', enum: ['24h', '7d', 'all'], default: '24h' },
      },
      {
        name: 'limit',
        in: 'query',
        required: false,
        description: expect.any(String),
        schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      },
    ])
    expect(paths['/api/investigations/{id}']?.['get']?.parameters).toMatchObject([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 512 } },
    ])
    expect(paths['/api/cost-state']?.['get']?.parameters).toBeUndefined()
  })

  it('describes bodies: a number that may be unknown, a list of values, counts by name', async () => {
    const { document } = await described()
    const { CostState, ProbeInvestigations } = document.components['schemas'] as Record<string, unknown>
    expect(CostState).toMatchObject({
      properties: { current: { properties: { spent_to_date_usd: { type: ['number', 'null'] } } } },
    })
    expect(ProbeInvestigations).toMatchObject({
      type: 'object',
      properties: { by_dm_status_24h: { additionalProperties: { type: 'integer', minimum: 0 } } },
      required: expect.arrayContaining(['items', 'total_count']),
    })
  })

  it('is the same text every time, and made once', async () => {
    const texts = await Promise.all([described(), described()])
    expect(JSON.stringify(texts[0].document)).toBe(JSON.stringify(texts[1].document))
    const api = createPublishedApi(publishedSources())
    const ask = async (): Promise<unknown> => {
      const answer = await api({ method: 'GET', path: '/api/openapi.json' })
      return answer?.status === 200 ? answer.body : null
    }
    const first = await ask()
    expect(first).toMatchObject({ info: { version: '0.0.0-test' } })
    expect(await ask()).toBe(first)
  })
})
