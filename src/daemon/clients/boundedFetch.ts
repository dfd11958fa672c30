const maxBytes = 16 * 1024 * 1024

/** Statuses whose answer may not carry a body. */
const bodiless = new Set([204, 205, 304])

/** The body as it arrives. It errs once it is too long, which ends the connection. */
function bounded(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader()
  let size = 0
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read()
        if (done) return controller.close()
        size += value.length
        if (size > maxBytes) {
          const reason = new RangeError(`reply longer than ${maxBytes} bytes`)
          void reader.cancel(reason).catch(() => undefined)
          throw reason
        }
        controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}

/**
 * Has Node load its fetch, which it does when a part of it is first named: in a turn of its own, since it holds the
 * thread for 20 ms, as long as a client's library does in the turn before.
 */
export async function loadFetch(): Promise<void> {
  await nextTurn()
  void new Headers()
  await nextTurn()
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function open(
  url: string | URL | Request,
  init: RequestInit | undefined,
  redirect: 'manual' | 'error',
): Promise<Response> {
  const response = await fetch(url, { ...init, redirect })
  const { status, statusText, headers } = response
  const body = response.body === null || bodiless.has(status) ? null : bounded(response.body)
  return new Response(body, { status, statusText, headers })
}

/**
 * `fetch` for replies that are read as they arrive: at most 16 MiB; a redirect is an answer and not followed. It
 * resolves at the headers, so the caller's signal has to bound the rest.
 */
export function boundedStream(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  return open(url, init, 'manual')
}

/**
 * `fetch` for replies that are read at once: the body has arrived when it resolves, so that one signal bounds the whole
 * exchange where a client stops its clock at the headers; at most 16 MiB; a redirect is an error, since no service here
 * redirects and a captive portal does.
 */
export async function boundedFetch(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await open(url, init, 'error')
  const { status, statusText, headers } = response
  return new Response(response.body === null ? null : await response.blob(), { status, statusText, headers })
}
