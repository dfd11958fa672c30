import { alertBody, alertFoot } from '../../domain/alertMessages.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Severity } from '../../domain/severity.ts'
import type { Clock } from '../platform/clock.ts'
import type { ChannelService } from './ChannelService.ts'
import { dispatchFailure, inboxEntry } from './alertRecords.ts'
import type { InboxService } from './InboxService.ts'
import type { NewId } from './ids.ts'
import type { LateWrites } from './LateWrites.ts'
import type { Store } from '../store/Store.ts'
import { outboxRow, payload } from './wakeRows.ts'

interface Deps {
  readonly store: Store
  readonly late: LateWrites
  readonly clock: Clock
  readonly channels: ChannelService
  readonly inbox: InboxService
  readonly newId: NewId
  /** Null when none was given. */
  readonly deployEnv: string | null
}

interface Result {
  readonly success: boolean
  readonly channel: string
  readonly severity: Severity
  readonly alertId: string
  readonly deployEnv: string
  readonly error: string | null
}

/** An invented alert past every throttle, so that somebody can see that alerts arrive (alerts specification, 5). */
export class TestAlert {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** @throws KoraError conflict where the installation is called `prd` */
  async send(severity: Severity): Promise<Result> {
    const { clock, deployEnv, newId } = this.#deps
    if (deployEnv?.toLowerCase() === 'prd') {
      throw new KoraError('conflict', 'Test alerts are not sent in prd (KORA_DEPLOY_ENV).', { deployEnv })
    }
    const nowMs = clock.nowMs()
    const alertId = `test_alert:${newId('')}`
    const told = {
      severity,
      title: 'This is a test alert',
      detail: 'Nothing is wrong: somebody asked Kora to show that alerts arrive.',
      sourcePanelRoute: '/settings/alerts',
      firstSeenAtMs: nowMs,
    }
    const result = { severity, alertId, deployEnv: deployEnv ?? 'unknown' }
    if (severity === 'info') {
      this.#toInbox(alertId, told.title, told.detail)
      return { ...result, success: true, channel: 'inbox', error: null }
    }
    const text = `${alertBody(told)}\n\n${alertFoot(told, nowMs)}`
    const row = outboxRow(newId, nowMs, {
      channel: 'slack',
      kind: 'test',
      payload: { ...payload(told.title, text, { severity, route: '/settings/alerts' }), covers: [alertId] },
    })
    const { outcome, reason } = await this.#deps.channels.deliver(row)
    return { ...result, success: outcome === 'sent', channel: 'slack_dm', error: reason && dispatchFailure(reason) }
  }

  #toInbox(id: string, title: string, text: string): void {
    const { store, late, clock, inbox } = this.#deps
    const item = inbox.item('info', { severity: 'info', title, text, route: '/settings/alerts', subject: 'test_alert' })
    const entry = inboxEntry('test', { id, category: 'test_alert', severity: 'info', title })
    late.require(() => {
      store.inbox.add(item)
      store.audit.append(entry, clock.nowMs())
    })
    inbox.changed()
  }
}
