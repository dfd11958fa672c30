/** What probes use to reach the outside. Nothing here throws for an HTTP status; transport trouble is `HttpFailure`. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Wall-clock limit for the whole exchange, redirects included. */
  readonly timeoutMs: number
  /** Bytes of body kept; the rest is not read and its connection ends. Default 262_144. */
  readonly maxBodyBytes?: number
  /** Default 0: a redirect is an answer. Credentials are not sent on to another origin. */
  readonly maxRedirects?: number
  readonly signal?: AbortSignal
}

export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly truncated: boolean
  /** Whole milliseconds from the request to the end of the body, truncated. */
  readonly latencyMs: number
  /** End of the peer certificate's validity, epoch ms; null over plain HTTP or when unknown. */
  readonly certificateExpiresAtMs: number | null
}

export type TransportCause = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'blocked_address'

/** The exchange could not be completed. `message` is `<ErrorName>: <message>`, not yet redacted. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly transport: TransportCause

  constructor(transport: TransportCause, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.transport = transport
  }
}

export interface HttpClient {
  /** @throws HttpFailure */
  request(request: HttpRequest): Promise<HttpReply>
  close(): Promise<void>
}
