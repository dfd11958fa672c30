import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

// better-sqlite3 is the only runtime dependency; everything else is bundled. What is imported dynamically (the Slack
// and model clients, the simulator, each command of the command line) stays in chunks that load when first used.
export default defineConfig({
  main: {
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
