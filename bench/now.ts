/**
 * How long the operator waits for Now with 500 probes and 48 h behind them: from navigation start to the first frame in
 * which the services table knows all 500 and every row in sight is filled: state in words, latency, sparkline. Chromium,
 * signed in, the built headless daemon on loopback; median of five reloads after one that does not count.
 * The history holds one sample a minute in the last hour and one in five minutes before, 312,000 in all, rolled up as
 * a daemon that ran all the time would have done.
 */
import type { Page } from 'playwright'
import type { Store } from '../src/daemon/store/Store.ts'
import { withPage } from './browser.ts'
import { percentile, print } from './figures.ts'
import { startHeadless, startProcess } from './headless.ts'
import { defineProbes, withHome, withStore } from './home.ts'

const probes = 500
const reloads = 5
const minuteMs = 60_000

/** Samples of every probe, oldest first. */
function remember(store: Store, ids: readonly string[]): void {
  const nowMs = Date.now()
  for (let ageMinutes = 48 * 60; ageMinutes > 0; ageMinutes -= ageMinutes > 60 ? 5 : 1) {
    for (const [index, probeId] of ids.entries()) {
      store.observations.record({
        id: `obs_${probeId}`,
        probeId,
        observedAtMs: nowMs - ageMinutes * minuteMs + index * 100,
        cycleSeq: 48 * 60 - ageMinutes,
        status: 'healthy',
        cause: 'none',
        latencyMs: 40 + ((index * 37 + ageMinutes * 11) % 160),
        details: { http_status: 200 },
        error: null,
      })
    }
    store.flush()
  }
  while (store.observations.rollup(nowMs) > 0);
}

/** In the page: notes when the table was first filled, in ms since the navigation began. */
function watchForTable(rowCount: number): void {
  const look = (): void => {
    const table = document.querySelector('table[aria-label="Services"]')
    const rows = [...(table?.querySelectorAll('tbody tr[aria-rowindex]') ?? [])]
    const reach = Math.max(0, ...rows.map((row) => row.getBoundingClientRect().bottom))
    const filled = rows.every(({ children: [, state, spark, latency] }) => {
      return state?.textContent !== '' && spark?.querySelector('path') && /\d/.test(latency?.textContent ?? '')
    })
    if (table?.getAttribute('aria-rowcount') !== String(rowCount) || reach < innerHeight || !filled) {
      requestAnimationFrame(look)
      return
    }
    // The frame that holds all of it is on the screen when the next one begins.
    requestAnimationFrame((nowMs) => Object.assign(globalThis, { koraFilledMs: nowMs }))
  }
  requestAnimationFrame(look)
}

async function filledMs(page: Page): Promise<number> {
  const held = await page.waitForFunction(() => (globalThis as { koraFilledMs?: number }).koraFilledMs)
  return Number(await held.jsonValue())
}

const target = new URL('target.ts', import.meta.url).pathname
const site = await startProcess([target], process.env, /http:\S+/)
await withHome(async (home) => {
  await withStore(home, (store) =>
    remember(store, defineProbes(store, probes, site.ready.replace(/\/$/, ''), minuteMs)),
  )
  const kora = await startHeadless(home)
  await withPage({ bypassCSP: false }, async (page, context) => {
    await context.addInitScript(watchForTable, probes + 1)
    await page.goto(kora.ready)
    const first = await filledMs(page)
    const times: number[] = []
    for (let round = 0; round <= reloads; round++) {
      await page.reload()
      const took = await filledMs(page)
      if (round > 0) times.push(took)
    }
    print('Now with 500 probes and 48 h, navigation to filled table, median of 5', percentile(times, 0.5), 'ms', 1_000)
    print('Now with 500 probes and 48 h, slowest of 5', Math.max(...times), 'ms', null)
    print('Now with 500 probes and 48 h, very first load', first, 'ms', null)
  })
  await kora.stop()
})
await site.stop()
