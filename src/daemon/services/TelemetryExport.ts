import { readFile, rename } from 'node:fs/promises'
import { exportDocument, readExport } from '../../domain/costTelemetry.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { writeOwnerFile } from '../platform/ownerFiles.ts'
import type { SpendService } from './SpendService.ts'

/** Writes `cost_telemetry.json` for other programs (cost specification, 5.4). Nothing is ever counted from it. */
export class TelemetryExport {
  readonly #file: string
  readonly #spend: SpendService
  readonly #clock: Clock
  readonly #logger: Logger
  #checked = false

  constructor(deps: { file: string; spend: SpendService; clock: Clock; logger: Logger }) {
    this.#file = deps.file
    this.#spend = deps.spend
    this.#clock = deps.clock
    this.#logger = deps.logger
  }

  async write(): Promise<void> {
    if (!this.#checked) await this.#keepWhatIsOdd()
    this.#checked = true
    const windows = this.#spend.publishedTelemetry()
    await writeOwnerFile(this.#file, exportDocument({ windows, writtenAtMs: this.#clock.nowMs() }))
  }

  /** A file that is not ours to read is put aside before it is written over, once a start. */
  async #keepWhatIsOdd(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => null)
    if (text === null || readExport(text) !== null) return
    const aside = `${this.#file}.corrupt-${this.#clock.nowMs()}`
    await rename(this.#file, aside)
    this.#logger.warn('the exported cost telemetry was not readable and is kept aside', { file: aside })
  }
}
