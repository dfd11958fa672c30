import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultSettings, Settings } from '../../../../test/fakes/settingsView.ts'
import { budgetEffects, budgetProblems, printUsd, readPercent, readUsd } from './budgetForm.ts'

const saved = defaultSettings.budget
const problems = (changes: Partial<typeof saved>) => budgetProblems({ budget: { ...saved, ...changes } })

describe('amounts', () => {
  it.each([
    ['82.40', 82.4],
    [' 200 ', 200],
    ['0.005', 0.005],
    ['', Number.NaN],
    ['1e3', Number.NaN],
    ['-1', Number.NaN],
    ['$5', Number.NaN],
    ['1,000', Number.NaN],
  ])('"%s" means %d', (text, usd) => {
    expect(readUsd(text)).toBe(usd)
  })

  it.each([
    [200, '200.00'],
    [82.4, '82.40'],
    [0.005, '0.005'],
    [0.000_000_1, '0.0000001'],
    [1_000_000, '1000000.00'],
  ])('%d is shown as "%s"', (usd, text) => {
    expect(printUsd(usd)).toBe(text)
  })

  it('shows nothing that would be read back as something else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (thousandths) => {
        expect(readUsd(printUsd(thousandths / 1_000))).toBe(thousandths / 1_000)
      }),
    )
  })

  it.each([
    ['75', 75],
    ['82.5', 82.5],
    [' 0.01 ', 0.01],
    ['100', 100],
    ['82.505', Number.NaN],
    ['75%', Number.NaN],
    ['7,5', Number.NaN],
    ['', Number.NaN],
  ])('"%s" means %d percent', (text, percent) => {
    expect(readPercent(text)).toBe(percent)
  })
})

describe('budgetProblems', () => {
  it('finds nothing in a budget that rises, nor in one whose numbers are still being typed', () => {
    expect(problems({})).toEqual({})
    expect(problems({ warnPct: 0.01, downshiftPct: 0.02, stopPct: 100, criticalSharePct: 50, anchorDay: 28 })).toEqual(
      {},
    )
    expect(problems({ warnPct: Number.NaN, downshiftPct: Number.NaN, poolUsd: Number.NaN })).toEqual({})
  })

  it.each([
    [{ warnPct: 0 }, { 'budget.warnPct': 'It has to begin above 0 percent.' }],
    [{ warnPct: 90 }, { 'budget.downshiftPct': 'It has to begin after the warning, above 90 percent.' }],
    [{ stopPct: 90 }, { 'budget.stopPct': 'It has to come last, above 90 percent.' }],
    [
      { warnPct: 95, stopPct: 80 },
      {
        'budget.downshiftPct': 'It has to begin after the warning, above 95 percent.',
        'budget.stopPct': 'It has to come last, above 90 percent.',
      },
    ],
    [{ stopPct: 101 }, { 'budget.stopPct': 'At most 100 percent.' }],
    [{ poolUsd: 0 }, { 'budget.poolUsd': 'An amount above 0, up to $1000000.00, is needed.' }],
    [{ dailyCapUsd: 2_000_000 }, { 'budget.dailyCapUsd': 'An amount above 0, up to $1000000.00, is needed.' }],
    [{ reconcileTolerancePct: 100.5 }, { 'budget.reconcileTolerancePct': 'At most 100 percent.' }],
    [{ criticalSharePct: 50.01 }, { 'budget.criticalSharePct': 'At most 50 percent.' }],
    [{ anchorDay: 29 }, { 'budget.anchorDay': 'A day from 1 to 28.' }],
  ])('says beside the field what is wrong with %j', (changes, expected) => {
    expect(problems(changes)).toEqual(expected)
  })

  it('finds a problem exactly where the daemon would', () => {
    const percent = fc.integer({ min: 0, max: 110 })
    const budget = fc.record({
      warnPct: percent,
      downshiftPct: percent,
      stopPct: percent,
      reconcileTolerancePct: percent,
      criticalSharePct: percent,
      anchorDay: fc.integer({ min: 0, max: 31 }),
      poolUsd: fc.integer({ min: 0, max: 1_000_001 }),
      dailyCapUsd: fc.option(fc.integer({ min: 0, max: 1_000_001 })),
    })
    fc.assert(
      fc.property(budget, (changes) => {
        const accepted = Settings.shape.budget.safeParse({ ...saved, ...changes }).success
        expect(Object.keys(problems(changes)).length === 0).toBe(accepted)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('budgetEffects', () => {
  it('says in money what the shares come to', () => {
    expect(budgetEffects({ ...saved, criticalSharePct: 10 })).toEqual({
      warnPct: 'You are warned, and calls keep to the cheap model, from $150.00.',
      downshiftPct: 'You are told again at $180.00: only the cheaper model is used up to the stop.',
      stopPct: 'No model is called from $200.00 on until the next period begins.',
      criticalSharePct: 'The last $20.00 before the stop is kept for critical investigations.',
    })
    expect(budgetEffects({ ...saved, poolUsd: 82.4, warnPct: 33.33 }).warnPct).toContain('from $27.46.')
  })

  it.each([{ poolUsd: Number.NaN }, { warnPct: 95 }, { poolUsd: 0 }])(
    'says it without amounts while %j cannot be worked out',
    (changes) => {
      const effects = budgetEffects({ ...saved, ...changes })
      expect(Object.values(effects).join(' ')).not.toContain('$')
      expect(effects.stopPct).toBe('No model is called until the next period begins.')
    },
  )
})
