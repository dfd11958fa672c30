import type { OutboxRow } from '../../domain/incident.ts'
import { clip } from '../../domain/text.ts'
import type { NativeNotifier } from '../platform/notifier.ts'
import { type ChannelSender, failed, type SendResult } from './channels.ts'
import type { SettingsService } from './SettingsService.ts'

/** No system shows more; what was cut is behind the click. */
const maxTitleLength = 120
const maxTextLength = 1_200

/** Hands outbox rows to the host's notifications; what cannot be shown stays in Now's inbox. */
export class NativeSender implements ChannelSender {
  readonly #notifier: NativeNotifier
  readonly #settings: SettingsService

  constructor(deps: { notifier: NativeNotifier; settings: SettingsService }) {
    this.#notifier = deps.notifier
    this.#settings = deps.settings
  }

  async send(row: OutboxRow): Promise<SendResult> {
    const { native, sound } = this.#settings.get().notifications
    if (!native) return failed('switched_off')
    const { title, text, tag, silent, route, replaces } = row.payload
    const result = await this.#notifier.show({
      id: row.id,
      title: clip(title, maxTitleLength),
      text: clip(text, maxTextLength),
      tag,
      silent: silent || !sound,
      route,
      ...(replaces && replaces.length > 0 ? { replaces: [...replaces] } : {}),
    })
    return result.shown ? { kind: 'sent', remoteRef: null, remoteChannel: null, found: false } : failed(result.reason)
  }
}
