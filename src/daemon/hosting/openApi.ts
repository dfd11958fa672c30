import { z } from 'zod'
import type { OpenApi } from '../../contract/published/openApi.ts'
import type { Endpoint } from './publishedEndpoint.ts'

type Json = Readonly<Record<string, unknown>>

const description =
  'What Kora publishes for other programs. Every GET answers HEAD as well. A refusal has no body. Programs carry the ' +
  'token in the file api-token of the data folder; a signed-in cockpit of the same origin needs none.'

/** Refusals, by the name under which operations refer to them. */
const refusals: Readonly<Record<string, Json>> = {
  BadBody: { description: 'The body is no JSON, or not of the form described here.' },
  Failed: { description: 'Kora could not read its records; its log says why.' },
  Forbidden: { description: 'A page of another site or port sent the request.' },
  MethodNotAllowed: refusal('The path is there, for another method.', 'Allow', 'The methods it is there for.'),
  Misdirected: { description: 'The Host header names another server.' },
  NotFound: { description: 'Nothing is published there: a segment is missing or holds an unencoded slash.' },
  TooLarge: { description: 'The body is larger than 16 KB.' },
  Unauthorized: refusal('No token, or another one.', 'WWW-Authenticate', 'Always Bearer.'),
  Unavailable: { description: 'The daemon is starting; ask again.' },
  UnsupportedMediaType: { description: 'The content type is not application/json.' },
}

/** The OpenAPI 3.1 description of a table of endpoints: same table, same text. */
export async function openApi(table: readonly Endpoint[], version: string): Promise<OpenApi> {
  const shapes = z.registry<{ id: string }>()
  for (const { name, response } of table) shapes.add(await response(), { id: name })
  // As input: whoever reads an answer should not mind a field that came later.
  const { schemas } = z.toJSONSchema(shapes, { uri: componentRef, io: 'input', override: plain })
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of table) (paths[endpoint.path] ??= {})[endpoint.method.toLowerCase()] = operation(endpoint)
  return {
    openapi: '3.1.1',
    info: { title: 'Kora', version, description },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, schema]) => [name, withoutIdentity(schema)]),
      ),
      responses: refusals,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function operation(endpoint: Endpoint): Json {
  const { name, summary, body } = endpoint
  const parameters = [...pathParameters(endpoint), ...queryParameters(endpoint)]
  return {
    operationId: name.charAt(0).toLowerCase() + name.slice(1),
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === null ? {} : { requestBody: { required: true, content: json(schemaOf(body, 'input')) } }),
    responses: responses(endpoint),
  }
}

function responses({ name, method, path, body }: Endpoint): Json {
  const refused = (component: string): Json => ({ $ref: `#/components/responses/${component}` })
  return {
    200: { description: 'As described.', content: json({ $ref: componentRef(name) }) },
    ...(body === null ? {} : { 400: refused('BadBody') }),
    401: refused('Unauthorized'),
    403: refused('Forbidden'),
    ...(path.includes('{') ? { 404: refused('NotFound') } : {}),
    405: refused('MethodNotAllowed'),
    ...(method === 'POST' ? { 413: refused('TooLarge'), 415: refused('UnsupportedMediaType') } : {}),
    421: refused('Misdirected'),
    500: refused('Failed'),
    503: refused('Unavailable'),
  }
}

function pathParameters({ path }: Endpoint): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: 'Percent-encoded; looked up exactly.',
    schema: { type: 'string', maxLength: 512 },
  }))
}

function queryParameters({ query }: Endpoint): Json[] {
  if (query === null) return []
  // As output: what a lenient value ends as is what callers should send.
  const { properties = {} } = schemaOf(query, 'output') as { properties?: Record<string, Json> }
  return Object.entries(properties).map(([name, { description: about, ...schema }]) => ({
    name,
    in: 'query',
    required: false,
    ...(about === undefined ? {} : { description: about }),
    schema,
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  return withoutIdentity(z.toJSONSchema(schema, { io, override: plain }))
}

/** A part of the document has neither a dialect nor an address of its own. */
function withoutIdentity({ $schema: _dialect, $id: _address, ...schema }: z.core.JSONSchema.BaseSchema): Json {
  return schema
}

/** Leaves out the bounds that only say "fits a double". */
function plain({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
}

function componentRef(name: string): string {
  return `#/components/schemas/${name}`
}

function json(schema: Json): Json {
  return { 'application/json': { schema } }
}

function refusal(text: string, header: string, about: string): Json {
  return { description: text, headers: { [header]: { description: about, schema: { type: 'string' } } } }
}
