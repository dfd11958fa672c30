import { clip } from '../text.ts'
import { redactRanges, tokenRanges } from '../tokenShapes.ts'

// By characters, so that no half of one is left standing in front.
const mailAddress = /[^\s@<>(),;:]{1,64}@[^\s@.,;:<>()[\]"'/\\]+(?:\.[^\s@.,;:<>()[\]"'/\\]+)+/gu
// Longer groups are no address, but a cut would make them look like one.
const ipv4 = /(\d{1,3})\.(\d{1,3})\.\d+\.\d+/g
// Eight groups, or fewer with "::" for the missing ones; a time of day has neither.
const ipv6 =
  /(?<!\w)(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}|(?=[0-9a-f:]*::)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8})(?:%\w+)?(?!\w)/gi
// Marks that turn the direction of writing round count as well; line breaks and tabs stay.
// oxlint-disable-next-line no-control-regex
const control = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** An address of somebody's machine: the first half of an IPv4, nothing of anything else (audit specification, 8). */
export function maskedIp(address: unknown): string {
  const parts = typeof address === 'string' ? /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(address.trim()) : null
  return parts ? `${parts[1]}.${parts[2]}.x.x` : '—'
}

/**
 * Stored text as a published body may hold it: at most `most` characters, an ellipsis included; no control characters
 * and no half ones; no mail address, no whole IP address, nothing that looks like a credential.
 */
export function cleanText(text: string, most: number): string {
  return clip(withoutAddresses(shownText(text, most)), most)
}

/** {@link cleanText} for an id that looks like an address and is none; whole, it can be asked for. */
export function cleanId(id: string, most: number): string {
  return clip(shownText(id, most), most)
}

function shownText(text: string, most: number): string {
  // Only this much is looked at: a long text must not cost more than a short one. What the cut leaves of an address or
  // a credential is a beginning, which is none or is found.
  const head = text
    .slice(0, most * 4 + 64)
    .replace(control, ' ')
    .toWellFormed()
  return redactRanges(head, tokenRanges(head))
}

/** Most texts hold no sign that an address needs: the patterns are for the others. */
function withoutAddresses(text: string): string {
  const mails = text.includes('@') ? text.replace(mailAddress, '<address>') : text
  const machines = mails.includes('.') ? mails.replace(ipv4, '$1.$2.x.x') : mails
  return machines.includes(':') ? machines.replace(ipv6, '—') : machines
}
