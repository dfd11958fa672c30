const maxBytes = 16 * 1024 * 1024

/** Statuses whose answer may not carry a body. */
const bodiless = new Set([204, 205, 304])

async function readBounded(response: Response): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  if (response.body === null) return new Blob(parts)
  for await (const part of response.body) {
    size += part.length
    // Leaving the loop by throwing cancels the stream, and with it the connection.
    if (size > maxBytes) throw new RangeError(`reply longer than ${maxBytes} bytes`)
    parts.push(Uint8Array.from(part))
  }
  return new Blob(parts)
}

/**
 * `fetch` for the service clients: the body has arrived when it resolves, so that one signal bounds the whole
 * exchange (both SDKs stop their clock at the headers); at most 16 MiB; a redirect is an error, since neither service
 * redirects and a captive portal does.
 */
export async function boundedFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, { ...init, redirect: 'error' })
  const body = await readBounded(response)
  const { status, statusText, headers } = response
  return new Response(bodiless.has(status) ? null : body, { status, statusText, headers })
}
