#!/usr/bin/env node
import { join } from 'node:path'
import { run } from './cli.ts'

// Whoever read the output may have gone: `kora snapshot | head`, or a terminal that was closed while Kora serves.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

// This file is built into out/main, two folders below the root, just as it stands in src/headless.
process.exitCode = await run(process.argv.slice(2), join(import.meta.dirname, '..', '..'))
