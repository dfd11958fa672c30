import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { KoraError } from '../../domain/errors.ts'

/**
 * No inline script, no inline style element, no other origin, no frame. Styles set by script through the CSSOM, as
 * React does, are not inline in this sense.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** On every answer of both hosts. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wav': 'audio/wav',
  '.woff2': 'font/woff2',
}

export interface ShellFile {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer<ArrayBuffer>
}

/** The renderer's built files. A path is looked up among them, never joined to a folder: nothing else can be reached. */
export class Shell {
  readonly #files: ReadonlyMap<string, string>

  constructor(files: ReadonlyMap<string, string>) {
    this.#files = files
  }

  /** @param pathname of the request's URL, still percent-encoded; `/` is the start page. Null when there is no such file. */
  async get(pathname: string): Promise<ShellFile | null> {
    const path = pathname === '/' ? '/index.html' : pathname
    const file = this.#files.get(path)
    if (file === undefined) return null
    return {
      body: await readFile(file),
      headers: {
        ...securityHeaders,
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        // Names under /assets carry a hash of the content.
        'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    }
  }
}

/**
 * Reads the list of built files once.
 * @throws KoraError internal when the renderer was never built
 */
export function openShell(root: string): Shell {
  const files = new Map<string, string>()
  try {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      files.set(`/${relative(root, file).split(sep).map(encodeURIComponent).join('/')}`, file)
    }
  } catch (cause) {
    throw new KoraError('internal', "The cockpit's files are missing. Run npm run build.", { root }, { cause })
  }
  if (!files.has('/index.html')) {
    throw new KoraError('internal', "The cockpit's files are missing. Run npm run build.", { root })
  }
  return new Shell(files)
}
