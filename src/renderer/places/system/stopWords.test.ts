import { expect, it } from 'vitest'
import { stopText, underWay } from './stopWords.ts'

it('names what a stop would cut short', () => {
  expect(
    underWay({
      incidents: [
        { investigating: true, probeTitle: 'fly' },
        { investigating: false, probeTitle: 'supabase' },
      ],
      alerts: [
        {
          title: 'The backup failed',
          investigation: { state: 'running', finding: null, failure: null, costNanoUsd: null },
        },
        { title: 'Slack is down', investigation: null },
      ],
      daemon: { schedules: [{ running: true, label: 'Back up the database' }] },
    }),
  ).toEqual(['an investigation of fly', 'a look into “The backup failed”', 'the task “Back up the database”'])
})

it('says what quitting means where Kora runs', () => {
  expect(stopText('desktop')).toMatch(/quits the application/)
  expect(stopText('headless')).toMatch(/ends the process/)
})
