/** What a fresh daemon answers, for the renderer's tests, which know no daemon. */
export { defaultSettings } from '../../src/daemon/services/SettingsService.ts'
export { Settings } from '../../src/contract/settings.ts'
