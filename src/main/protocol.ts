import { type Shell, securityHeaders } from '../daemon/hosting/Shell.ts'
import { isCockpitUrl } from './origin.ts'

/** Answers `app://cockpit/…` from the built renderer; everything else is not found. */
export function shellHandler(shell: Shell): (request: Request) => Promise<Response> {
  return async (request) => {
    const readable = request.method === 'GET' || request.method === 'HEAD'
    const file = readable && isCockpitUrl(request.url) ? await shell.get(new URL(request.url).pathname) : null
    if (!file)
      return new Response('Not found', { status: 404, headers: { ...securityHeaders, 'content-type': 'text/plain' } })
    return new Response(request.method === 'HEAD' ? null : file.body, { headers: file.headers })
  }
}
