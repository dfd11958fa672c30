import { expect, test } from 'vitest'
import type { NotificationMessage } from '../contract/state.ts'
import { BrowserNotifier } from './BrowserNotifier.ts'

function message(id: string): NotificationMessage {
  return { id, title: `title ${id}`, text: '', tag: null, silent: false, route: null }
}

test('with no browser there is no surface, and that is what it says', async () => {
  const notifier = new BrowserNotifier()
  expect(notifier.state()).toBe('no_surface')
  expect(await notifier.show(message('1'))).toEqual({ shown: false, reason: 'no_surface' })
})

test('every browser gets every message once, in order', async () => {
  const notifier = new BrowserNotifier()
  const browsers = [notifier.subscribe(), notifier.subscribe()]
  const first = browsers.map((browser) => browser.next())
  expect(notifier.state()).toBe('ready')
  for (const id of ['1', '2', '3']) expect(await notifier.show(message(id))).toEqual({ shown: true })
  expect(await Promise.all(first)).toEqual([
    { done: false, value: message('1') },
    { done: false, value: message('1') },
  ])
  for (const browser of browsers) {
    expect([(await browser.next()).value, (await browser.next()).value]).toEqual([message('2'), message('3')])
  }
})

test('a browser that leaves, or is cut off while it waits, is no surface any more', async () => {
  const notifier = new BrowserNotifier()
  const ending = new AbortController()
  const cut = notifier.subscribe(ending.signal)
  const waiting = cut.next()
  ending.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  const leaving = notifier.subscribe()
  const got = leaving.next()
  await notifier.show(message('1'))
  await got
  await leaving.return()
  expect(await notifier.show(message('2'))).toEqual({ shown: false, reason: 'no_surface' })
})

test('a browser far behind loses the oldest messages, not the newest', async () => {
  const notifier = new BrowserNotifier()
  const browser = notifier.subscribe()
  const first = browser.next()
  await notifier.show(message('first'))
  await first
  for (let no = 0; no < 150; no++) await notifier.show(message(String(no)))
  expect((await browser.next()).value).toEqual(message('50'))
})
