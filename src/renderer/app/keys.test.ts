import { describe, expect, it } from 'vitest'
import { isTypingTarget, type KeyPress, keysLabel, matchesKeys } from './keys.ts'

function press(key: string, held: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held }
}

describe('matchesKeys', () => {
  it('takes Ctrl for Mod, and ⌘ on a Mac', () => {
    expect(matchesKeys('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true)
    expect(matchesKeys('Mod+K', press('k', { metaKey: true }), true)).toBe(true)
    expect(matchesKeys('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false)
    expect(matchesKeys('Mod+K', press('k', { metaKey: true }), false)).toBe(false)
  })

  it('leaves combinations with other keys to the system', () => {
    expect(matchesKeys('r', press('r', { ctrlKey: true }), false)).toBe(false)
    expect(matchesKeys('r', press('r', { altKey: true }), false)).toBe(false)
    expect(matchesKeys('r', press('R', { shiftKey: true }), false)).toBe(false)
    expect(matchesKeys('Mod+1', press('2', { ctrlKey: true }), false)).toBe(false)
  })

  it('reads caps lock and shifted signs', () => {
    expect(matchesKeys('j', press('J'), false)).toBe(true)
    expect(matchesKeys('?', press('?', { shiftKey: true }), false)).toBe(true)
    expect(matchesKeys('Mod+,', press(',', { ctrlKey: true }), false)).toBe(true)
  })
})

describe('isTypingTarget', () => {
  it('knows where letters are text', () => {
    expect(isTypingTarget({ tagName: 'INPUT', type: 'password' })).toBe(true)
    expect(isTypingTarget({ tagName: 'TEXTAREA' })).toBe(true)
    expect(isTypingTarget({ tagName: 'DIV', isContentEditable: true })).toBe(true)
    expect(isTypingTarget({ tagName: 'INPUT', type: 'checkbox' })).toBe(false)
    expect(isTypingTarget({ tagName: 'BUTTON' })).toBe(false)
    expect(isTypingTarget(null)).toBe(false)
  })
})

it('prints keys the way the keyboard does', () => {
  expect([
    keysLabel('Mod+K', false),
    keysLabel('Mod+,', true),
    keysLabel('Escape', false),
    keysLabel('r', false),
  ]).toEqual(['Ctrl+K', '⌘,', 'Esc', 'R'])
})
