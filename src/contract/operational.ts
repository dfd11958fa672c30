import { z } from 'zod'
import {
  claimPermissions,
  degradationReasons,
  primaryStates,
  stateActors,
  stopLevels,
} from '../domain/operationalState.ts'
import { Done, EpochMs, procedure } from './common.ts'

const Primary = z.enum(primaryStates)

export const OperationalView = z.object({
  primary: Primary,
  reasons: z.array(z.enum(degradationReasons)),
  permission: z.enum(claimPermissions),
  stopLevel: z.literal(stopLevels),
  sinceMs: EpochMs,
  /** What led to the last change, in words, and who asked for it. */
  trigger: z.string(),
  actor: z.enum(stateActors),
  /** When a pause by the operator ends by itself. */
  untilMs: EpochMs.nullable(),
  /** What waits for the end of the pause: messages held and investigations not begun. */
  waiting: z.object({ messages: z.number().int(), investigations: z.number().int() }),
  /** The last ten, oldest first. */
  history: z.array(z.object({ atMs: EpochMs, from: Primary, to: Primary, trigger: z.string() })),
  validNext: z.array(Primary),
})
export type OperationalView = z.infer<typeof OperationalView>

export const operational = {
  get: procedure.output(OperationalView),
  /** No model is called and nothing is told; watching goes on. A second pause replaces the first. */
  pause: procedure
    .input(
      z.object({
        /** For how long; null until it is resumed. */
        forMs: z
          .number()
          .int()
          .min(60_000)
          .max(30 * 86_400_000)
          .nullable(),
        /** 1: nothing new is begun; 2: what runs makes no further call; 3: what runs is aborted. */
        level: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(1),
        /** Criticals are told all the same, without an investigation. */
        criticals: z.boolean().default(false),
        reason: z.string().trim().max(200).default(''),
        actor: z.enum(['operator', 'command_line']).default('operator'),
      }),
    )
    .output(OperationalView),
  /** Ends a pause by the operator; one for cost ends with the budget. */
  resume: procedure
    .input(z.object({ actor: z.enum(['operator', 'command_line']).default('operator') }))
    .output(OperationalView),
  /** Ends the process. The id of the running session keeps a request from hitting a later process. */
  shutDown: procedure
    .input(z.object({ sessionId: z.string().max(64), reason: z.string().trim().max(200) }))
    .output(Done),
}
