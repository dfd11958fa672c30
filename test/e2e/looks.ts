import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, type TestInfo } from '@playwright/test'

const tested = [
  { name: 'light', width: 1280, height: 800, colorScheme: 'light', text: 16 },
  { name: 'dark', width: 1280, height: 800, colorScheme: 'dark', text: 16 },
  { name: 'narrow', width: 720, height: 900, colorScheme: 'light', text: 16 },
  { name: 'twice', width: 1280, height: 800, colorScheme: 'light', text: 32 },
] as const

/** Looks in which nothing is asserted that the others do not: for whoever looks at the pictures. */
const pictured = [
  { name: 'grey', width: 1280, height: 800, colorScheme: 'light', text: 16 },
  { name: 'narrow-dark', width: 720, height: 900, colorScheme: 'dark', text: 16 },
] as const

/** `KORA_TEST_PICTURES=1` takes pictures, and takes its time. */
const pictures = process.env['KORA_TEST_PICTURES'] === '1'
const looks = pictures ? [...tested, ...pictured] : tested

/** For whoever wants to look at what was tested. */
export async function picture(page: Page, info: TestInfo, file: string): Promise<void> {
  if (pictures) await page.screenshot({ path: info.outputPath(`${file}.png`) })
}

/** One page in one state. */
export interface Shown {
  /** Of its pictures. */
  readonly file: string
  /** Opens it afresh and waits until it is drawn: a canvas takes its colours and its lettering when it is. */
  readonly show: () => Promise<void>
  /** A second picture is taken, of its end. */
  readonly end?: boolean
}

/**
 * Every page in light, dark, narrow and at twice the text; none may scroll sideways, and none may have anything serious
 * for axe.
 */
export async function lookEverywhere(page: Page, info: TestInfo, pages: readonly Shown[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  for (const { name, width, height, colorScheme, text } of looks) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const type = name === 'grey' ? 'achromatopsia' : 'none'
    await devtools.send('Emulation.setEmulatedVisionDeficiency', { type })
    // What the browser's own setting does: rem and the em of media queries grow alike.
    await devtools.send('Page.setFontSizes', { fontSizes: { standard: text, fixed: text } })
    for (const { file, show, end } of pages) {
      await show()
      await expect(page.getByRole('status', { name: /^Loading/ })).toHaveCount(0)
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
      await picture(page, info, `${file}-${name}`)
      if (pictures && end) {
        const scroller = page.locator('main [data-scroller]').first()
        await scroller.evaluate((area) => area.scrollTo(0, area.scrollHeight))
        await picture(page, info, `${file}-${name}-end`)
      }
      await expectFits(page, `${file} ${name}`)
      if (name === 'light' || name === 'dark') await expectAccessible(page, `${file} ${name}`)
    }
  }
}

/** Nothing is wider than its place. */
export async function expectFits(page: Page, what: string): Promise<void> {
  const wide = await page.evaluate(() =>
    [
      document.documentElement,
      ...document.querySelectorAll('main, main [data-scroller], [role="dialog"], [role="dialog"] > div'),
    ].some((box) => box.scrollWidth > box.clientWidth),
  )
  expect(`${what}: ${wide ? 'scrolls sideways' : 'fits'}`).toBe(`${what}: fits`)
}

/** Nothing in it is serious for axe. A page has no frames, so that nothing of axe's results has to be put together in another. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  const { violations } = await axe.analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => `${what} ${id}: ${nodes.map((node) => node.target).join(' ')}`)).toEqual([])
}
