import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type HostName = 'electron' | 'stand-in' | 'headless'

export interface Host {
  readonly name: HostName
  /** Why it cannot run here; null when it can. */
  readonly missing: string | null
}

/** Every host the specs are written for, and whether it can run here. */
export function allHosts(): Host[] {
  return [
    { name: 'electron', missing: missingElectron() },
    { name: 'stand-in', missing: null },
    { name: 'headless', missing: null },
  ]
}

export function hosts(): Host[] {
  return allHosts().filter((host) => host.missing === null)
}

/** Real Electron needs its binary, a display, and on Linux a user its sandbox accepts. */
function missingElectron(): string | null {
  const folder = join(import.meta.dirname, '../../node_modules/electron')
  const pathFile = join(folder, 'path.txt')
  const binary = existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8').trim()) : null
  if (binary === null || !existsSync(binary)) return 'its binary is not installed'
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'no display'
  return process.getuid?.() === 0 ? 'running as root' : null
}
