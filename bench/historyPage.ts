/**
 * History opened on 1,000,000 audit rows of 400 days in Chromium, signed in, from the built headless daemon on loopback.
 * - First paint: from navigation start to the frame after the one in which the list fills its height and the strip above
 *   it is drawn, with everything that was ever recorded as the span; median of five reloads after one that does not count.
 * - Scrolling: 300 px a frame, 60 frames a second, two thousand frames down through the list and back up, while the pages
 *   come. What counts is how long the page's own thread is held by one task (a frame cannot be drawn meanwhile); the
 *   interval between two frames is told beside it, and there a machine without a graphics card also waits for its raster.
 */
import type { Page } from 'playwright'
import { withPage } from './browser.ts'
import { percentile, print } from './figures.ts'
import { startHeadless } from './headless.ts'
import { fillAudit } from './history.ts'
import { defineProbes, withHome, withStore } from './home.ts'

const rows = 1_000_000
const dayMs = 86_400_000
const reloads = 5
const scroll = { pixels: 300, frames: 2_000 }

/** In the page: notes when History was first drawn, in ms since the navigation began. */
function watchForHistory(): void {
  const look = (): void => {
    const list = document.querySelector('[data-list] [data-scroller]')
    const drawn = [...(list?.querySelectorAll('table[aria-label="Records"] tr:has([data-nav-item])') ?? [])]
    const reach = Math.max(0, ...drawn.map((row) => row.getBoundingClientRect().bottom))
    if (reach < innerHeight || document.querySelector('[role="slider"][aria-label^="Records from"]') === null) {
      requestAnimationFrame(look)
      return
    }
    // The frame that holds all of it is on the screen when the next one begins.
    requestAnimationFrame((nowMs) => Object.assign(globalThis, { koraDrawnMs: nowMs }))
  }
  requestAnimationFrame(look)
}

async function drawnMs(page: Page): Promise<number> {
  const held = await page.waitForFunction(() => (globalThis as { koraDrawnMs?: number }).koraDrawnMs)
  return Number(await held.jsonValue())
}

interface Scrolled {
  readonly pixels: number
  readonly frames: readonly number[]
  /** Tasks of the page's thread over 50 ms, as the browser reports them. */
  readonly longTasks: readonly number[]
}

/** In the page: scrolls down and back, a step a frame. */
async function scrollThere({ pixels, frames }: typeof scroll): Promise<Scrolled> {
  const list = document.querySelector('[data-list] [data-scroller]')
  if (list === null) throw new Error('there is no list')
  const longTasks: number[] = []
  const observer = new PerformanceObserver((found) => {
    longTasks.push(...found.getEntries().map(({ duration }) => duration))
  })
  observer.observe({ type: 'longtask' })
  const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
  const intervals: number[] = []
  let travelled = 0
  let before = await nextFrame()
  for (let frame = 0; frame < frames; frame++) {
    const top = list.scrollTop
    list.scrollTop = top + (frame < frames / 2 ? pixels : -pixels)
    travelled += Math.abs(list.scrollTop - top)
    const nowMs = await nextFrame()
    intervals.push(nowMs - before)
    before = nowMs
  }
  for (const { duration } of observer.takeRecords()) longTasks.push(duration)
  observer.disconnect()
  return { pixels: travelled, frames: intervals, longTasks }
}

await withHome(async (home) => {
  await withStore(home, (store) => {
    defineProbes(store, 0, '', dayMs)
    const nowMs = Date.now()
    fillAudit(store, rows, nowMs - 400 * dayMs, nowMs)
    while (store.history.advance(1_000).indexed > 0);
  })
  const kora = await startHeadless(home)
  await withPage({ bypassCSP: false }, async (page, context) => {
    await context.addInitScript(watchForHistory)
    await page.goto(kora.ready)
    await page.evaluate(() => location.assign('#/history?span=all'))
    const times: number[] = []
    for (let round = 0; round <= reloads; round++) {
      await page.reload()
      const took = await drawnMs(page)
      if (round > 0) times.push(took)
    }
    const what = 'History of 1,000,000 rows in Chromium'
    print(`${what}, navigation to list and strip, median of ${reloads}`, percentile(times, 0.5), 'ms', 1_000)
    print(`${what}, slowest of ${reloads}`, Math.max(...times), 'ms', null)

    const found = await page.evaluate(scrollThere, scroll)
    const half = (scroll.pixels * scroll.frames) / 2
    if (found.pixels < half) throw new Error(`scrolled ${found.pixels} px instead of ${2 * half}`)
    print(`${what}, scrolled`, found.pixels, 'px', null)
    print(`${what}, scrolling, tasks over 50 ms`, found.longTasks.length, 'count', 0)
    print(`${what}, scrolling, longest task over 50 ms`, Math.max(0, ...found.longTasks), 'ms', null)
    print(`${what}, scrolling, interval of frames, p99`, percentile([...found.frames], 0.99), 'ms', null)
    print(`${what}, scrolling, interval of frames, worst`, Math.max(...found.frames), 'ms', 50)
  })
  await kora.stop()
})
