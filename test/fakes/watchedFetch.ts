interface Watch {
  /** Bodies arrive in pieces of this size; as they come when absent. */
  readonly pieceBytes?: number
  /** Told, each time a reader asks for more, everything it has read and worked through. */
  readonly digested?: (text: string) => void
}

/** Stands between a client and the bodies of its replies, until the returned function is called. */
export function watchFetch({ pieceBytes = Number.POSITIVE_INFINITY, digested }: Watch): () => void {
  const original = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init)
    if (response.body === null) return response
    const reader = response.body.getReader()
    const decoder = new TextDecoder()
    let text = ''
    let rest: Uint8Array = new Uint8Array()
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          digested?.(text)
          while (rest.length === 0) {
            const { done, value } = await reader.read()
            if (done) return controller.close()
            rest = value
          }
          const piece = rest.subarray(0, pieceBytes)
          rest = rest.subarray(piece.length)
          text += decoder.decode(piece, { stream: true })
          controller.enqueue(Uint8Array.from(piece))
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    )
    const { status, statusText, headers } = response
    return new Response(body, { status, statusText, headers })
  }
  return () => {
    globalThis.fetch = original
  }
}
