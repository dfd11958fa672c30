// What `npm start` decides, as functions of what it sees. Plain syntax: an old Node has to read this to be refused.

export const oldestNode = 24

/** Options that only a headless cockpit has; `--headless` says no more than that. */
const headlessOnly = ['--headless', '--port', '--host', '--open']

/**
 * @param {string} version such as `20.20.0`
 * @returns {string | null} one line, or null when this Node will do
 */
export function nodeRefusal(version) {
  if (Number(version.split('.')[0]) >= oldestNode) return null
  return `Kora needs Node ${oldestNode} or newer; this is ${version}. Get one from https://nodejs.org.`
}

/**
 * Why there can be no desktop window, as far as it can be told without Electron's binary.
 * @param {{ platform: string, env: Record<string, string | undefined>, uid: number | null, args: readonly string[] }} seen
 * @returns {string | null}
 */
export function headlessReason({ platform, env, uid, args }) {
  const option = args.find((arg) => headlessOnly.includes(arg.split('=')[0]))
  if (option) return `${option.split('=')[0]} asks for the headless cockpit`
  if (uid === 0) return 'running as root'
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display'
  return null
}

/**
 * Libraries that the system does not have, from what `ldd` prints.
 * @param {string} output
 * @returns {string[]}
 */
export function missingLibraries(output) {
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1])
}

/**
 * Why Electron ended right after its start, where serving headless helps; null when it said itself what is wrong.
 * @param {{ code: number | null, signal: string | null, stderr: string }} end
 * @returns {string | null}
 */
export function earlyDeath({ code, signal, stderr }) {
  const library = /error while loading shared libraries: ([^\s:]+)/.exec(stderr)
  if (library) return `the system library ${library[1]} is missing`
  if (code === 0 || code === 2 || code === 3) return null
  if (/sandbox/i.test(stderr)) return "the system does not allow Chromium's sandbox"
  if (/missing x server|cannot open display|ozone_platform|failed to connect to wayland/i.test(stderr)) {
    return 'the display cannot be opened'
  }
  if (signal !== null) return `Electron ended at once with ${signal}`
  return code === 127 ? 'Electron could not be run' : null
}
