import { describe, expect, it } from 'vitest'
import { type Finding, WatchHarness } from '../../test/fakes/watchHarness.ts'

/** One check: seconds since the previous one, what it found, how the watch then stands, and the wake it emits. */
type Row = readonly [afterSeconds: number, finding: Finding, stands: string, wake?: string]

interface Case {
  readonly name: string
  readonly criticalKind: boolean
  readonly rows: readonly Row[]
}

const ruling17: readonly Case[] = [
  {
    name: 'a credential that is not set never opens an incident',
    criticalKind: true,
    rows: Array.from({ length: 10 }, (): Row => [300, 'not_configured', 'ok –']),
  },
  {
    name: 'Kora being cut off never opens an incident',
    criticalKind: true,
    rows: Array.from({ length: 10 }, (): Row => [300, 'not_watching', 'ok –']),
  },
  {
    name: 'a probe that failed in itself never opens an incident',
    criticalKind: true,
    rows: Array.from({ length: 10 }, (): Row => [300, 'unknown', 'ok –']),
  },
  {
    name: 'unreachable, milder kind: doubt, warning after 2, critical after 4',
    criticalKind: false,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [300, 'unreachable', 'open warning', 'opened'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open critical', 'severity_rose'],
      [300, 'unreachable', 'open critical'],
    ],
  },
  {
    name: 'unreachable, critical kind: doubt, critical when the re-check fails too',
    criticalKind: true,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [10, 'unreachable', 'open critical', 'opened'],
      [300, 'unreachable', 'open critical'],
    ],
  },
  {
    name: 'unreachable, critical kind: a check before the re-check is due is the second in a row and no more',
    criticalKind: true,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [5, 'unreachable', 'open warning', 'opened'],
      [5, 'unreachable', 'open critical', 'severity_rose'],
    ],
  },
  {
    name: 'unreachable, critical kind: four quick checks in a row need no re-check',
    criticalKind: true,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [1, 'unreachable', 'open warning', 'opened'],
      [1, 'unreachable', 'open warning'],
      [1, 'unreachable', 'open critical', 'severity_rose'],
    ],
  },
  {
    name: 'unreachable once and well again: no incident',
    criticalKind: false,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [300, 'healthy', 'ok –'],
      [300, 'unreachable', 'suspect –'],
      [300, 'healthy', 'ok –'],
    ],
  },
  {
    name: 'HTTP failure, critical row: confirmed by the re-check',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'http_critical', 'open critical', 'opened'],
      [300, 'http_critical', 'open critical'],
    ],
  },
  {
    name: 'HTTP failure, critical row: a check before the re-check is due confirms nothing',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [4, 'http_critical', 'suspect –'],
      [5, 'http_critical', 'suspect –'],
      [1, 'http_critical', 'open critical', 'opened'],
    ],
  },
  {
    name: 'HTTP failure whose re-check cannot connect is confirmed',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'unreachable', 'open critical', 'opened'],
    ],
  },
  {
    name: 'no connection whose re-check answers with an HTTP failure is confirmed',
    criticalKind: true,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [10, 'http_critical', 'open critical', 'opened'],
    ],
  },
  {
    name: 'HTTP failure whose re-check is well: no incident',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'healthy', 'ok –'],
      [290, 'http_critical', 'suspect –'],
      [10, 'healthy', 'ok –'],
    ],
  },
  {
    name: 'HTTP failure whose re-check is degraded is a warning',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'degraded', 'open warning', 'opened'],
    ],
  },
  {
    name: 'HTTP failure, milder row: a warning at once, never more',
    criticalKind: false,
    rows: [
      [300, 'http_warning', 'open warning', 'opened'],
      ...Array.from({ length: 8 }, (): Row => [300, 'http_warning', 'open warning']),
    ],
  },
  {
    name: 'threshold passed: a warning at once, never more',
    criticalKind: true,
    rows: [
      [300, 'degraded', 'open warning', 'opened'],
      ...Array.from({ length: 8 }, (): Row => [300, 'degraded', 'open warning']),
    ],
  },
  {
    name: 'unreadable body: a warning at once',
    criticalKind: true,
    rows: [[300, 'bad_response', 'open warning', 'opened']],
  },
  {
    name: 'bad in other ways does not count as unreachable in a row',
    criticalKind: false,
    rows: [
      [300, 'degraded', 'open warning', 'opened'],
      [300, 'degraded', 'open warning'],
      [300, 'degraded', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'degraded', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open critical', 'severity_rose'],
    ],
  },
  {
    name: 'an open warning that fails for good is doubted, then rises',
    criticalKind: true,
    rows: [
      [300, 'degraded', 'open warning', 'opened'],
      [300, 'http_critical', 'open warning'],
      [10, 'http_critical', 'open critical', 'severity_rose'],
      [300, 'http_critical', 'open critical'],
    ],
  },
  {
    name: 'a doubt about an open warning that is not confirmed leaves a warning',
    criticalKind: true,
    rows: [
      [300, 'degraded', 'open warning', 'opened'],
      [300, 'http_critical', 'open warning'],
      [10, 'degraded', 'open warning'],
      [300, 'http_critical', 'open warning'],
    ],
  },
  {
    name: 'a critical that goes on unreachable stays critical, whatever the kind',
    criticalKind: false,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'http_critical', 'open critical', 'opened'],
      [300, 'unreachable', 'open critical'],
      [300, 'unreachable', 'open critical'],
    ],
  },
  {
    name: 'a critical that only degrades becomes a warning without a word',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'http_critical', 'open critical', 'opened'],
      [300, 'degraded', 'open warning'],
      [300, 'healthy', 'ok –'],
    ],
  },
  {
    name: 'Kora being cut off leaves an open incident as it is',
    criticalKind: true,
    rows: [
      [300, 'degraded', 'open warning', 'opened'],
      [300, 'not_watching', 'open warning'],
      [300, 'not_configured', 'open warning'],
      [300, 'unknown', 'open warning'],
      [300, 'degraded', 'open warning'],
      [300, 'healthy', 'ok –'],
    ],
  },
  {
    name: 'a doubt cannot be confirmed across a time when Kora was cut off',
    criticalKind: true,
    rows: [
      [300, 'http_critical', 'suspect –'],
      [10, 'not_watching', 'ok –'],
      [300, 'http_critical', 'suspect –'],
      [10, 'http_critical', 'open critical', 'opened'],
    ],
  },
  {
    name: 'nor may it be while a milder incident is open',
    criticalKind: true,
    rows: [
      [300, 'degraded', 'open warning', 'opened'],
      [300, 'http_critical', 'open warning'],
      [10, 'not_watching', 'open warning'],
      [300, 'http_critical', 'open warning'],
      [10, 'http_critical', 'open critical', 'severity_rose'],
    ],
  },
  {
    name: 'unreachable before and after a time when Kora was cut off is not four in a row',
    criticalKind: false,
    rows: [
      [300, 'unreachable', 'suspect –'],
      [300, 'unreachable', 'open warning', 'opened'],
      [300, 'unreachable', 'open warning'],
      [300, 'not_watching', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open warning'],
      [300, 'unreachable', 'open critical', 'severity_rose'],
    ],
  },
]

