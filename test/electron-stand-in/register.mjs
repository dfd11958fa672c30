// node --import ./test/electron-stand-in/register.mjs out/main/index.js
// Every import of `electron` becomes the stand-in; nothing else changes.
import { registerHooks } from 'node:module'

const standIn = new URL('./electron.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
})
