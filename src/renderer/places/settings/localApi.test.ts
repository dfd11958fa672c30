import { expect, it } from 'vitest'
import { localApiAddress, tokenFile } from './localApi.ts'

it('finds the token in the data folder of any system', () => {
  expect(tokenFile('/home/operator/.local/share/kora')).toBe('/home/operator/.local/share/kora/api-token')
  expect(tokenFile('C:\\Users\\operator\\AppData\\Roaming\\kora')).toMatch(/kora\\api-token$/)
})

it('names the address where it is known', () => {
  expect(localApiAddress('headless', 'http://127.0.0.1:9119', 9_120)).toBe('http://127.0.0.1:9119/api/')
  expect(localApiAddress('desktop', 'app://kora', 9_120)).toBe('http://127.0.0.1:9120/api/')
  expect(localApiAddress('desktop', 'app://kora', 0)).toBeNull()
})
