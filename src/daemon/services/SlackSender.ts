import { type SlackClient, SlackFailure, slackBlocks } from '../clients/slack.ts'
import type { OutboxRow } from '../../domain/incident.ts'
import type { Secrets } from '../platform/secrets.ts'
import { type ChannelSender, failed, type SendResult } from './channels.ts'
import type { SettingsService } from './SettingsService.ts'

/** Sends outbox rows to the operator's direct messages. */
export class SlackSender implements ChannelSender {
  readonly #settings: SettingsService
  readonly #secrets: Secrets
  readonly #connect: (options: { baseUrl: string; token: string }) => SlackClient
  #client: { key: string; client: SlackClient } | null = null
  #channel: { key: string; id: string } | null = null

  constructor(deps: {
    settings: SettingsService
    secrets: Secrets
    connect: (options: { baseUrl: string; token: string }) => SlackClient
  }) {
    this.#settings = deps.settings
    this.#secrets = deps.secrets
    this.#connect = deps.connect
  }

  async send(row: OutboxRow, lookFirst: boolean, parent: OutboxRow | null): Promise<SendResult> {
    const { slack } = this.#settings.get()
    const token = this.#secrets.resolve(slack.botTokenRef)
    if (token === null) return failed('slack_client_unavailable')
    if (slack.operatorUserId === '') return failed('channel_id_unset')
    try {
      const client = this.#clientFor(slack.baseUrl, token)
      const channelId = parent?.remoteChannel ?? (await this.#channelFor(client, slack.operatorUserId))
      const threadTs = parent?.remoteRef ?? null
      const found = lookFirst ? await find(client, row, channelId, threadTs) : null
      if (found) return { kind: 'sent', remoteRef: found.ts, remoteChannel: channelId, found: true }
      const { text } = row.payload
      const { ts } = await client.post({ channelId, text, blocks: slackBlocks(text), threadTs, messageId: row.id })
      return { kind: 'sent', remoteRef: ts, remoteChannel: channelId, found: false }
    } catch (error) {
      if (!(error instanceof SlackFailure)) {
        return failed(`post_dm_raised:${error instanceof Error ? error.name : 'Unknown'}`, { retryable: true })
      }
      const { reason, note, retryable, outcomeUnknown, retryAfterMs } = error
      return { kind: 'failed', reason, note, retryable, outcomeUnknown, retryAfterMs }
    }
  }

  #clientFor(baseUrl: string, token: string): SlackClient {
    const key = `${baseUrl}\n${token}`
    if (this.#client?.key !== key) {
      this.#client = { key, client: this.#connect({ baseUrl, token }) }
      this.#channel = null
    }
    return this.#client.client
  }

  async #channelFor(client: SlackClient, userId: string): Promise<string> {
    if (this.#channel?.key !== userId) this.#channel = { key: userId, id: await client.openDirect(userId) }
    return this.#channel.id
  }
}

/** A bot that may not read the conversation cannot look; a repeat is then better than a loss. */
async function find(
  client: SlackClient,
  row: OutboxRow,
  channelId: string,
  threadTs: string | null,
): Promise<{ ts: string } | null> {
  try {
    return await client.find({ channelId, messageId: row.id, threadTs, oldestMs: row.createdAtMs })
  } catch (error) {
    if (error instanceof SlackFailure && !error.retryable) return null
    throw error
  }
}
