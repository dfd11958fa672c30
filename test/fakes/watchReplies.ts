/** Something to do once the client has read so much of a reply. */
export interface Reading {
  /** Matches the text of the reply when it has. */
  readonly upTo: RegExp
  readonly tell: () => void
}

/** The event with which a simulated reply that stops half-way states its usage. */
export const half = /^event: message_delta\ndata: .*\n\n/m
/** The last event before the first word. */
export const start = /^event: ping\ndata: .*\n\n/m

function watched(body: ReadableStream<Uint8Array>, { upTo, tell }: Reading): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let told = false
  return new ReadableStream(
    {
      async pull(controller) {
        // Whoever asks for more has taken in everything that came before.
        if (!told && upTo.test(text)) {
          told = true
          tell()
        }
        const { done, value } = await reader.read()
        if (done) return controller.close()
        text += decoder.decode(value, { stream: true })
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/**
 * Stands between a client and `fetch` and says when so much of a streamed reply was read; the product knows nothing of
 * it.
 * @param readingOf by what was sent; null for a reply that nobody watches
 * @returns puts `fetch` back
 */
export function watchReplies(readingOf: (sent: string) => Reading | null): () => void {
  const plainFetch = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await plainFetch(input, init)
    const reading = readingOf(typeof init?.body === 'string' ? init.body : '')
    if (reading === null || response.body === null) return response
    const { status, statusText, headers } = response
    return new Response(watched(response.body, reading), { status, statusText, headers })
  }
  return () => {
    globalThis.fetch = plainFetch
  }
}
