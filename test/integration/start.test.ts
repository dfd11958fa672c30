import { chmod, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { electronBinary } from '../../scripts/electronBinary.mjs'
import { findChromium } from '../../scripts/findChromium.mjs'
import { earlyDeath, headlessReason, missingLibraries, nodeRefusal } from '../../scripts/startPlan.mjs'
import { root } from '../../scripts/ensureBuilt.mjs'
import { tempFolder } from '../fakes/tempFolder.ts'

describe('which Node will do', () => {
  test('24 and newer', () => {
    expect(['24.0.0', '24.21.0', '25.1.0'].map(nodeRefusal)).toEqual([null, null, null])
  })

  test('an older one is refused in one line that says what it is and what is needed', () => {
    expect(nodeRefusal('22.12.0')).toBe(
      'Kora needs Node 24 or newer; this is 22.12.0. Get one from https://nodejs.org.',
    )
    expect(nodeRefusal('9.0.0')).not.toBeNull()
  })

  test('what decides it parses on old Nodes', async () => {
    for (const file of ['start.mjs', 'startPlan.mjs']) {
      const code = await readFile(join(root, 'scripts', file), 'utf8')
      expect(code).not.toMatch(/\busing\b|\bRegExp\.escape\b|with \{ type|\.at\(|#\w+\s*[;=(]/)
    }
  })
})

describe('why there is no desktop window', () => {
  const seen = { platform: 'linux', env: { DISPLAY: ':0' }, uid: 1000, args: [] as string[] }

  test.each([
    ['a display and an ordinary user', {}, null],
    ['Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, null],
    ['a demo', { args: ['--demo'] }, null],
    ['macOS without DISPLAY', { platform: 'darwin', env: {} }, null],
    ['Windows, which has no uid', { platform: 'win32', env: {}, uid: null }, null],
    ['no display', { env: {} }, 'there is no display'],
    ['an empty DISPLAY', { env: { DISPLAY: '' } }, 'there is no display'],
    ['root', { uid: 0 }, 'running as root'],
    ['a chosen port', { args: ['--demo', '--port', '9200'] }, '--port asks for the headless cockpit'],
    ['the word itself', { args: ['--headless'] }, '--headless asks for the headless cockpit'],
    ['a chosen host', { args: ['--host=::1'] }, '--host asks for the headless cockpit'],
  ])('%s', (_name, differs, reason) => {
    expect(headlessReason({ ...seen, ...differs })).toBe(reason)
  })

  test('missing system libraries are named', () => {
    const ldd = ['\tlinux-vdso.so.1 (0x00007ffd)', '\tlibnss3.so => not found', '\tlibgtk-3.so.0 => not found']
    expect(missingLibraries(ldd.join('\n'))).toEqual(['libnss3.so', 'libgtk-3.so.0'])
    expect(missingLibraries('\tlibc.so.6 => /lib/libc.so.6 (0x00007f)')).toEqual([])
  })

  test.each([
    [
      { code: null, signal: 'SIGTRAP', stderr: 'FATAL: The SUID sandbox helper binary was found' },
      "the system does not allow Chromium's sandbox",
    ],
    [{ code: 133, signal: null, stderr: 'No usable sandbox!' }, "the system does not allow Chromium's sandbox"],
    [
      { code: 1, signal: null, stderr: 'ERROR:ozone_platform_x11.cc Missing X server or $DISPLAY' },
      'the display cannot be opened',
    ],
    [
      { code: 127, signal: null, stderr: 'electron: error while loading shared libraries: libnss3.so: cannot open' },
      'the system library libnss3.so is missing',
    ],
    [{ code: null, signal: 'SIGSEGV', stderr: '' }, 'Electron ended at once with SIGSEGV'],
    [{ code: 127, signal: null, stderr: '' }, 'Electron could not be run'],
    [{ code: 0, signal: null, stderr: 'sandbox' }, null],
    [{ code: 1, signal: null, stderr: 'The database was made by a newer Kora.' }, null],
    [{ code: 2, signal: null, stderr: 'KORA_WEB_PORT must be a port' }, null],
    [{ code: 3, signal: null, stderr: 'Kora already runs' }, null],
  ])('an early end %j', (end, reason) => {
    expect(earlyDeath(end)).toBe(reason)
  })
})

describe("Electron's binary", () => {
  const impatient = { begin: 600, stall: 600 }

  /** An Electron package whose installer does this. */
  async function electronThat(install: string): Promise<string> {
    const folder = await tempFolder()
    const electron = join(folder, 'node_modules', 'electron')
    await mkdir(electron, { recursive: true })
    await writeFile(
      join(electron, 'install.js'),
      `const fs = require('fs'), os = require('os'), path = require('path')\n${install}`,
    )
    return folder
  }

  const installs = `
    const binary = path.join(__dirname, 'dist', 'electron')
    fs.mkdirSync(path.dirname(binary), { recursive: true })
    fs.writeFileSync(binary, 'x'.repeat(1000), { mode: 0o755 })
    fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron')`

  test('is fetched by its own installer when it is missing, and found afterwards', async () => {
    const folder = await electronThat(installs)
    const path = join(folder, 'node_modules', 'electron', 'dist', 'electron')
    expect(await electronBinary(folder, () => undefined, impatient)).toEqual({ path })
    await writeFile(join(folder, 'node_modules', 'electron', 'install.js'), 'process.exit(1)')
    expect(await electronBinary(folder, () => undefined, impatient)).toEqual({ path })
  })

  test('whose download does not begin is not waited for', async () => {
    const folder = await electronThat('setInterval(() => {}, 1000)')
    const reason = "the download of Electron's binary did not begin within 0.6 s"
    expect(await electronBinary(folder, () => undefined, impatient)).toEqual({ reason })
  })

  test('whose download stops half way is given up, and its remains are removed', async () => {
    const folder = await electronThat(`
      fs.writeFileSync(path.join(__dirname, 'scratch.txt'), os.tmpdir())
      fs.writeFileSync(path.join(os.tmpdir(), 'electron.zip'), 'x'.repeat(5000))
      setInterval(() => {}, 1000)`)
    const reason = "the download of Electron's binary came to a halt"
    expect(await electronBinary(folder, () => undefined, impatient)).toEqual({ reason })
    const scratch = await readFile(join(folder, 'node_modules', 'electron', 'scratch.txt'), 'utf8')
    await expect(readdir(scratch)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('whose server cannot be reached is reported with the cause', async () => {
    const folder = await electronThat("console.error('TypeError: fetch failed ENOTFOUND'); process.exit(1)")
    const reason = "Electron's binary could not be fetched (ENOTFOUND)"
    expect(await electronBinary(folder, () => undefined, impatient)).toEqual({ reason })
    expect(await electronBinary(await tempFolder(), () => undefined)).toEqual({ reason: 'Electron is not installed' })
  })
})

test('CHROMIUM_PATH chooses the browser when it is there', async () => {
  const folder = await tempFolder()
  const path = join(folder, 'chromium')
  await writeFile(path, '')
  await chmod(path, 0o755)
  const before = process.env['CHROMIUM_PATH']
  process.env['CHROMIUM_PATH'] = path
  const chosen = findChromium()
  process.env['CHROMIUM_PATH'] = join(folder, 'nothing')
  const fallback = findChromium()
  if (before === undefined) delete process.env['CHROMIUM_PATH']
  else process.env['CHROMIUM_PATH'] = before
  expect(chosen).toBe(path)
  expect(fallback).not.toBe(join(folder, 'nothing'))
})
