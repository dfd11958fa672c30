import { type HistoryBounds, type HistoryFilter, type HistoryItem, SavedFilter } from '../../contract/history.ts'
import type { HistoryState } from '../../contract/state.ts'
import { KoraError } from '../../domain/errors.ts'
import type { Density, HistoryPage } from '../store/historyQueries.ts'
import type { Store } from '../store/Store.ts'
import type { StoreReader } from '../store/StoreReader.ts'
import type { HistoryFiles } from './HistoryFiles.ts'

const filtersKey = 'history.filters'
const mostFilters = 50

type Page = HistoryFilter & {
  readonly file?: string | undefined
  readonly before?: number | undefined
  readonly limit: number
  readonly records: boolean
}
type Span = HistoryFilter & { readonly fromMs: number; readonly toMs: number }

/** Everything that ever happened, of this installation or of another history file that was opened. */
export class HistoryService {
  readonly #store: Store
  readonly #files: HistoryFiles

  constructor(deps: { store: Store; files: HistoryFiles }) {
    this.#store = deps.store
    this.#files = deps.files
  }

  /** Newest first. @throws KoraError not_found when the file is not open */
  async query({ file, before, limit, records, ...filter }: Page): Promise<HistoryPage> {
    const page = await this.#reader(file).historyPage(filter, before ?? null, limit, records)
    return { ...page, items: page.items.map((item) => here(item, file)) }
  }

  /** @throws KoraError not_found */
  async record(file: string | undefined, id: number): Promise<HistoryItem & { record: Record<string, unknown> }> {
    const item = await this.#reader(file).historyRecord(id)
    return { ...here(item, file), record: item.record ?? {} }
  }

  /** @throws KoraError bad_input, not_found */
  density({ file, buckets, ...filter }: Span & { file?: string | undefined; buckets: number }): Promise<Density> {
    return this.#reader(file).historyDensity(filter, buckets)
  }

  bounds(file: string | undefined): Promise<HistoryBounds> {
    return this.#reader(file).historyBounds()
  }

  /** How new this installation's own records are. */
  state(): HistoryState {
    const { history } = this.#store
    return { newestAtMs: history.newestAtMs(), waiting: history.waiting() }
  }

  savedFilters(): SavedFilter[] {
    const stored = this.#store.settings.get(filtersKey)
    // One that cannot be read any more does not take the others with it.
    return Array.isArray(stored) ? stored.flatMap((one) => SavedFilter.safeParse(one).data ?? []) : []
  }

  /** @throws KoraError conflict when there are too many, or another has the name */
  saveFilter(filter: SavedFilter): SavedFilter[] {
    const others = this.savedFilters().filter((one) => one.id !== filter.id)
    if (others.length >= mostFilters) {
      throw new KoraError('conflict', `${mostFilters} filters are kept: remove one first.`, { most: mostFilters })
    }
    if (others.some((one) => one.name.toLowerCase() === filter.name.toLowerCase())) {
      throw new KoraError('conflict', `Another filter is called "${filter.name}".`, { name: filter.name })
    }
    return this.#keep([...others, filter].toSorted((a, b) => a.name.localeCompare(b.name)))
  }

  removeFilter(id: string): SavedFilter[] {
    return this.#keep(this.savedFilters().filter((one) => one.id !== id))
  }

  #keep(filters: SavedFilter[]): SavedFilter[] {
    this.#store.transaction(() => this.#store.settings.set(filtersKey, filters))
    return filters
  }

  #reader(file: string | undefined): StoreReader {
    return file === undefined ? this.#store.reader : this.#files.reader(file)
  }
}

/** A record of another file has no page in this cockpit. */
function here(item: HistoryItem, file: string | undefined): HistoryItem {
  return file === undefined ? item : { ...item, route: null }
}
