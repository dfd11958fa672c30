import { connect } from '../src/renderer/client/connect.ts'

const calls = {
  backups: ({ client }) => client.system.backups(),
  settings: ({ client }) => client.settings.get(),
  snapshot: ({ client }) => client.state.current(),
} satisfies Record<string, (line: Line) => Promise<unknown>>

type Line = Exclude<Awaited<ReturnType<typeof connect>>, { kind: 'signed_out' }>

/**
 * Runs in the cockpit's page, on a line of its own that the product's client opens beside the cockpit's.
 * @returns ms of each call, one after the other; the browser's clock has steps of 0.1 ms
 */
export async function timeCalls(name: keyof typeof calls, count: number): Promise<number[]> {
  const line = await connect(null)
  if ('kind' in line) throw new Error('signed out')
  const times: number[] = []
  for (let index = 0; index < count; index++) {
    const began = performance.now()
    await calls[name](line)
    times.push(performance.now() - began)
  }
  return times
}
