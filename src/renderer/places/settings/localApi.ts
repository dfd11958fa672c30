/** Where the token lies with which programs read the local API. */
export function tokenFile(dataFolder: string): string {
  return `${dataFolder}${dataFolder.includes('\\') ? '\\' : '/'}api-token`
}

/**
 * Where the local API begins; null while nobody can say.
 * @param origin of this page, which the headless host serves together with it
 * @param port as it is saved; 0 takes any
 */
export function localApiAddress(host: 'desktop' | 'headless', origin: string, port: number): string | null {
  if (host === 'headless') return `${origin}/api/`
  return port === 0 ? null : `http://127.0.0.1:${port}/api/`
}
