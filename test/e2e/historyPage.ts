import type { Locator, Page } from '@playwright/test'

export const mod = process.platform === 'darwin' ? 'Meta' : 'Control'

/** The sentence at the top. */
export const title = (page: Page): Locator => page.getByRole('heading', { level: 1 })
export const table = (page: Page): Locator => page.getByRole('table', { name: 'Records', exact: true })
/** Records that are drawn, without the headings of their days. */
export const rowsOf = (page: Page): Locator => table(page).locator('tr:has([data-nav-item])')
export const strip = (page: Page): Locator => page.getByRole('slider', { name: /^Records from/ })
export const kind = (page: Page, name: string): Locator =>
  page.getByRole('group', { name: 'Kinds' }).getByRole('button', { name })
/** What scrolls the records. */
export const scroller = (page: Page): Locator => page.locator('[data-list] [data-scroller]')
