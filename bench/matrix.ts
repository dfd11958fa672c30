import type { Figure } from './figures.ts'

/** Numbers that a test of the store prints. */
type Values = Readonly<Record<string, number>>

export interface Tests {
  readonly kind: 'tests'
  readonly file: string
  /** Which tests of the file, as a pattern of their names; all when absent. */
  readonly only?: string
  /** `KORA_ROUNDS` in the bench and in the long form, where the tests have rounds. */
  readonly rounds?: readonly [bench: number, long: number]
  /** The figure in the numbers that the store's tests print. */
  readonly figure?: (values: Values) => Figure
}

/** One row of the fault matrix (reliability specification, section 2) and how it is tried here. */
export interface Row {
  readonly row: number
  readonly fault: string
  readonly how:
    | Tests
    /** With a real daemon process; only in the long form. */
    | { readonly kind: 'scenario'; readonly name: 'diskFull' | 'readOnly' | 'lockHeld' }
    | { readonly kind: 'not_run'; readonly reason: string }
}

/** Every row, in the specification's order. A fault tried in two ways has two entries. */
export const matrix: readonly Row[] = [
  row(1, 'SIGKILL at random moments', {
    ...tests('test/integration/storeKill'),
    rounds: [10, 200],
    figure: (v) => lost(`acknowledged steps lost, of ${v['acknowledged']} in ${v['rounds']} kills`, sum(v, 'lost')),
  }),
  row(2, 'power cut', {
    ...tests('test/integration/storePowerCut'),
    rounds: [200, 2_000],
    figure: (v) =>
      lost(`steps lost or messages without incident, ${v['cuts']} cuts`, sum(v, 'lost', 'messagesWithoutIncident')),
  }),
  row(1, 'SIGKILL at random moments while spending', {
    ...tests('test/integration/ledgerKill'),
    rounds: [100, 200],
    figure: (v) =>
      lost(
        `charges lost, counted twice or hydrated otherwise, of ${v['acknowledged']} in ${v['rounds']} kills`,
        sum(v, 'lost', 'twice', 'hydratedOtherwise'),
      ),
  }),
  row(2, 'power cut while spending', {
    ...tests('test/integration/ledgerPowerCut'),
    rounds: [200, 2_000],
    figure: (v) =>
      lost(
        `charges lost, counted twice or hydrated otherwise, ${v['cuts']} cuts`,
        sum(v, 'lost', 'twice', 'hydratedOtherwise'),
      ),
  }),
  row(3, 'fsync error', notRun('needs a preload library, and nothing here is compiled')),
  row(4, 'disk full: 1 MB tmpfs', { kind: 'scenario', name: 'diskFull' }),
  row(4, 'disk full: retention makes room', tests('test/integration/storeDiskFull')),
  row(4, 'disk full: what is told meanwhile', tests('test/integration/acceptance/storeRefuses')),
  row(5, 'short writes', notRun('needs a preload library, and nothing here is compiled')),
  row(6, 'read-only remount', { kind: 'scenario', name: 'readOnly' }),
  row(7, 'bit flips in audit and backups', {
    ...tests('test/integration/storeBitFlips'),
    rounds: [40, 300],
    figure: (v) => lost(`undetected, of ${v['flips']}`, difference(v, 'flips', 'detected')),
  }),
  row(8, 'WAL file deleted while stopped', tests('test/integration/storeLostLog')),
  row(9, 'backup during writes', {
    ...tests('test/integration/storeBackup'),
    rounds: [10, 50],
    figure: (v) => lost(`backups that do not match, of ${v['backups']}`, difference(v, 'backups', 'matching')),
  }),
  row(10, 'kill during restore', notRun('restoring comes with the backups work (ruling 23)')),
  row(11, 'kill during a migration', {
    ...tests('test/integration/storeMigrationKill'),
    rounds: [1_000, 1_000],
    figure: (v) => lost(`starts that did not resume, of ${v['kills']} kills`, difference(v, 'kills', 'resumed')),
  }),
  row(12, 'newer schema', {
    ...tests('test/integration/storeNewerSchema'),
    figure: (v) => ({
      name: 'files changed by the refusal',
      value: v['filesChanged'] ?? Number.NaN,
      unit: 'files',
      bound: 0,
    }),
  }),
  row(13, 'many daemons on one folder', { ...tests('test/integration/folderLock'), rounds: [10, 50] }),
  row(14, 'another process holds the write lock 30 s', { kind: 'scenario', name: 'lockHeld' }),
  row(15, 'kill between sending a message and marking it', {
    ...tests('test/integration/kills', 'row 15'),
    rounds: [10, 200],
  }),
  row(16, 'kill between wake and model answer', { ...tests('test/integration/kills', 'row 16'), rounds: [100, 100] }),
  row(17, 'Slack 429 with Retry-After 30', tests('test/integration/telling', 'row 17')),
  row(18, 'Slack reply lost', tests('test/integration/telling', 'row 18')),
  row(19, 'Slack hangs', tests('src/daemon/clients/slack', 'hang|10 s')),
  row(20, 'socket recycles', notRun('Kora does not listen to Slack yet')),
  row(21, 'redelivery', notRun('Kora does not listen to Slack yet')),
  row(22, 'bad envelope, revoked token', notRun('Kora does not listen to Slack yet')),
  row(23, 'offline 8 h', notRun('Kora does not listen to Slack yet')),
  row(24, 'DNS dead', notRun('needs a network namespace, and no scenario makes one yet')),
  row(25, 'captive portal page', notRun('no rule tells a portal from a broken service yet')),
  row(26, 'all probes fail at once', tests('test/integration/telling', 'row 26')),
  row(27, 'flapping', tests('test/integration/telling', 'row 27')),
  row(
    28,
    'model overloaded, hanging, cut off',
    tests('test/integration/acceptance/investigations', 'hangs|before its hanging'),
  ),
  row(28, 'model overloaded, hanging, cut off: the client', tests('src/daemon/clients/model')),
  row(28, 'model overloaded, hanging, cut off: the ledger', {
    ...tests('test/integration/ledgerEndings'),
    rounds: [200, 1_000],
    figure: (v) =>
      lost(
        `rows missing, invented or uncharged, reservations left, of ${v['calls']} calls`,
        sum(v, 'wrong', 'left', 'wronglySpent', 'unbilled'),
      ),
  }),
  row(
    29,
    'model refuses, or answers nonsense',
    tests('test/integration/acceptance/hostile', 'malicious model|huge answer'),
  ),
  row(30, 'budget exhausted during a call', {
    ...tests('test/integration/ledgerBudget'),
    rounds: [100, 300],
    figure: (v) => ({
      name: `overshoot, 20 calls at once at 99 % of the pool, ${v['rounds']} times, ${v['refused']} refused`,
      value: sum(v, 'overshootNanoUsd'),
      unit: 'nanodollars',
      bound: 0,
    }),
  }),
  row(31, 'wall clock moved by 8 h', tests('src/daemon/services/Scheduler', 'wall clock')),
  row(31, 'wall clock moved by 8 h: the whole daemon', tests('test/integration/clocks', 'row 31')),
  row(32, 'clock change and month rollover', {
    ...tests('test/integration/ledgerRollover'),
    rounds: [100, 300],
    figure: (v) =>
      lost(
        `resets missing or too many, wrong sums or changed rows, ${v['schedules']} schedules, ${v['periods']} periods`,
        sum(v, 'wrongResets', 'wrong'),
      ),
  }),
  row(33, 'suspend', tests('src/daemon/services/Scheduler', 'missed')),
  row(33, 'suspend: the whole daemon', tests('test/integration/clocks', 'row 33')),
  row(33, 'suspend: with trouble untold', tests('test/integration/acceptance/ruling17', 'sleep')),
  row(34, 'event loop stalled 10 s', tests('src/daemon/services/Scheduler', 'stood still')),
  row(34, 'event loop stalled 10 s: the whole daemon', tests('test/integration/stall')),
  row(35, 'out of memory', notRun('nobody restarts the process yet')),
  row(36, 'out of file descriptors', notRun('no scenario yet')),
  row(37, 'ingest flood', notRun('there is no ingestion yet')),
  row(38, 'restart while an incident is told', tests('test/integration/telling', 'row 38')),
  row(38, 'restart while an alert of the daemon itself is active', tests('test/integration/alertRestart')),
  row(39, 'renderer crash', notRun('belongs to the end-to-end suite')),
]

function row(number: number, fault: string, how: Row['how']): Row {
  return { row: number, fault, how }
}

function tests(file: string, only?: string): Tests {
  return { kind: 'tests', file: `${file}.test.ts`, ...(only === undefined ? {} : { only }) }
}

function notRun(reason: string): Row['how'] {
  return { kind: 'not_run', reason }
}

/** A count of what must never happen. */
function lost(name: string, value: number): Figure {
  return { name, value, unit: 'cases', bound: 0 }
}

function sum(values: Values, ...names: string[]): number {
  return names.reduce((total, name) => total + (values[name] ?? Number.NaN), 0)
}

function difference(values: Values, all: string, good: string): number {
  return (values[all] ?? Number.NaN) - (values[good] ?? Number.NaN)
}
