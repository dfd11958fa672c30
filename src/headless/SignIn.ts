import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../daemon/platform/clock.ts'

const codeLifeMs = 10 * 60_000
const sessionLifeMs = 30 * 86_400_000
const wrongTriesAllowed = 5
const wrongTriesWindowMs = 60_000
const codesKept = 8
const sessionsKept = 50

const StoredSessions = z.array(z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), expiresAtMs: z.number().int() }))

/** What a secret is remembered as. The secret itself exists in the operator's browser only. */
interface Kept {
  readonly hash: string
  readonly expiresAtMs: number
}

export type Exchange =
  | { readonly kind: 'signed_in'; readonly session: string; readonly maxAgeSeconds: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'too_many_tries' }

/**
 * Who may use the headless cockpit: one-time codes become sessions. Sessions are kept as SHA-256 hashes in an
 * owner-only file, so that a restart does not sign the operator out.
 */
export class SignIn {
  readonly #clock: Clock
  readonly #file: string
  #codes: Kept[] = []
  #sessions: Kept[] | null = null
  #wrongTriesMs: number[] = []

  /** @param file owner-only file in the state folder; missing or unreadable means nobody is signed in */
  constructor(options: { clock: Clock; file: string }) {
    this.#clock = options.clock
    this.#file = options.file
  }

  /** A code that signs one browser in, once, within ten minutes: 32 random bytes, base64url. */
  createCode(): string {
    const code = randomBytes(32).toString('base64url')
    this.#codes.push({ hash: hashOf(code), expiresAtMs: this.#clock.nowMs() + codeLifeMs })
    this.#codes = this.#codes.slice(-codesKept)
    return code
  }

  /** Trades a code for a session. After five wrong ones within a minute even a right one has to wait. */
  exchange(code: string): Exchange {
    const nowMs = this.#clock.nowMs()
    this.#wrongTriesMs = this.#wrongTriesMs.filter((atMs) => nowMs - atMs < wrongTriesWindowMs)
    if (this.#wrongTriesMs.length >= wrongTriesAllowed) return { kind: 'too_many_tries' }
    const found = find(this.#codes, code, nowMs)
    if (!found) {
      this.#wrongTriesMs.push(nowMs)
      return { kind: 'refused' }
    }
    this.#codes = this.#codes.filter((kept) => kept !== found)
    const session = randomBytes(32).toString('base64url')
    const living = this.#load().filter((kept) => kept.expiresAtMs > nowMs)
    this.#sessions = [...living, { hash: hashOf(session), expiresAtMs: nowMs + sessionLifeMs }].slice(-sessionsKept)
    this.#save(this.#sessions)
    return { kind: 'signed_in', session, maxAgeSeconds: sessionLifeMs / 1_000 }
  }

  /** Whether a session given out earlier still holds. */
  holds(session: string): boolean {
    return find(this.#load(), session, this.#clock.nowMs()) !== null
  }

  #load(): Kept[] {
    if (this.#sessions) return this.#sessions
    try {
      this.#sessions = StoredSessions.parse(JSON.parse(readFileSync(this.#file, 'utf8')))
    } catch {
      // Missing on the first start. Damaged: signing in again mends it.
      this.#sessions = []
    }
    return this.#sessions
  }

  #save(sessions: Kept[]): void {
    const draft = `${this.#file}.new`
    writeFileSync(draft, JSON.stringify(sessions), { mode: 0o600 })
    renameSync(draft, this.#file)
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Looks at every candidate, each in constant time. */
function find(kept: readonly Kept[], secret: string, nowMs: number): Kept | null {
  const offered = Buffer.from(hashOf(secret), 'hex')
  let found: Kept | null = null
  for (const candidate of kept) {
    const same = timingSafeEqual(offered, Buffer.from(candidate.hash, 'hex'))
    if (same && candidate.expiresAtMs > nowMs) found = candidate
  }
  return found
}
