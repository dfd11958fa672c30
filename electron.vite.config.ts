import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

/** Node keeps a whole script at two bytes a character for one beyond ASCII; escaped, they save the daemon 2 MB. */
const escapeBeyondAscii: Plugin = {
  name: 'kora:escape-beyond-ascii',
  // Later than renderChunk, after which strings are printed once more.
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped)
    }
  },
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

// better-sqlite3 is the only runtime dependency; everything else is bundled. What is imported dynamically (the Slack
// and model clients, the simulator, each command of the command line) stays in chunks that load when first used.
export default defineConfig({
  main: {
    plugins: [escapeBeyondAscii],
    build: {
      rolldownOptions: {
        input: {
          index: resolve('src/main/index.ts'),
          kora: resolve('src/headless/kora.ts'),
          readWorker: resolve('src/daemon/store/readWorker.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload script is one CommonJS file.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    build: {
      minify: true,
      // An asset inlined as a data: address would need a wider Content-Security-Policy.
      assetsInlineLimit: 0,
      rolldownOptions: { input: resolve('src/renderer/index.html') },
    },
    plugins: [react()],
  },
})
