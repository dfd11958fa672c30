import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Opens an address that carries a one-time code. The code must not stand in an argument list, which every user of the
 * machine can read: an owner-only page takes the browser there. The code in it is worthless once used.
 */
export function openInBrowser(address: string, folder: string, platform: NodeJS.Platform): void {
  const page = join(folder, 'open.html')
  writeFileSync(page, `<!doctype html><meta http-equiv="refresh" content="0; url=${address}">`, { mode: 0o600 })
  const opener = platform === 'darwin' ? 'open' : platform === 'win32' ? 'explorer.exe' : 'xdg-open'
  const child = spawn(opener, [pathToFileURL(page).href], { stdio: 'ignore', detached: true })
  child.on('error', () => process.stderr.write(`No browser could be opened (${opener} is missing).\n`))
  child.unref()
}
