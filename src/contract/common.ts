import { oc } from '@orpc/contract'
import { z } from 'zod'
import { gapReasons } from '../domain/gaps.ts'
import { categories } from '../domain/issue.ts'
import { causes, probeStatuses } from '../domain/observation.ts'
import { probeIdPattern, probeKinds } from '../domain/probe.ts'
import { severities } from '../domain/severity.ts'

/** Every procedure starts here. Errors are `ORPCError`s whose `code` is one of `domain/errors.ts`. */
export const procedure = oc

export const EpochMs = z.number().int()
export const ProbeId = z.string().regex(probeIdPattern, 'letters, digits, "_" and "-", at most 64')
export const ProbeKind = z.enum(probeKinds)
export const ProbeStatus = z.enum(probeStatuses)
export const Cause = z.enum(causes)
export const Severity = z.enum(severities)
export const Category = z.enum(categories)
export const Details = z.record(z.string(), z.unknown())
/** Time in which nothing was watched, and why. */
export const Gap = z.object({ fromMs: EpochMs, toMs: EpochMs, reason: z.enum(gapReasons) })
/** Nanodollars. */
export const NanoUsd = z.number().int()
export const Done = z.object({ ok: z.literal(true) })
