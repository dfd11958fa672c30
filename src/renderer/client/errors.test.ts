import { ORPCError } from '@orpc/client'
import { describe, expect, it } from 'vitest'
import { explain, issueAt } from './errors.ts'

describe('explain', () => {
  it('prints the sentence of a known code', () => {
    const error = new ORPCError('slack_not_configured', { message: 'Slack has no token. Set one in Settings.' })
    expect(explain(error)).toEqual({
      message: 'Slack has no token. Set one in Settings.',
      code: 'slack_not_configured',
      issues: [],
    })
  })

  it('has words of its own for the transport and for schema errors', () => {
    expect(explain(new TypeError('socket closed'))).toMatchObject({ code: 'transport_failed' })
    const error = new ORPCError('BAD_REQUEST', {
      message: 'Input validation failed',
      data: {
        issues: [
          { path: ['config', 'apps', 0], message: 'must not be empty' },
          { path: 'title', message: 'is too long' },
          { path: [{ key: 'intervalMs' }], message: 'at least 5 s' },
        ],
      },
    })
    const problem = explain(error)
    expect(problem.message).toBe('Some fields need another look.')
    expect(issueAt(problem.issues, 'config.apps')).toBe('must not be empty')
    expect(issueAt(problem.issues, 'title')).toBe('is too long')
    expect(issueAt(problem.issues, 'intervalMs')).toBe('at least 5 s')
    expect(issueAt(problem.issues, 'config.app')).toBeNull()
  })

  it('survives data of any shape', () => {
    for (const data of [null, 7, { issues: 'no' }, { issues: [null, 3, {}] }]) {
      expect(explain(new ORPCError('BAD_REQUEST', { data })).issues).toEqual([])
    }
  })
})
