/** "40 s", "12 min", "3 h 5 min", "2 d 4 h": how long something took, for people. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`
}

/** `2026-05-11T14:00:00Z`. By its parts: `toISOString` alone brings in half a megabyte of time zones, which UTC needs none of. */
export function utcSeconds(ms: number): string {
  return `${utcParts(ms)}Z`
}

/** `2026-05-11T14:00:00.123000Z`: as rows of the audit log are published; we know no more than milliseconds. */
export function utcMicros(ms: number): string {
  return `${utcParts(ms)}.${String(new Date(ms).getUTCMilliseconds()).padStart(3, '0')}000Z`
}

function utcParts(ms: number): string {
  const at = new Date(ms)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = [at.getUTCFullYear(), two(at.getUTCMonth() + 1), two(at.getUTCDate())].join('-')
  return `${day}T${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')}`
}
