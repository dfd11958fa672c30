import { EventEmitter } from 'node:events'

export type SchemeHandler = (request: Request) => Promise<Response> | Response
type Decide = (granted: boolean) => void
export type RequestHandler = (contents: unknown, permission: string, decide: Decide, details: unknown) => void
export type CheckHandler = (contents: unknown, permission: string, origin: string, details: unknown) => boolean

export interface PrivilegedScheme {
  readonly scheme: string
  readonly privileges?: Readonly<Record<string, boolean>>
}

const handlers = new Map<string, SchemeHandler>()

/** Schemes given privileges before the app was ready. */
export const privileged: PrivilegedScheme[] = []

export const protocol = {
  registerSchemesAsPrivileged: (schemes: readonly PrivilegedScheme[]) => void privileged.push(...schemes),
  handle: (scheme: string, handler: SchemeHandler) => void handlers.set(scheme, handler),
}

export function handlerOf(scheme: string): SchemeHandler | null {
  return handlers.get(scheme) ?? null
}

/** Permissions a page can ask for: Electron's name, and the one the browser's own protocol has. */
export const permissions = [
  ['geolocation', 'geolocation'],
  ['notifications', 'notifications'],
  ['midi', 'midi'],
  ['media', 'camera'],
  ['media', 'microphone'],
  ['clipboard-read', 'clipboard-read'],
  ['idle-detection', 'idle-detection'],
] as const

class Session extends EventEmitter {
  request: RequestHandler | null = null
  check: CheckHandler | null = null
  device: ((details: unknown) => boolean) | null = null

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.request = handler
  }

  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.check = handler
  }

  setDevicePermissionHandler(handler: ((details: unknown) => boolean) | null): void {
    this.device = handler
  }
}

export const session = { defaultSession: new Session() }

/** What the code under test answers for a permission, by each of its handlers; Electron grants where none is set. */
export async function ask(permission: string): Promise<{ request: boolean; check: boolean; device: boolean }> {
  const { request, check, device } = session.defaultSession
  return {
    request: request ? await new Promise<boolean>((decide) => request(null, permission, decide, {})) : true,
    check: check ? check(null, permission, 'app://cockpit/', {}) : true,
    device: device ? device({ deviceType: permission }) : false,
  }
}
