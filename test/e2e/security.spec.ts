import { expect, test } from './cockpit.ts'

test('the page has no Node, no way out, and runs no script from text', async ({ cockpit, simulator }) => {
  const { page } = cockpit
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const reach = await page.evaluate(() => ({
    node: 'process' in window || 'require' in window,
    bridge: Object.keys((window as { kora?: object }).kora ?? {}).toSorted(),
  }))
  expect(reach.node).toBe(false)
  expect(reach.bridge).toEqual(cockpit.host === 'headless' ? [] : ['connect', 'onNavigate'])

  const before = page.url()
  await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.__injected = true'
    document.body.append(script)
    const image = document.createElement('img')
    image.setAttribute('onerror', 'window.__injected = true')
    image.src = 'data:,broken'
    document.body.append(image)
    window.open('https://example.com/')
  })
  const injected = await page.evaluate(() => '__injected' in window)
  expect(injected).toBe(false)
  expect(page.url()).toBe(before)
  const foreign = await page.evaluate(
    (url) =>
      fetch(url).then(
        () => 'answered',
        () => 'refused',
      ),
    `${simulator.urls.site}/`,
  )
  expect(foreign).toBe('refused')
})

test('text from providers and models stays text', async ({ cockpit, simulator }) => {
  const { page } = cockpit
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const hostile =
    '<img src=x onerror="window.__ran=1"><script>window.__ran=1</script> [link](javascript:window.__ran=1)'
  simulator.state.anthropic.reply = `${hostile}. It broke.\n${hostile}`
  await page.evaluate(() => location.assign('#/settings/probes'))
  await page.getByRole('link', { name: 'Add a probe' }).click()
  const sheet = page.getByRole('dialog', { name: 'Add a probe' })
  await sheet.getByLabel('Title').fill(hostile.slice(0, 80))
  await sheet.getByLabel('Id').fill('hostile')
  await sheet.getByLabel(/^Address/).fill(`${simulator.urls.site}/`)
  await sheet.getByRole('button', { name: /^(Add|Save)/ }).click()
  await expect(sheet).toBeHidden()
  await page.evaluate(() => location.assign('#/now'))
  await expect(page.getByRole('row').filter({ hasText: '<img src=x' })).toBeVisible()
  expect(await page.evaluate(() => '__ran' in window)).toBe(false)
  expect(requests.filter((url) => url.endsWith('/x'))).toEqual([])
})
