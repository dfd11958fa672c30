import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const [lightCss = '', darkCss = ''] = css.split('@media (prefers-color-scheme: dark)')

/** Token name to linear sRGB, for every opaque oklch token of one block. */
function colours(block: string): Map<string, readonly [number, number, number]> {
  const found = new Map<string, readonly [number, number, number]>()
  for (const [, name, l, c, h] of block.matchAll(/--([a-z0-9-]+): oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\);/g)) {
    found.set(String(name), linearRgb(Number(l) / 100, Number(c), Number(h)))
  }
  return found
}

/** OKLCH to linear sRGB, clipped to the gamut (CSS Color 4, section 10). */
function linearRgb(lightness: number, chroma: number, hue: number): readonly [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number) => Math.min(1, Math.max(0, value))
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function contrast(one: readonly [number, number, number], other: readonly [number, number, number]): number {
  const luminance = ([r, g, b]: readonly [number, number, number]) => 0.2126 * r + 0.7152 * g + 0.0722 * b
  const [light, dark] = [luminance(one), luminance(other)].sort((x, y) => y - x)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

const themes = [
  ['light', colours(lightCss)],
  ['dark', colours(darkCss)],
] as const

const grounds = ['ground', 'surface', 'raised', 'sunken', 'hover']
const texts = ['ink', 'ink-2', 'ink-3', 'accent', 'well', 'attention', 'trouble', 'unknown']
const soft: [string, string][] = [
  ['ink', 'trouble-soft'],
  ['ink-2', 'trouble-soft'],
  ['trouble', 'trouble-soft'],
  ['ink', 'attention-soft'],
  ['ink-2', 'attention-soft'],
  ['attention', 'attention-soft'],
  ['ink', 'accent-soft'],
  ['ink-2', 'accent-soft'],
  ['ink-3', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
]

describe.each(themes)('contrast in the %s theme', (_name, theme) => {
  const ratio = (one: string, other: string) => {
    const [a, b] = [theme.get(one), theme.get(other)]
    if (!a || !b) throw new Error(`token missing: ${one} or ${other}`)
    return contrast(a, b)
  }

  it('gives text 4.5:1 on every ground', () => {
    const pairs = [...texts.flatMap((text) => grounds.map((ground): [string, string] => [text, ground])), ...soft]
    const weak = pairs.filter(([text, ground]) => ratio(text, ground) < 4.5)
    expect(weak.map(([text, ground]) => `${text} on ${ground}: ${ratio(text, ground).toFixed(2)}`)).toEqual([])
  })

  it('gives marks and control outlines 3:1', () => {
    const marks = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6', 'control-line']
    const weak = marks.flatMap((mark) => ['surface', 'ground'].map((on) => ({ mark, on, ratio: ratio(mark, on) })))
    expect(weak.filter((pair) => pair.ratio < 3)).toEqual([])
  })

  it('draws every colour token in both themes', () => {
    const names = (block: string) =>
      [...block.matchAll(/--([a-z0-9-]+): oklch/g)]
        .map((match) => String(match[1]))
        .toSorted((a, b) => (a < b ? -1 : 1))
    expect(names(darkCss)).toEqual(names(lightCss))
  })
})
