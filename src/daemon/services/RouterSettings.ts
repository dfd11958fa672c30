import type { Settings } from '../../contract/settings.ts'
import { builtInDecision, builtInLowConfidence, type Matcher, type RouterRules } from '../../domain/router.ts'
import type { Logger } from '../platform/logger.ts'
import type { SettingsService } from './SettingsService.ts'

/** The router's rules as the settings stand. The pattern engine is loaded only when there are patterns of one's own. */
export class RouterSettings {
  readonly #settings: SettingsService
  readonly #logger: Logger
  #built: { from: Settings; rules: RouterRules } | null = null

  constructor(deps: { settings: SettingsService; logger: Logger }) {
    this.#settings = deps.settings
    this.#logger = deps.logger
  }

  async rules(): Promise<RouterRules> {
    const from = this.#settings.get()
    if (this.#built?.from === from) return this.#built.rules
    const { routing, model } = from
    const rules: RouterRules = {
      cheap: model.id,
      strong: routing.strongModel,
      forceStrong: routing.forceStrong,
      prefix: routing.prefix,
      decision: await this.#matcher(routing.decisionPatterns, builtInDecision),
      lowConfidence: await this.#matcher(routing.lowConfidencePatterns, builtInLowConfidence),
      postCall: routing.postCallEscalation,
    }
    this.#built = { from, rules }
    return rules
  }

  async #matcher(patterns: readonly string[], builtIn: Matcher): Promise<Matcher> {
    if (patterns.length === 0) return builtIn
    const { patternMatcher } = await import('../../domain/patterns.ts')
    const { matcher, invalid } = patternMatcher(patterns)
    if (invalid.length > 0) this.#logger.warn('patterns of the model router are skipped', { invalid })
    return matcher
  }
}
