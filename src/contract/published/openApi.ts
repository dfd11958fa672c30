import { z } from 'zod'

/** As much of an OpenAPI 3.1 document as is promised about it. */
export const OpenApi = z.looseObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.record(z.string(), z.unknown()),
})
export type OpenApi = z.infer<typeof OpenApi>
