import type { ChannelService } from '../services/ChannelService.ts'
import type { SecretService } from '../services/SecretService.ts'
import type { SettingsService } from '../services/SettingsService.ts'
import type { SystemService } from '../services/SystemService.ts'
import { api } from './implementer.ts'

export function settingsApi(services: {
  settings: SettingsService
  secrets: SecretService
  channels: ChannelService
  system: SystemService
}) {
  const { settings, secrets, channels, system } = services
  return api.settings.router({
    get: api.settings.get.handler(() => ({
      settings: settings.get(),
      fixedByEnv: settings.fixedByEnv(),
      secrets: secrets.states(),
      channels: channels.states(),
    })),
    update: api.settings.update.handler(({ input }) => settings.update(input)),
    setSecret: api.settings.setSecret.handler(({ input }) => secrets.set(input.id, input.value)),
    removeSecret: api.settings.removeSecret.handler(async ({ input }) => {
      await secrets.remove(input.id)
      return { ok: true }
    }),
    testChannel: api.settings.testChannel.handler(({ input }) => channels.test(input.channel)),
    testModel: api.settings.testModel.handler(() => channels.testModel()),
    dismissSetup: api.settings.dismissSetup.handler(() => {
      system.dismissSetup()
      return { ok: true }
    }),
  })
}
