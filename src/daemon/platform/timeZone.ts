import { isTimeZone } from '../../domain/localTime.ts'

/** The zone this machine keeps its clock in, an IANA name. Where TZ names no zone it is UTC, as it is for `Date`. */
export function machineTimeZone(): string {
  const timeZone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone
  return timeZone !== undefined && isTimeZone(timeZone) ? timeZone : 'UTC'
}