describe('what a failed check means (ruling 17)', () => {
  it.each(ruling17)('$name', ({ criticalKind, rows }) => {
    const harness = new WatchHarness({ criticalKind })
    const seen = rows.map(([afterSeconds, finding]): Row => {
      const { wake } = harness.see(finding, afterSeconds * 1_000)
      return wake === null ? [afterSeconds, finding, harness.stands] : [afterSeconds, finding, harness.stands, wake]
    })
    expect(seen).toEqual(rows)
  })

  it('never counts a missing credential as trouble, even if something calls it an issue', () => {
    const harness = new WatchHarness()
    const issue = { category: 'service_unhealthy', severity: 'critical', title: 'x', detail: 'y' } as const
    for (let check = 0; check < 5; check++) harness.see('not_configured', 10_000, { issue })
    expect([harness.stands, harness.wakes, harness.incidentIds]).toEqual(['ok –', [], []])
  })

  it('sets the re-check of a doubted critical ten seconds ahead and keeps it there', () => {
    const harness = new WatchHarness()
    harness.see('http_critical')
    const dueMs = harness.nowMs + 10_000
    expect(harness.watch.recheckAtMs).toBe(dueMs)
    harness.see('http_critical', 3_000)
    expect(harness.watch.recheckAtMs).toBe(dueMs)
    harness.see('http_critical', 7_000)
    expect(harness.watch.recheckAtMs).toBeNull()
  })

  it.each(['healthy', 'not_watching', 'not_configured', 'degraded'] as const)(
    'asks for no further re-check after %s',
    (finding) => {
      const harness = new WatchHarness()
      harness.see('unreachable')
      harness.see(finding, 10_000)
      expect(harness.watch.recheckAtMs).toBeNull()
    },
  )

  it('asks for no re-check of an unreachable probe of a milder kind', () => {
    const harness = new WatchHarness({ criticalKind: false })
    harness.see('unreachable')
    expect(harness.watch.recheckAtMs).toBeNull()
  })

  it('does not put a re-check off when the wall clock is set back eight hours', () => {
    const harness = new WatchHarness()
    harness.see('http_critical')
    harness.see('http_critical', -8 * 3_600_000)
    expect(harness.watch.recheckAtMs).toBe(harness.nowMs + 10_000)
    harness.see('http_critical', 10_000)
    expect(harness.stands).toBe('open critical')
  })

  it('keeps a certificate incident open while the host cannot be reached, and closes it by a good look', () => {
    const harness = new WatchHarness({ category: 'certificate_expiring' })
    harness.see('degraded')
    harness.see('unreachable', 60_000, { issue: null })
    expect(harness.stands).toBe('open warning')
    harness.see('degraded', 60_000, { issue: null })
    expect([harness.stands, harness.recoveries]).toEqual(['ok –', 1])
  })
})
